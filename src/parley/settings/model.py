"""Every setting of a lender's home, by section. This is the table: `parley settings` and the manual print it.

Units stand last in the names: `_days`, `_minutes`, `_bps` (hundredths of a percent), `_micro` (millionths).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from parley.locale import Language
from parley.purpose import Actor
from parley.settings.delivery import Delivery
from parley.settings.field import setting
from parley.settings.guidance import Guidance
from parley.settings.inbound import Inbound
from parley.settings.lender_notices import LenderNotices
from parley.settings.messages import Messages

LANGUAGES: Final = tuple(language.value for language in Language)
ACTORS: Final = tuple(actor.value for actor in Actor)


@dataclass(frozen=True, slots=True)
class Lender:
    """Who writes, and how a borrower reaches a person."""

    display_name: Mapping[str, str] = setting(
        {"en": "Example Card", "zh-Hans": "示例金融", "zh-Hant": "示例金融"},
        "The name every message opens with, by language.",
        "每条短信开头使用的机构名称，按语言填写。",
        choices=LANGUAGES,
        longest=30,
    )
    jurisdiction: str = setting(
        "US",
        "Where the lender is established: an ISO 3166 code such as US, GB or CN.",
        "机构所在法域的 ISO 3166 代码，例如 US、GB、CN。",
        longest=12,
    )
    actor: str = setting(
        "original_creditor",
        "What the lender is in the eyes of the law.",
        "机构在法律上的身份。",
        choices=ACTORS,
    )
    hotline: str = setting(
        "800-555-0100",
        "The telephone number where a person answers.",
        "有专员接听的电话号码。",
        longest=24,
    )
    hours_text: Mapping[str, str] = setting(
        {"en": "8-20", "zh-Hans": "8-20点", "zh-Hant": "8-20點"},
        "When the hotline is answered, in words, by language.",
        "热线的服务时间，按语言填写。",
        choices=LANGUAGES,
        longest=30,
    )
    page_address: str = setting(
        "pay.example.com",
        "The borrowers' page, without https://; short, for it stands in messages.",
        "借款人页面的网址，不含 https://；会写入短信，宜短。",
        longest=40,
    )
    agent_names: Mapping[str, str] = setting(
        {"en": "Dana Reyes", "zh-Hans": "林薇", "zh-Hant": "林薇"},
        "The member of staff whom messages name and who takes over, by language.",
        "短信中具名并可接手的专员，按语言填写。",
        choices=LANGUAGES,
        longest=30,
    )


@dataclass(frozen=True, slots=True)
class Store:
    """Where the data is."""

    database_url: str = setting(
        "",
        "postgresql://… for production; empty: SQLite inside the home. PARLEY_DATABASE_URL overrides it.",
        "生产环境填写 postgresql://…；留空则使用主目录内的 SQLite。环境变量 PARLEY_DATABASE_URL 优先。",
        longest=500,
    )


@dataclass(frozen=True, slots=True)
class Keys:
    """Where the lender's keys come from."""

    source: str = setting(
        "file",
        "Where the keys are read: a folder, environment variables, or a command that prints them.",
        "密钥来源：文件夹、环境变量，或能输出密钥的命令。",
        choices=("file", "environment", "command"),
    )
    path: str = setting(
        "",
        "The keys' folder for source = file; empty: the folder keys in the home. Better on another disk.",
        "source = file 时的密钥文件夹；留空则为主目录下的 keys。最好放在另一块磁盘上。",
        longest=500,
    )
    command: str = setting(
        "",
        "The command for source = command; it prints the keys on standard output.",
        "source = command 时执行的命令，密钥输出到标准输出。",
        longest=500,
    )


@dataclass(frozen=True, slots=True)
class Contact:
    """When a borrower may be contacted, beyond what the rule files say."""

    unsigned_exceptions_bind: bool = setting(
        default=False,
        en="Whether exceptions no reviewer has signed take effect; the sandbox alone may say true.",
        zh="未经审阅人签署的例外是否生效；仅 sandbox 可设为 true。",
    )
    reply_window_minutes: int = setting(
        1_440,
        "Minutes after a borrower's message in which our answer counts as a reply.",
        "收到借款人短信后，多少分钟内的回复视为应答。",
        between=(1, 4_320),
    )
    identity_fresh_days: int = setting(
        30,
        "Days for which a proven identity lets debt facts follow to the same number.",
        "本人身份核实后，多少天内可向同一号码发送债务信息。",
        between=(0, 365),
    )
    identity_tries: int = setting(
        3,
        "Wrong identity answers before the thread goes to a person.",
        "身份核实答错几次后转人工。",
        between=(1, 10),
    )
    in_collection_days: int = setting(
        30,
        "Days past due from which an account is in collection, no longer in routine servicing. New York City's rule "
        "(6 RCNY 5-77) turns on that and names no day; the end of the first bucket is our reading.",
        "逾期多少天起视为进入催收。纽约市规则（6 RCNY 5-77）以此为准而未规定天数；首个逾期阶段结束是我方的理解。",
        between=(1, 180),
    )


@dataclass(frozen=True, slots=True)
class Nightly:
    """What the nightly decision looks for."""

    reminder_days_before: int = setting(
        3,
        "Days before the due date on which the one reminder is sent.",
        "应还日前多少天发送唯一一次还款提醒。",
        between=(1, 14),
    )
    overdue_days: tuple[int, ...] = setting(
        (1, 5, 12, 20, 29, 45, 60, 75, 90, 120, 150, 180),
        "Days past due on which an overdue message is considered.",
        "逾期第几天考虑发送逾期短信。",
        between=(1, 3_650),
    )
    starts_at: str = setting(
        "15:00",
        "The time of day, UTC, at which `parley serve` decides for the next day; empty: `parley nightly` does.",
        "`parley serve` 每天为次日做决策的时间（UTC）；留空则由 `parley nightly` 执行。",
        longest=5,
    )
    holdout_bps: int = setting(
        500,
        "Share of accounts, fixed at import, that get no unprompted message: the measure of what messages do.",
        "导入时固定的对照组比例（万分之一），对照组不主动发送短信，用于衡量效果。",
        between=(0, 5_000),
    )
    chunk_accounts: int = setting(
        2_000,
        "Accounts decided in one transaction.",
        "每个事务处理的账户数。",
        between=(1, 10_000),
    )
    budget_micro: int = setting(
        0,
        "What the messages of one night may cost, in the unit of messages.cost_per_segment_micro; 0: no limit. News "
        "of limits come first, then plans, reminders, overdue accounts.",
        "每晚短信费用上限，单位同 messages.cost_per_segment_micro；0 表示不限。"
        "依次优先：额度变更、还款安排、还款提醒、逾期。",
        between=(0, 10**15),
    )


@dataclass(frozen=True, slots=True)
class Crisis:
    """Whom to page when a borrower may be in danger, or a route loses messages."""

    page_by: str = setting(
        "none",
        "How the person on call is paged; none only lists the thread in the console.",
        "如何呼叫值班人员；none 仅在控制台列出。",
        choices=("none", "webhook", "command"),
    )
    webhook_url: str = setting(
        "",
        "The https address that gets the page; it carries the number of the thread, or the name of the route, and "
        "nothing about a borrower.",
        "接收呼叫的 https 地址；只含对话编号或通道名称，不含借款人信息。",
        longest=500,
    )
    command: str = setting(
        "",
        "The command that pages; its last argument is the number of the thread, or route: and the name of the route.",
        "用于呼叫的命令；最后一个参数是对话编号，或 route: 加通道名称。",
        longest=500,
    )
    tries: int = setting(
        5,
        "How often a page that failed is tried again.",
        "呼叫失败后重试的次数。",
        between=(1, 100),
    )


@dataclass(frozen=True, slots=True)
class Imports:
    """Limits of reading a lender's files."""

    chunk_rows: int = setting(
        1_000,
        "Rows written in one transaction when good rows are kept.",
        "保留合格行时，每个事务写入的行数。",
        between=(1, 10_000),
    )
    preview_rows: int = setting(
        5,
        "Rows shown, masked, by --dry-run.",
        "--dry-run 时预览（脱敏）的行数。",
        between=(0, 50),
    )
    longest_field_characters: int = setting(
        10_000,
        "Longest cell; a longer one means a quote was never closed.",
        "单元格最大字符数；超过则多半是引号未闭合。",
        between=(100, 1_000_000),
    )
    largest_megabytes: int = setting(
        1_000,
        "Largest file taken, in millions of bytes, packed or unpacked; checked before it is read.",
        "可接受文件的最大体积（百万字节，压缩前后均计），读取前检查。",
        between=(1, 1_000_000),
    )
    alert_hours: int = setting(
        24,
        "Hours after an abnormal transaction in which a risk alert about it is of use; later none is sent.",
        "异常交易发生后多少小时内发送风险提醒仍有意义；超时不再发送。",
        between=(1, 168),
    )
    error_files_days: int = setting(
        30,
        "Days after which files of refused rows and files waiting to be imported are deleted; they hold personal data.",
        "错误文件与待导入文件（含个人信息）保留的天数，到期删除。",
        between=(1, 365),
    )


@dataclass(frozen=True, slots=True)
class Web:
    """The pages: where they are served, to whom, and how a log-in ends."""

    listen: str = setting(
        "127.0.0.1",
        "The address the pages are served on; the loopback address unless a proxy with https stands in front.",
        "页面服务监听的地址；除非前面有提供 https 的代理，否则应为本机回环地址。",
        longest=60,
    )
    console_port: int = setting(
        8017,
        "The port of the console for staff.",
        "员工控制台的端口。",
        between=(1, 65_535),
    )
    page_port: int = setting(
        8018,
        "The port of the borrowers' page. It shows nothing of the console.",
        "借款人页面的端口，该端口不提供控制台。",
        between=(1, 65_535),
    )
    hosts: str = setting(
        "",
        "Names under which the console is reached beside this machine's own, separated by spaces.",
        "除本机名称外，访问控制台所用的主机名，以空格分隔。",
        longest=500,
    )
    behind_https: bool = setting(
        default=False,
        en="Whether a proxy in front speaks https and sets X-Forwarded-Proto; log-ins then travel by https only.",
        zh="前置代理是否提供 https 并设置 X-Forwarded-Proto；若为 true，登录信息只经 https 传送。",
    )
    zone: str = setting(
        "UTC",
        "The time zone in which the console shows instants, such as America/New_York or Asia/Shanghai.",
        "控制台显示时间所用的时区，例如 America/New_York、Asia/Shanghai。",
        longest=60,
    )
    idle_minutes: int = setting(
        30,
        "Minutes without a page after which a log-in ends.",
        "无操作多少分钟后自动退出登录。",
        between=(1, 720),
    )
    longest_hours: int = setting(
        12,
        "Hours after which a log-in ends in any case.",
        "登录后最长多少小时自动退出。",
        between=(1, 72),
    )
    log_in_tries: int = setting(
        5,
        "Wrong passwords in a row after which a log-in is locked.",
        "密码连续输错几次后锁定登录。",
        between=(2, 20),
    )
    lock_minutes: int = setting(
        15,
        "Minutes for which it is locked.",
        "锁定的分钟数。",
        between=(1, 1_440),
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """How soon members of staff answer, and when they work. Hours are those of the zone `web.zone`."""

    names_people: bool = setting(
        default=False,
        en="Whether texts name the member of staff whose turn it is, by the name their log-in shows; else agent_names.",
        zh="短信是否以登录名对应的显示姓名称呼当前负责的员工；否则使用 agent_names。",
    )
    crisis_minutes: int = setting(
        10,
        "Minutes by the clock within which a person answers where a borrower may be in danger.",
        "借款人可能有生命危险时，人工应在多少分钟（按钟表时间）内回应。",
        between=(1, 240),
    )
    serious_minutes: int = setting(
        120,
        "Working minutes for disputes, complaints, legal and fraud matters, vulnerable borrowers.",
        "异议、投诉、法律、欺诈及弱势客户事项的答复时限（工作时间，分钟）。",
        between=(1, 6_000),
    )
    asked_minutes: int = setting(
        240,
        "Working minutes where the borrower asked for a person or waits for a plan.",
        "借款人要求人工或等待方案时的答复时限（工作时间，分钟）。",
        between=(1, 6_000),
    )
    unclear_minutes: int = setting(
        480,
        "Working minutes for what the machine did not understand.",
        "系统未能理解的消息的答复时限（工作时间，分钟）。",
        between=(1, 6_000),
    )
    other_minutes: int = setting(
        1_440,
        "Working minutes for everything else.",
        "其余事项的答复时限（工作时间，分钟）。",
        between=(1, 6_000),
    )
    alert_reply_hours: int = setting(
        24,
        "Hours without a reply after which a risk alert goes to a person, who asks by another way; 0: never.",
        "风险提醒发出后多少小时无人回复即转人工，由专员另行联系；0 表示不转。",
        between=(0, 168),
    )
    days: tuple[int, ...] = setting(
        (1, 2, 3, 4, 5),
        "Working days of the week, Monday = 1.",
        "每周工作日，周一为 1。",
        between=(1, 7),
    )
    opens_hour: int = setting(
        8,
        "The hour at which work begins.",
        "每天开始工作的钟点。",
        between=(0, 23),
    )
    closes_hour: int = setting(
        20,
        "The hour at which it ends.",
        "每天结束工作的钟点。",
        between=(1, 24),
    )
    closed_on: str = setting(
        "",
        "Days on which nobody works besides, such as 2026-12-25 2027-01-01; national holidays Parley has a calendar of "
        "are closed by themselves.",
        "另外不上班的日期，例如 2026-12-25 2027-01-01；本系统已有日历的全国性节假日自动计入。",
        longest=1_000,
    )
    answers_per_hour: int = setting(
        6,
        "How many threads one member of staff answers in an hour. Where more wait, the time told to borrowers moves, "
        "and the night writes to fewer people; 0: not paced.",
        "每名员工每小时能答复的对话数。等待过多时，告知借款人的时间会推后，夜间主动发送也会减少；0 表示不限。",
        between=(0, 60),
    )
    handed_over_bps: int = setting(
        1_000,
        "Of 10,000 messages about plans or overdue accounts, how many end with a person; from your own figures.",
        "每一万条关于还款安排或逾期的短信中，最终转交人工的条数；请按自身数据填写。",
        between=(1, 10_000),
    )
    reveals_per_hour: int = setting(
        60,
        "How many personal fields one member of staff may open in an hour.",
        "每名员工每小时最多可查看多少项个人信息。",
        between=(1, 1_000),
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a home. `digest` names the file they came from (SHA-256, hex); empty for the defaults."""

    lender: Lender = field(default_factory=Lender)
    store: Store = field(default_factory=Store)
    keys: Keys = field(default_factory=Keys)
    messages: Messages = field(default_factory=Messages)
    delivery: Delivery = field(default_factory=Delivery)
    contact: Contact = field(default_factory=Contact)
    nightly: Nightly = field(default_factory=Nightly)
    crisis: Crisis = field(default_factory=Crisis)
    imports: Imports = field(default_factory=Imports)
    web: Web = field(default_factory=Web)
    desk: Desk = field(default_factory=Desk)
    guidance: Guidance = field(default_factory=Guidance)
    lender_notices: LenderNotices = field(default_factory=LenderNotices)
    inbound: Inbound = field(default_factory=Inbound)
    digest: str = ""


SECTIONS: Final[dict[str, type]] = {
    "lender": Lender,
    "store": Store,
    "keys": Keys,
    "messages": Messages,
    "delivery": Delivery,
    "contact": Contact,
    "nightly": Nightly,
    "crisis": Crisis,
    "imports": Imports,
    "web": Web,
    "desk": Desk,
    "guidance": Guidance,
    "lender_notices": LenderNotices,
    "inbound": Inbound,
}

"""The section of settings that says how messages are written and sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from parley.settings.field import setting

# Who may carry messages: the sandbox, which delivers inside the process and to nobody outside, or the routes that the
# home's file routes.toml names.
SANDBOX: Final = "sandbox"
ROUTES: Final = "routes"
PROVIDERS: Final = (SANDBOX, ROUTES)


@dataclass(frozen=True, slots=True)
class Messages:
    """How messages are written and sent."""

    provider: str = setting(
        SANDBOX,
        "Who carries the messages: sandbox reaches nobody outside this machine; routes are those of routes.toml.",
        "短信通道：sandbox 不会发到本机以外；routes 即 routes.toml 中的各通道。",
        choices=PROVIDERS,
    )
    stop_words: Mapping[str, str] = setting(
        {"*": "STOP", "CN": "R"},
        "The word that messages name for opting out, by country, * for the rest; every known word works everywhere.",
        "短信中写明的退订口令，按国家或地区填写，* 为其余；其他已知口令同样有效。",
        longest=12,
    )
    not_after_hours: int = setting(
        48,
        "Hours after which a message that could not leave expires.",
        "短信无法发出时，多少小时后失效。",
        between=(1, 168),
    )
    per_second: int = setting(
        0,
        "Messages handed to the provider a second, by all processes together; 0: as many as it takes.",
        "每秒最多交给通道的短信数（所有进程合计）；0 表示不限。",
        between=(0, 10_000),
    )
    burst: int = setting(
        100,
        "Messages handed over at once after a pause, where per_second sets a rate.",
        "设定 per_second 时，停顿之后一次最多可交出的短信数。",
        between=(1, 100_000),
    )
    spread_minutes: int = setting(
        0,
        "Minutes over which messages nobody waits for (reminders, overdue, promotions) are spread from their hour on.",
        "非即时短信（提醒、逾期、推广）自其可发时刻起分散发送的分钟数。",
        between=(0, 720),
    )
    on_unknown: Mapping[str, str] = setting(
        {"*": "hold", "risk_alert": "other_channel"},
        "What is done where nobody knows whether a message arrived, by kind, * for the rest: hold (people look through "
        "them), other_channel (a person reaches the borrower another way), resend (risk_alert only).",
        "无法得知短信是否送达时的处理，按短信类别填写，* 为其余：hold（由人员查看）、"
        "other_channel（由人员以其他方式联系）、resend（重发，仅限 risk_alert）。",
        longest=13,
    )
    asks_satisfaction: bool = setting(
        default=True,
        en="Whether a borrower who kept a plan to its end is asked, once, how it was from 1 to 5.",
        zh="还款方案履行完毕后，是否询问一次借款人的满意度（1至5）。",
    )
    cost_per_segment_micro: int = setting(
        7_900,
        "Price of one segment in millionths of the route's currency, for the cost shown before sending.",
        "每一分条的价格，以通道结算货币的百万分之一为单位，用于发送前显示费用。",
        between=(0, 10_000_000),
    )

"""The settings of the side that faces the lender's own systems."""

from __future__ import annotations

from dataclasses import dataclass

from parley.settings.field import setting


@dataclass(frozen=True, slots=True)
class LenderNotices:
    """How the lender's core is told what Parley agreed, and asked what only it decides; docs/lender-door.md."""

    deliver_by: str = setting(
        "none",
        "How notices reach the lender's core: files of the folder lender in the home, a webhook, or both; none keeps "
        "them until one is chosen.",
        "通知送达核心系统的方式：主目录 lender 文件夹中的文件（file）、webhook，或两者（both）；none 则保留待定。",
        choices=("none", "file", "webhook", "both"),
    )
    webhook_url: str = setting(
        "",
        "The address that gets the notices: https://…, or http:// on this machine's loopback address. It holds no "
        "secret: that is the key webhook, made by `parley lender secret`.",
        "接收通知的地址：https://…，或本机回环地址的 http://。地址中不含密钥；密钥由 `parley lender secret` 生成。",
        longest=500,
    )
    source: str = setting(
        "/parley",
        "What notices name as their source: a URI reference, as CloudEvents has it; it tells one home from another.",
        "通知中的来源标识（CloudEvents 的 source，URI 引用），用于区分不同的主目录。",
        longest=200,
    )
    wait_seconds: int = setting(
        10,
        "Seconds to wait for the lender's answer to one notice.",
        "每条通知等待贷款机构应答的秒数。",
        between=(1, 60),
    )
    tries: int = setting(
        12,
        "How often a notice is tried, ever less often, before a person must put it back; 12 take about two days.",
        "一条通知最多尝试的次数（间隔递增），之后须由人工重新投递；12 次约需两天。",
        between=(1, 100),
    )

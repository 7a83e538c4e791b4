"""The section of settings that says when a route has begun to lose messages."""

from __future__ import annotations

from dataclasses import dataclass

from parley.settings.field import setting


@dataclass(frozen=True, slots=True)
class Delivery:
    """When people are called because a route delivers less than it did."""

    least_messages: int = setting(
        200,
        "How many messages of a route both times must hold before they are compared; 0: never compared.",
        "同一通道前后两段时间各须有多少条短信方作比较；0 表示不比较。",
        between=(0, 100_000),
    )
    drop_bps: int = setting(
        1_000,
        "How many fewer of 10,000 messages must arrive before people are called; chance must be ruled out too.",
        "每一万条中少送达多少条即通知人员；同时须排除偶然波动。",
        between=(100, 9_000),
    )
    unanswered_bps: int = setting(
        300,
        "How many more of 10,000 messages must stay without any word of the carrier before people are called.",
        "每一万条中通道毫无应答的短信多出多少条即通知人员。",
        between=(50, 9_000),
    )
    recent_hours: int = setting(
        6,
        "How many hours are compared with the days before them; more where few messages are sent.",
        "以最近多少小时与此前的若干天比较；短信量少时宜取大。",
        between=(1, 168),
    )
    earlier_days: int = setting(
        7,
        "How many days before those hours they are compared with.",
        "与该时段之前的多少天比较。",
        between=(1, 60),
    )
    receipt_minutes: int = setting(
        60,
        "Minutes in which a receipt is awaited: what comes later does not count as delivered in either time.",
        "等待回执的分钟数；更晚到达的，前后两段时间均不计为送达。",
        between=(5, 1_440),
    )

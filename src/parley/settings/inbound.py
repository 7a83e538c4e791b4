"""The settings of the door for carriers."""

from __future__ import annotations

from dataclasses import dataclass

from parley.settings.field import setting


@dataclass(frozen=True, slots=True)
class Inbound:
    """Where carriers post what they bring, and how long parts of a text are waited for; docs/inbound.md."""

    routes: str = setting(
        "",
        "Names under which callbacks signed by Standard Webhooks are taken, with spaces between, such as sandbox: "
        "POST /in/NAME. Empty: nothing listens. Each has a secret, made by `parley callbacks secret NAME`.",
        "接收 Standard Webhooks 签名回调的路由名，以空格分隔，例如 sandbox：POST /in/NAME。留空则不监听。"
        "每个路由的密钥由 `parley callbacks secret NAME` 生成。",
        longest=200,
    )
    listen: str = setting(
        "127.0.0.1",
        "The address callbacks are taken on; the loopback address unless a proxy with https stands in front.",
        "接收回调的地址；除非前面有提供 https 的代理，否则应为本机回环地址。",
        longest=60,
    )
    port: int = setting(
        8019,
        "The port callbacks are taken on. It shows no page.",
        "接收回调的端口，该端口不提供任何页面。",
        between=(1, 65_535),
    )
    public_url: str = setting(
        "",
        "How carriers reach this door from outside, such as https://sms.example.com, without the path; what some of "
        "them sign holds it.",
        "通道从外部访问本入口的地址，例如 https://sms.example.com（不含路径）；部分通道的签名包含该地址。",
        longest=200,
    )
    parts_minutes: int = setting(
        10,
        "Minutes for which the parts of a longer text wait for those that are missing; then a person gets what came.",
        "长短信各分条等待其余分条的分钟数；超时则将已到部分转交人工。",
        between=(1, 1_440),
    )

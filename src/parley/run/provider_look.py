"""Looks at one route as whoever connects it does: what is missing, what must be registered, whether it knows us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from parley.contact.registrations import read_registrations as registrations_of
from parley.contact.routes import FILE, Line
from parley.errors import BadInput, ParleyError
from parley.providers.declared import Declaration, Finding, Given, Kind, KnownBy, OptOuts
from parley.providers.kinds import KINDS
from parley.run.place import Home, read_registrations, read_routes_file
from parley.run.renewals import renewal
from parley.run.routing import given_for, routes_of
from parley.run.rulebooks import rulebook_in_use
from parley.settings.messages import ROUTES
from parley.settings.model import Settings
from parley.store.keys import KeySource


def look(
    home: Home, settings: Settings, source: KeySource, name: str, today: date, *, asks: bool = True
) -> Iterator[Finding]:
    """Yield what stands of route *name*, well or not, each with what to do.

    *asks*: whether the carrier is asked if it knows us, without any effect. Raises BadInput where there is no such
    route.
    """
    line = route_named(home, name)
    kind = KINDS[line.kind]
    if settings.messages.provider != ROUTES:
        yield Finding(
            is_well=False,
            en=f"messages.provider is {settings.messages.provider!r}: nothing leaves by a route. Set it to 'routes'.",
            zh=f"messages.provider 为 {settings.messages.provider!r}，短信不会经由任何通道发出。请设为 'routes'。",
        )
    given = given_for(line, kind, home, settings, source)
    if isinstance(given, list):
        yield from (Finding(is_well=False, en=one.en, zh=one.zh) for one in given)
    else:
        yield _built(kind, given)
    yield from _countries(line, kind)
    yield from _registered(line, kind, home, today)
    yield from _reached(line, kind, settings)
    yield _told(kind.declared)
    if asks and isinstance(given, Given) and kind.probe is not None:
        yield _probed(kind, given)


def _built(kind: Kind, given: Given) -> Finding:
    """Say whether the route can be built of what was given, which opens no connection."""
    try:
        kind.build(given).close()
    except ParleyError as fault:
        return Finding(is_well=False, en=fault.en, zh=fault.zh)
    return Finding(is_well=True, en="Every key of the route is there.", zh="通道所需各项均已填写。")


def route_named(home: Home, name: str) -> Line:
    """Return the route *name* of a home. Raises BadInput where there is none."""
    routes = routes_of(read_routes_file(home))
    line = routes.line(name)
    if line is None:
        listed = ", ".join(one.name for one in routes.lines)
        raise BadInput(
            f"There is no route {name!r}: {FILE} names {listed}.", f"没有通道 {name!r}：{FILE} 中有 {listed}。"
        )
    return line


def secret_names(home: Home, name: str) -> list[str]:
    """Return the names of the secrets of route *name*. Raises BadInput where there is no such route."""
    return [key.name for key in KINDS[route_named(home, name).kind].declared.keys if key.is_secret]


def routes_known_by_secret(home: Home) -> list[str]:
    """Return the names of the routes whose callbacks are verified by a secret of ours; none without a file."""
    content = read_routes_file(home)
    lines = routes_of(content).lines if content else ()
    return [line.name for line in lines if KINDS[line.kind].declared.known_by is not KnownBy.THEIR_KEY]


def takes_token(home: Home, name: str) -> bool:
    """Say whether the carrier of route *name* signs nothing, so that a token stands in the address it posts to."""
    return KINDS[route_named(home, name).kind].declared.known_by is KnownBy.ADDRESS


def described(declared: Declaration, *, is_whole: bool, chinese: bool) -> list[str]:
    """Return the lines that tell what a kind of carrier declares of itself; *is_whole*: with its keys and sources."""
    lines = [f"{declared.code:<10} {declared.zh if chinese else declared.en}"]
    if not is_whole:
        return lines
    lines.append("  " + (_told(declared).zh if chinese else _told(declared).en))
    lines += [f"  {one[1] if chinese else one[0]}" for one in _limits(declared)]
    for key in declared.keys:
        given = "secret" if key.is_secret else "needed" if key.default is None else f"= {key.default!r}"
        lines.append(f"  {key.name:<24} {given:<14} {key.zh if chinese else key.en}")
    lines += [f"  {source.address} ({source.read_on})" for source in declared.sources]
    return lines


def _limits(declared: Declaration) -> Iterator[tuple[str, str]]:
    """Yield what a kind of carrier says of doubles, speed and segments, in both languages."""
    if declared.deduplicates:
        yield "takes what comes again under our reference as the first", "同一编号再次提交视为同一条"
    else:
        yield "takes what comes again under our reference as another message", "同一编号再次提交视为另一条"
    if declared.per_second:
        yield f"takes {declared.per_second:,} messages a second", f"每秒接收 {declared.per_second:,} 条"
    else:
        yield "names no rate; set per_second of the route", "未注明速率；请设置通道的 per_second"
    carriage = declared.carriage
    signs = f"{carriage.units16(joined=False)} / {carriage.units16(joined=True)}"
    if carriage.takes_gsm7:
        letters = f"{carriage.septets(joined=False)} / {carriage.septets(joined=True)}"
        yield f"a segment holds {letters} letters or {signs} signs, alone / joined", f"每段 {letters} 字母或 {signs} 字"
    else:
        yield f"a segment holds {signs} signs, alone / joined", f"每段 {signs} 字"


def _countries(line: Line, kind: Kind) -> Iterator[Finding]:
    served = kind.declared.countries
    if served and not line.countries <= served:
        others = ", ".join(sorted(line.countries - served))
        yield Finding(
            is_well=False,
            en=f"{kind.declared.en} does not serve {others}. Take them off countries of this route.",
            zh=f"{kind.declared.zh}不服务 {others}。请从本通道的 countries 中删除。",
        )


def _registered(line: Line, kind: Kind, home: Home, today: date) -> Iterator[Finding]:
    """Yield what a carrier wants registered and is not, and what soon ends."""
    registered = registrations_of(read_registrations(home), rulebook_in_use(home.rulebook).carriers)
    ours = [one for one in registered.entries if one.is_for(line.kind)]
    for country in sorted(line.countries):
        there = [one for one in ours if one.country.split("-")[0] == country and one.valid_from <= today]
        for what in sorted(kind.declared.needs):
            if not any(one.kind is what and (one.valid_to is None or today <= one.valid_to) for one in there):
                yield Finding(
                    is_well=False,
                    en=f"{kind.declared.en} carries nothing to {country} without a registered {what}; none is in "
                    "registrations.toml. See docs/registrations.md.",
                    zh=f"{kind.declared.zh}发往 {country} 须先登记 {what}，registrations.toml 中没有。"
                    "见 docs/registrations.md。",
                )
    for one in registered.to_renew(today):
        if one.is_for(line.kind):
            told = renewal(one, today)
            yield Finding(is_well=False, en=told.en, zh=told.zh)


def _reached(line: Line, kind: Kind, settings: Settings) -> Iterator[Finding]:
    """Yield where the carrier must post what it brings, where it posts at all."""
    if not kind.declared.posts_back:
        return
    if not settings.inbound.public_url:
        yield Finding(
            is_well=False,
            en="inbound.public_url is empty: the carrier cannot post receipts and texts. See docs/inbound.md.",
            zh="inbound.public_url 为空：通道无法回传回执与上行短信。见 docs/inbound.md。",
        )
        return
    address = f"{settings.inbound.public_url.rstrip('/')}/in/{line.name}"
    token_en, token_zh = "", ""
    if kind.declared.known_by is KnownBy.ADDRESS:
        token_en = f", followed by / and the token that `parley callbacks secret {line.name}` prints"
        token_zh = f"，其后加 / 与 `parley callbacks secret {line.name}` 输出的令牌"
    yield Finding(
        is_well=True,
        en=f"Give the carrier this address for receipts and texts: {address}{token_en}.",
        zh=f"请在通道侧将回执与上行地址设为：{address}{token_zh}。",
    )


_OPT_OUTS: Final[dict[OptOuts, tuple[str, str]]] = {
    OptOuts.NOTHING: ("leaves a STOP to us", "退订由我方处理"),
    OptOuts.ANSWERED: ("answers a STOP itself and brings it to us", "通道自行答复退订并转告我方"),
    OptOuts.HIDDEN: ("may answer a STOP without telling us", "通道可能自行处理退订而不告知我方"),
}


def _told(declared: Declaration) -> Finding:
    """Return what everybody who runs this route should know of it."""
    seconds = declared.settle_seconds
    asked = ("cannot be asked by our reference: what is in doubt stays unknown", "不支持按我方编号查询，存疑者保持未知")
    if declared.can_look_up:
        asked = (f"can be asked by our reference after {seconds} s", f"{seconds} 秒后可按我方编号查询")
    opt_out = _OPT_OUTS[declared.opt_outs]
    return Finding(
        is_well=True,
        en=f"{declared.en} {asked[0]}; {opt_out[0]}.",
        zh=f"{declared.zh}：{asked[1]}；{opt_out[1]}。",
    )


def _probed(kind: Kind, given: Given) -> Finding:
    assert kind.probe is not None, "whoever asks has looked"
    try:
        return kind.probe(given)
    except ParleyError as fault:
        return Finding(is_well=False, en=fault.en, zh=fault.zh)

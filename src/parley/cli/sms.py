"""`parley sms`: what a text costs on the air, and why. Needs no home and stores nothing."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parley.cli.speech import here, say
from parley.errors import BadInput

if TYPE_CHECKING:
    from parley.messaging.carriage import Carriage
    from parley.messaging.segments import Segments
    from parley.messaging.smart import Plainer

app = typer.Typer(help="Texts on the air: alphabet, length, segments, cost.", no_args_is_help=True)

_LONGEST_CHARS = 40_000
# A Chinese text has many characters of its kind: the first few say enough.
_MOST_NAMED = 5


@app.command("inspect")
def inspect(
    text: Annotated[str, typer.Argument(help="The text; - reads standard input. After --, one that begins with -.")],
    route: Annotated[
        str,
        typer.Option(
            help="How it is carried: standard, udh16, sar, message_payload, turkish, spanish, portuguese, china."
        ),
    ] = "standard",
    price: Annotated[
        int, typer.Option(min=0, max=10_000_000, help="Price of a segment in millionths of the route's currency.")
    ] = 7_900,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print encoding, units, segments and cost of TEXT, what forces UCS-2, and what plain punctuation would save.

    Units are septets (gsm7) or 16-bit code units (ucs2), as 3GPP TS 23.038 and 23.040 count them.
    """
    from parley.messaging.segments import measure, parts_of
    from parley.messaging.smart import plainer

    carriage = _carriage(route)
    if text == "-":
        text = sys.stdin.read(_LONGEST_CHARS + 1)
    # Bytes that are no UTF-8 came as halves of characters; they would leave as a replacement character.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if len(text) > _LONGEST_CHARS:
        raise BadInput(
            f"The text is longer than {_LONGEST_CHARS:,} characters; no route carries that. Nothing was counted.",
            f"文本超过{_LONGEST_CHARS:,}个字符，没有通道能发送，未计算。",
        )
    size, parts, proposal = measure(text, carriage), parts_of(text, carriage), plainer(text, carriage=carriage)
    if as_json:
        typer.echo(json.dumps(_facts(text, carriage, size, parts, proposal, price), ensure_ascii=False, indent=2))
    else:
        _tell(text, carriage, size, parts, proposal, price)


def _carriage(route: str) -> Carriage:
    from parley.messaging.carriage import CARRIAGES

    if route not in CARRIAGES:
        known = ", ".join(CARRIAGES)
        raise BadInput(f"There is no route {route!r}. Known: {known}.", f"没有通道{route!r}。可选：{known}。")
    return CARRIAGES[route]


def _facts(
    text: str, carriage: Carriage, size: Segments, parts: tuple[str, ...], proposal: Plainer | None, price: int
) -> dict[str, Any]:
    single, joined = _capacity(carriage, size)
    return {
        "encoding": size.encoding,
        "units": size.units,
        "segments": size.count,
        "route": carriage.name,
        "joining": carriage.joining,
        "units_alone": single,
        "units_joined": joined,
        "shift_tables": _tables(size),
        "forces_ucs2": [
            {"char": char, "code": f"U+{ord(char):04X}", "name": _name(char), "at": text.index(char)}
            for char in _forcing(text, size, carriage)
        ],
        "parts": list(parts),
        "cost_micro": size.count * price,
        "plain_punctuation": None
        if proposal is None
        else {
            "text": proposal.text,
            "encoding": proposal.segments.encoding,
            "units": proposal.segments.units,
            "segments": proposal.segments.count,
            "swaps": [{"at": one.at, "old": one.old, "new": one.new} for one in proposal.swaps],
        },
    }


def _tell(
    text: str, carriage: Carriage, size: Segments, parts: tuple[str, ...], proposal: Plainer | None, price: int
) -> None:
    chinese = here()
    single, joined = _capacity(carriage, size)
    tables = ", ".join(f"{kind} {language}" for kind, language in _tables(size).items())
    say(
        f"encoding  {size.encoding}" + (f" ({tables})" if tables else ""),
        f"编码      {size.encoding}" + (f"（{tables}）" if tables else ""),
        chinese=chinese,
    )
    say(
        f"units     {size.units} (a segment holds {single} alone, {joined} joined)",
        f"长度      {size.units}（单条 {single}，长短信每条 {joined}）",
        chinese=chinese,
    )
    say(f"segments  {size.count}", f"条数      {size.count}", chinese=chinese)
    cost = f"{size.count * price / 1_000_000:.6f}".rstrip("0").rstrip(".")
    say(
        f"cost      {cost} at {price} millionths a segment", f"费用      {cost}（每条百万分之{price}）", chinese=chinese
    )
    forcing = _forcing(text, size, carriage)
    for char in forcing[:_MOST_NAMED]:
        at = text.index(char) + 1
        say(
            f"UCS-2     because of {_name(char)} U+{ord(char):04X}, first at character {at}",
            f"UCS-2     因为 U+{ord(char):04X}（{_name(char)}），首见于第{at}个字符",
            chinese=chinese,
        )
    if rest := forcing[_MOST_NAMED:]:
        say(f"          and {len(rest)} more characters", f"          另有{len(rest)}个字符", chinese=chinese)
    for number, part in enumerate(parts, start=1) if len(parts) > 1 else ():
        typer.echo(f"{number:>3}/{len(parts)}   {part!r}")
    if proposal is not None:
        saved = size.count - proposal.segments.count
        say(
            f"plainer   saves {saved}: {proposal.segments.encoding}, {proposal.segments.count} segments",
            f"可简化    省{saved}条：{proposal.segments.encoding}，{proposal.segments.count}条",
            chinese=chinese,
        )
        for swap in proposal.swaps:
            typer.echo(f"          {swap.at + 1}: {_name(swap.old)} -> {swap.new!r}")


def _capacity(carriage: Carriage, size: Segments) -> tuple[int, int]:
    if size.encoding == "ucs2":
        return carriage.units16(joined=False), carriage.units16(joined=True)
    shifts = size.alphabet.shifts if size.alphabet is not None else 0
    return carriage.septets(shifts, joined=False), carriage.septets(shifts, joined=True)


def _tables(size: Segments) -> dict[str, str]:
    from parley.messaging.shift_tables import LANGUAGES

    if size.alphabet is None:
        return {}
    used = {"locking": size.alphabet.locking, "single": size.alphabet.single}
    return {kind: LANGUAGES[number] for kind, number in used.items() if number}


def _forcing(text: str, size: Segments, carriage: Carriage) -> tuple[str, ...]:
    """Return what forces UCS-2: nothing where it is not used, and nothing where the route knows no other."""
    from parley.messaging.alphabet import forces_ucs2

    return forces_ucs2(text) if size.encoding == "ucs2" and carriage.takes_gsm7 else ()


def _name(char: str) -> str:
    return unicodedata.name(char, f"U+{ord(char):04X}")

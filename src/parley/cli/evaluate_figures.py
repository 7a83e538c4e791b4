"""The figures of `parley evaluate negotiation` as lines for a terminal. Each bears its name in docs/evaluate.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import typer

from parley.cli.speech import here, say

_RNE13: Final = ("DC", "DS", "MTA", "SRR", "RR", "QRD", "HRD", "CD", "L1D", "L2D", "ATV", "CRI", "DHI", "CCI")
_BESIDE: Final = (
    "deal_rate", "mean_discount", "RR_agreed", "npv_share", "plan_break_rate", "affordability_violation_rate",
    "L1D_caused", "messages_to_agreement", "upper_bound_share",
)  # fmt: skip
_SHORT: Final = {
    "deal_rate": "deals",
    "mean_discount": "discount",
    "npv_share": "npv",
    "plan_break_rate": "broken",
    "affordability_violation_rate": "too dear",
    "L1D_caused": "L1D caused",
    "messages_to_agreement": "messages",
    "upper_bound_share": "of bound",
}
_WHOLE: Final = frozenset({"QRD", "HRD", "CD", "L1D", "L2D", "L1D_caused"})
_TENTHS: Final = frozenset({"MTA", "messages_to_agreement"})
_NAME_WIDTH: Final = 19
_WIDTH: Final = 8


def print_figures(figures: Mapping[str, Any]) -> None:
    """Print the tables of an evaluation."""
    chinese = here()
    say(
        f"{figures['cases']} borrowers ({figures['borrowers']}), seed {figures['seed']}, policy {figures['policy']}",
        f"{figures['cases']} 名模拟借款人（{figures['borrowers']}），种子 {figures['seed']}，政策 {figures['policy']}",
        chinese=chinese,
    )
    for line in lines_of(figures):
        typer.echo(line)
    say(
        "Simulated borrowers: the figures compare negotiators in this simulator, nothing else (docs/evaluate.md).",
        "借款人为模拟：数字只用于在同一模拟器内比较各谈判方式（见 docs/evaluate.md）。",
        chinese=chinese,
    )


def lines_of(figures: Mapping[str, Any]) -> Iterator[str]:
    """Give the tables line by line."""
    policies = figures["policies"]
    yield from _table("RNE-13", _RNE13, policies)
    yield from _table("beside it", _BESIDE, policies)
    yield from _intervals(policies)
    yield from _leads(figures["parley_ahead_by"])
    yield from _segments(policies)
    yield from _violations(policies)
    if "sensitivity" in figures:
        yield from _sensitivity(figures["sensitivity"])


def _table(title: str, names: tuple[str, ...], policies: Mapping[str, Any]) -> Iterator[str]:
    widths = [max(_WIDTH, len(_SHORT.get(name, name)) + 1) for name in names]
    head = "".join(f"{_SHORT.get(name, name):>{width}}" for name, width in zip(names, widths, strict=True))
    yield ""
    yield f"{title:<{_NAME_WIDTH}}{head}"
    for policy, found in policies.items():
        cells = "".join(f"{_told(name, found[name]):>{width}}" for name, width in zip(names, widths, strict=True))
        yield f"{policy:<{_NAME_WIDTH}}{cells}"


def _told(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name in _WHOLE:
        return f"{value:.0f}"
    return f"{value:.1f}" if name in _TENTHS else f"{value:.3f}"


def _between(pair: tuple[float, float] | None, sign: str = "") -> str:
    return f"{pair[0]:{sign}.3f} … {pair[1]:{sign}.3f}" if pair is not None else "–"


def _intervals(policies: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{'95 % intervals':<{_NAME_WIDTH}}{'CCI':>20}{'RR':>20}{'SRR':>20}{'DHI':>20}"
    for policy, found in policies.items():
        cells = "".join(f"{_between(found['intervals'][name]):>20}" for name in ("CCI", "RR", "SRR", "DHI"))
        yield f"{policy:<{_NAME_WIDTH}}{cells}"


def _leads(leads: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{'parley less':<{_NAME_WIDTH}}{'CCI':>20}{'RR':>20}"
    for policy, found in leads.items():
        yield f"{policy:<{_NAME_WIDTH}}{_between(found['CCI'], '+'):>20}{_between(found['RR'], '+'):>20}"


def _segments(policies: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{'parley, by segment':<30}{'cases':>7}{'CCI':>8}{'RR':>8}{'deals':>8}{'discount':>10}{'L1D caused':>12}"
    for kind, groups in policies["parley"]["segments"].items():
        for name, found in groups.items():
            told = [
                _told(metric, found[metric]) for metric in ("CCI", "RR", "deal_rate", "mean_discount", "L1D_caused")
            ]
            cells = "".join(f"{text:>{width}}" for text, width in zip(told, (8, 8, 8, 10, 12), strict=True))
            yield f"{f'{kind} {name}':<30}{found['cases']:>7}{cells}"


def _violations(policies: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    for policy, found in policies.items():
        kinds = [f"{kind} {count}" for kind, count in found["violations"].items() if count]
        if kinds or policy == "parley":
            yield f"violations of {policy}: {', '.join(kinds) or '0'}"
        if policy == "parley" and found["not_written_to"]:
            yield f"borrowers whom law or policy let no text of Parley's reach: {found['not_written_to']}"


def _sensitivity(found: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    heads = zip(("value", "low", "parley", "best", "high", "parley", "best"), (7, 7, 8, 8, 8, 8, 8), strict=True)
    yield f"{'CCI, one at a time':<26}{''.join(f'{head:>{width}}' for head, width in heads)}  lead"
    for row in found["rows"]:
        low, high, flips = row["low"], row["high"], row["flips_between"]
        best = " / ".join(dict.fromkeys(end["best_name"] for end in (low, high)))
        changes = (f"changes between {flips[0]} and {flips[1]}" if flips else "unchanged") + f" ({best})"
        yield (
            f"{row['parameter']:<26}{row['value']:>7}{low['value']:>7}{low['parley']:>8.3f}{low['best']:>8.3f}"
            f"{high['value']:>8}{high['parley']:>8.3f}{high['best']:>8.3f}  {changes}"
        )

"""The figures of `parley check replies` as lines for a terminal. Each bears its name in docs/reading.md."""

from __future__ import annotations

from collections.abc import Iterator

from parley.nlu.reading import Intent
from parley.nlu.score import COVERAGES_PERCENT, SLOTS, Figures, LanguageFigures, Share


def figure_lines(figures: Figures) -> Iterator[str]:
    """Give the figures of each language, those over all, then which intent was read as which."""
    for language, each in figures.by_language.items():
        yield f"{language}: {each.lines} lines"
        yield from _of_language(each)
    yield f"all: {figures.lines} lines"
    for intent in (Intent.STOP, Intent.RISK, Intent.LEGAL):
        yield _line(f"{intent}_recall", figures.recall[intent])
        yield _line(f"{intent}_false", figures.false[intent])
    yield _line("risk_safe", figures.risk_safe)
    yield _line("oos_recall", figures.oos_recall)
    for name, ms in (("ms_p50", figures.ms_p50), ("ms_p99", figures.ms_p99)):
        yield f"  {name:<22} {'–' if ms is None else f'{ms:.2f}'}"
    yield "labelled, lines: read as"
    for label, row in figures.confusion.items():
        told = ", ".join(f"{read} {lines}" for read, lines in sorted(row.items(), key=lambda pair: (-pair[1], pair[0])))
        yield f"  {label:<16} {sum(row.values()):>4}: {told}"


def _of_language(each: LanguageFigures) -> Iterator[str]:
    f1 = "–" if each.intent_macro_f1 is None else f"{each.intent_macro_f1:.4f}"
    yield f"  {'intent_macro_f1':<22} {f1}"
    for name in ("intent_accuracy", "handed_over", "kept_accuracy", "also_recall"):
        yield _line(name, getattr(each, name))
    for slot in SLOTS:
        yield f"{_line(f'{slot}_exact', each.exact[slot])}; filled without {_told(each.filled[slot])}"
    yield _line("false_fill", each.false_fill)
    yield _line("lines_with_false_fill", each.lines_with_false_fill)
    for percent, (kept, right) in zip(COVERAGES_PERCENT, each.surest, strict=True):
        yield f"{_line(f'surest {percent} %', right)}; kept {_told(kept)}"


def _line(name: str, share: Share) -> str:
    return f"  {name:<22} {_told(share)}"


def _told(share: Share) -> str:
    return f"{100 * share.hits / share.of:.1f} % ({share.hits} of {share.of})" if share.of else "– (0 of 0)"

"""How `parley templates check` says what the texts take: for people, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from parley.cli.speech import here, say
from parley.engine.approval import NotApproved

if TYPE_CHECKING:
    from parley.engine.approval import Verdict
    from parley.engine.library import Library
    from parley.messaging.segments import Segments
    from parley.run.sizing import Readers, SizedText


def show_sizes(texts: Sequence[SizedText], readers: Readers, price_micro: int, *, is_each: bool) -> None:
    """Print the segments of *texts*, language by language; of each text where asked for."""
    chinese = here()
    say(
        f"Segments over {readers.looked_at:,} accounts of {readers.total:,}:",
        f"按 {readers.total:,} 个账户中的 {readers.looked_at:,} 个计算的短信条数：",
        chinese=chinese,
    )
    for language, found in groupby(texts, key=lambda one: one.language):
        some = list(found)
        longest = max(some, key=lambda one: (one.sized.worst.segments.count, one.sized.worst.segments.units))
        most = longest.sized.worst.segments.count
        say(
            f"{language}: usually {_usual(some)} segments, at worst {most} ({longest.key})",
            f"{language}：通常 {_usual(some)} 条，最多 {most} 条（{longest.key}）",
            chinese=chinese,
        )
        for one in some if is_each else ():
            over, worst = one.sized.over, one.sized.worst.segments
            book = f"{over.least}/{over.median}/{over.most}" if over.rows else "-"
            cost = _major(over.cost_micro(price_micro))
            say(
                f"  {one.key}: usually {one.sized.usual.count}, at worst {worst.count} {worst.encoding}, "
                f"book {book} (least/median/most of {over.rows:,}), all {cost}",
                f"  {one.key}：通常 {one.sized.usual.count} 条，最多 {worst.count} 条 {worst.encoding}，"
                f"账册 {book}（{over.rows:,} 户的最少/中位/最多），全发 {cost}",
                chinese=chinese,
            )


def _usual(texts: Iterable[SizedText]) -> str:
    counts = [one.sized.usual.count for one in texts]
    return f"{min(counts)} to {max(counts)}" if min(counts) != max(counts) else str(counts[0])


def _major(micro: int) -> str:
    return f"{micro / 1_000_000:,.2f}"


def facts(
    verdicts: Iterable[Verdict], texts: Iterable[SizedText], readers: Readers, library: Library, price_micro: int
) -> str:
    """Return verdicts and sizes as one JSON object. Units: segments; septets (gsm7) or 16-bit units; millionths."""
    refused = [one for one in verdicts if isinstance(one, NotApproved)]
    whole = {
        "provider": library.route.provider,
        "rulebook": library.rulebook.hash,
        "price_per_segment_micro": price_micro,
        "accounts": {"looked_at": readers.looked_at, "total": readers.total},
        "texts": [_text(one, library, price_micro) for one in texts],
        "objections": [_objection(one, number) for one in refused for number in range(len(one.objections))],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _text(one: SizedText, library: Library, price_micro: int) -> dict[str, Any]:
    over = one.sized.over
    return {
        "key": one.key,
        "language": one.language,
        "version": library.catalogue.version(one.key, one.language),
        "usual": _size(one.sized.usual),
        "worst": {**_size(one.sized.worst.segments), "ways": one.sized.worst.ways},
        "book": {
            "accounts": over.rows,
            "least": over.least,
            "median": over.median,
            "most": over.most,
            "accounts_by_segments": {str(count): rows for count, rows in over.by_count},
            "accounts_ucs2": over.ucs2,
            "cost_micro": over.cost_micro(price_micro),
        },
    }


def _size(size: Segments) -> dict[str, Any]:
    return {"encoding": size.encoding, "units": size.units, "segments": size.count}


def _objection(verdict: NotApproved, number: int) -> dict[str, Any]:
    asked, objection = verdict.asked, verdict.objections[number]
    return {
        "key": asked.key,
        "language": asked.language,
        "jurisdiction": asked.jurisdiction,
        "product": asked.product,
        "purpose": asked.purpose,
        "reason": objection.reason_code,
        "rule": objection.rule_id,
        "citation": objection.citation,
        "layer": objection.layer,
        "en": objection.text.en,
        "zh": objection.text.zh,
    }

"""What does the model card say? Data, figures on unseen phrases and on replies by other hands, weaknesses."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from parley.nlu.labels import CHINESE, ENGLISH, Label, label_of
from parley.nlu.lexicon import Lexicon
from parley.nlu.model import INTENTS
from parley.nlu.read import Reader, read
from parley.nlu.reading import Intent
from parley.nlu.score import Figures, LanguageFigures, Scored, Share, score
from parley.run.model_file import dump_model
from tools.training.build import PASSES, PER_PHRASE, SEED, Built
from tools.training.calibrate import PARTS

_EVALUATION: Final = Path(__file__).parents[2] / "tests" / "nlu" / "evaluation"
_BIN: Final = Path(__file__).with_name("card.md")
_MEGABYTE: Final = 1_000_000


def write_card(path: Path, built: Built, lexicon: Lexicon) -> None:
    """Write the card to *path*, from the text in `card.md` and the figures of *built*."""
    reader = Reader(lexicon, built.model)
    hand = _scored(_labels(), reader)
    made = _scored((one.example.label for one in built.known if one.example.is_clean), reader)
    path.write_text(
        _BIN.read_text(encoding="utf-8").format(
            phrases=_phrases(built),
            replies=len(built.known),
            per_phrase=PER_PHRASE,
            passes=PASSES,
            seed=SEED,
            parts=PARTS,
            megabytes=f"{len(dump_model(built.model)) / _MEGABYTE:.1f}",
            table=_table(built, hand),
            urgent=_urgent(hand),
            slots=_slots(made, hand),
            intents=_intents(hand, built),
            hand_lines=hand.lines,
        ),
        encoding="utf-8",
    )


def _labels() -> list[Label]:
    rows = [line for name in ("en", "zh") for line in (_EVALUATION / f"{name}.jsonl").read_text("utf-8").splitlines()]
    return [label_of(json.loads(row, parse_float=Decimal)) for row in rows if row.strip()]


def _scored(labels: Iterable[Label], reader: Reader) -> Figures:
    return score([Scored(label, read(label.text, label.context, reader), 0.0) for label in labels])


def _phrases(built: Built) -> str:
    count = Counter(one.example.phrase.partition("/")[0] for one in built.known if one.example.is_clean)
    return f"{count['en']:,} phrases in English and {count['zh']:,} in Chinese"


def _unseen(built: Built, language: str) -> tuple[str, str]:
    """Return accuracy and macro-F1 of the models on phrases they had not seen."""
    seen = [one for one in built.unseen if one.language == language]
    right = sum(one.verdict.ranked[0] is one.intent for one in seen)
    labelled = Counter(one.intent for one in seen)
    read_as = Counter(one.verdict.ranked[0] for one in seen)
    hits = Counter(one.intent for one in seen if one.verdict.ranked[0] is one.intent)
    f1 = [2 * hits[i] / (labelled[i] + read_as[i]) for i in INTENTS if labelled[i] + read_as[i]]
    return f"{right / len(seen):.3f}", f"{sum(f1) / len(f1):.3f}"


def _table(built: Built, hand: Figures) -> str:
    lines = ["| | English | Chinese |", "|---|---|---|"]
    unseen = {language: _unseen(built, language) for language in (ENGLISH, CHINESE)}
    lines.append(f"| phrases not seen: accuracy | {unseen[ENGLISH][0]} | {unseen[CHINESE][0]} |")
    lines.append(f"| phrases not seen: macro-F1 | {unseen[ENGLISH][1]} | {unseen[CHINESE][1]} |")
    rows: tuple[tuple[str, Callable[[LanguageFigures], str]], ...] = (
        ("other hands: accuracy", lambda one: _of(one.intent_accuracy)),
        ("other hands: macro-F1", lambda one: f"{one.intent_macro_f1 or 0.0:.3f}"),
        ("other hands: asked back or handed over", lambda one: _of(one.handed_over)),
        ("other hands: accuracy of the rest", lambda one: _of(one.kept_accuracy)),
        ("other hands: further intents found", lambda one: _of(one.also_recall)),
    )
    for name, value in rows:
        lines.append(f"| {name} | {value(hand.by_language[ENGLISH])} | {value(hand.by_language[CHINESE])} |")
    return "\n".join(lines)


def _of(share: Share) -> str:
    return "–" if share.value is None else f"{share.value:.3f} ({share.hits} of {share.of})"


def _urgent(hand: Figures) -> str:
    rows = [
        ("stop found", hand.recall[Intent.STOP]),
        ("stop where there is none", hand.false[Intent.STOP]),
        ("risk found", hand.recall[Intent.RISK]),
    ]
    rows += [("risk found, or seen by a person", hand.risk_safe), ("risk where there is none", hand.false[Intent.RISK])]
    rows += [("legal found", hand.recall[Intent.LEGAL]), ("out of scope found, 95 % of the rest kept", hand.oos_recall)]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {_of(share)} |" for name, share in rows)])


def _slots(made: Figures, hand: Figures) -> str:
    lines = ["| slot | generator, en | generator, zh | other hands, en | other hands, zh |", "|---|---|---|---|---|"]
    for slot in hand.by_language[ENGLISH].exact:
        cells = [_of(figures.by_language[one].exact[slot]) for figures in (made, hand) for one in (ENGLISH, CHINESE)]
        lines.append(f"| {slot} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _intents(hand: Figures, built: Built) -> str:
    phrases: Counter[Intent] = Counter(one.example.label.intent for one in built.known if one.example.is_clean)
    lines = [
        "| intent | phrases | other hands: labelled | read right | most often read as, where wrong |",
        "|---|---|---|---|---|",
    ]
    for intent in INTENTS:
        row = hand.confusion.get(intent, {})
        wrong: Sequence[tuple[int, Intent]] = sorted(
            ((n, one) for one, n in row.items() if one is not intent), reverse=True
        )
        told = ", ".join(f"{one} ({n})" for n, one in wrong[:2]) or "–"
        lines.append(f"| {intent} | {phrases[intent]} | {sum(row.values())} | {row.get(intent, 0)} | {told} |")
    return "\n".join(lines)

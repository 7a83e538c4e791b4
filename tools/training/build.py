"""How is the shipped model made? Replies from phrases, a first model to calibrate on, then one of everything."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parley.nlu import labels
from parley.nlu.evidence import evidence_of
from parley.nlu.features import ROWS, pieces, rows_of, signals
from parley.nlu.lexicon import Lexicon
from parley.nlu.model import COLUMNS, INTENTS, MEASURES, Model, sketch, verdict_of
from parley.nlu.reading import Intent
from tools.training.calibrate import Seen, fit_judge, is_held_out, most_odd, thresholds
from tools.training.make import Example, examples
from tools.training.phrases import Phrase
from tools.training.train import Row, rounded, target_of, train

SEED: Final = 2026
_HERE: Final = Path(__file__).parent
_NLU: Final = Path(labels.__file__).parent
# Where one of these changes, so may the model; of the other readers of a reply, some replies are tried.
_MADE_WITH: Final = (
    *(_HERE / f"{name}.py" for name in ("build", "calibrate", "make", "noise", "phrases", "render", "train")),
    _HERE / "spelling.toml",
    *(_NLU / f"{name}.py" for name in ("features", "model")),
    *sorted((_NLU / "data").glob("*.toml")),
)
_SAMPLED: Final = 60
PER_PHRASE: Final = 2
PASSES: Final = 5
_URGENT: Final = (Intent.RISK, Intent.LEGAL, Intent.STOP)


@dataclass(frozen=True, slots=True)
class Known:
    """One example, as the trainer sees it, and what the word lists said of it."""

    example: Example
    row: Row
    first: Intent | None
    hit: frozenset[Intent]


@dataclass(frozen=True, slots=True)
class Built:
    """The model, the examples it learnt from, and the verdicts on usual replies of a model that had not seen them."""

    model: Model
    known: Sequence[Known]
    unseen: Sequence[Seen]


def build(phrases: Sequence[Phrase], lexicon: Lexicon) -> Built:
    """Return the model of *phrases*; the same phrases, word lists and code give the same one, bit for bit."""
    known = [known_of(example, lexicon) for example in examples(phrases, SEED, PER_PHRASE)]
    part = fitted([one for one in known if not is_held_out(one.row.phrase)])
    unseen = [seen_of(one, part) for one in known if is_held_out(one.row.phrase) and one.example.is_usual]
    model = replace(
        fitted(known),
        judge=fit_judge(unseen),
        most_odd=most_odd(unseen),
        thresholds=thresholds(unseen, COLUMNS),
        made_from=digest_of(phrases, lexicon),
    )
    return Built(model, known, unseen)


def digest_of(phrases: Sequence[Phrase], lexicon: Lexicon) -> str:
    """Return a digest of what a model of *phrases* is made from: trainer, word lists, and how some are seen.

    It changes where `make train` would write another model: run it then.
    """
    made = hashlib.sha256()
    for phrase in phrases:
        made.update(repr(astuple(phrase)).encode())
    for path in _MADE_WITH:
        made.update(path.read_bytes())
    for example in examples(phrases[::_SAMPLED], SEED, PER_PHRASE):
        row = known_of(example, lexicon).row
        made.update(np.concatenate((row.text, row.told)).tobytes())
        made.update(row.target.tobytes())
    return made.hexdigest()


def known_of(example: Example, lexicon: Lexicon) -> Known:
    """Return *example* as the trainer sees it."""
    label = example.label
    seen = evidence_of(label.text, label.context, lexicon)
    told = signals(seen.normal.text, seen.facts, seen.votes, seen.ballot, label.context)
    row = Row(
        example.phrase,
        np.array(rows_of(pieces(seen.normal.text, label.context)), dtype=np.int64),
        np.array(rows_of(told), dtype=np.int64),
        target_of(
            INTENTS.index(label.intent),
            [INTENTS.index(one) for one in label.also],
            sensitive=label.sensitive,
            conditional=label.conditional,
        ),
    )
    first = seen.first
    hits = ((Intent.RISK, seen.urgent.risk), (Intent.LEGAL, seen.urgent.legal), (Intent.STOP, seen.urgent.stop))
    return Known(example, row, first.intent if first else None, frozenset(one for one, hit in hits if hit is not None))


def fitted(known: Sequence[Known]) -> Model:
    """Return a model of *known* that is not yet calibrated."""
    table, scales, bias = _weights(known)
    clean = [one for one in known if one.example.is_clean]
    inside = [one for one in clean if not one.example.label.oos]
    outside = [one for one in clean if one.example.label.oos]
    seen = _phrases_by_row(clean)
    return Model(
        weights=table,
        scales=scales,
        bias=bias,
        seen=seen,
        sketches=np.array([sketch(one.row.text, seen) for one in (*inside, *outside)], dtype=np.uint64).T.copy(),
        inside=len(inside),
        judge=np.zeros(len(MEASURES)),
        most_odd=0.0,
        thresholds=np.full(COLUMNS, 0.5),
        made_from="",
    )


def _weights(known: Sequence[Known]) -> tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.float64]]:
    weights = train([one.row for one in known], SEED, PASSES)
    table, scales = rounded(weights)
    return table, scales, weights.bias


def _phrases_by_row(clean: Sequence[Known]) -> NDArray[np.uint8]:
    """Return how many phrases have each row; 255 stands for more."""
    counts = np.zeros(ROWS, dtype=np.int64)
    for one in clean:
        counts[np.unique(one.row.text)] += 1
    return np.minimum(counts, 255).astype(np.uint8)


def seen_of(known: Known, model: Model) -> Seen:
    """Return what *model*, which has not seen the phrase, says of it."""
    label = known.example.label
    verdict = verdict_of(model, known.row.text, known.row.told)
    return Seen(
        phrase=known.example.phrase,
        language=known.example.phrase.partition("/")[0],
        verdict=verdict,
        agrees=known.first is verdict.ranked[0],
        silent=known.first is None,
        intent=label.intent,
        said=frozenset({label.intent, *label.also}),
        sensitive=label.sensitive,
        conditional=label.conditional,
        hit=known.hit,
    )

"""What the trained reader looks at: pieces of a reply and signals of the rules, as places in a table of weights.

Pieces are words, pairs of words and runs of letters inside words (Latin), runs of one to four characters (Chinese and
other scripts without blanks), signs, and each of them beside the kind of our last message. Signals are what the word
lists and the grammars found: an intent's phrase, a sum, a day, a hardship. Numbers are read as "0": which one it is
says nothing about what is meant.

Source: hashed n-grams after Weinberger et al., Feature hashing for large scale multitask learning (2009).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final
from zlib import crc32

from parley.nlu.reading import ReadingContext
from parley.nlu.settle import Ballot
from parley.nlu.slots import Facts
from parley.nlu.votes import Vote

ROWS: Final = 1 << 17
"""Rows of the table of weights; a piece is hashed onto one of them."""
_MASK: Final = ROWS - 1
_WORDS: Final = re.compile(r"[a-z0]+|[^\W_a-z0]+|[^\w\s]")
_NUMBER: Final = re.compile(r"\d+")
_RUNS: Final = (3, 4, 5)
_WIDE_RUNS: Final = (1, 2, 3, 4)
_LONGEST_WHOLE_CHARS: Final = 14
_MOST_WORDS: Final = 160
_LENGTHS: Final = (1, 3, 6, 10, 16, 25, 40, 70, 120)
# Our own questions stand, for the words of an answer, where a message of the label guide stands.
_LIKE: Final = {"identity": "overdue", "capacity": "overdue", "promise_confirm": "plan_confirm", None: "none"}


def pieces(text: str, context: ReadingContext) -> list[str]:
    """Return the pieces of the reading form *text*, each once."""
    kind = context_of(context)
    plain = _NUMBER.sub("0", text)
    words = _WORDS.findall(plain)[:_MOST_WORDS]
    found: dict[str, None] = {}
    for word in words:
        if word[0] > "\x7f":
            found.update(dict.fromkeys(_wide(word, kind)))
        else:
            found.update(dict.fromkeys((f"w {word}", f"k {kind} {word}")))
            found.update(dict.fromkeys(_latin(word)))
    found.update(dict.fromkeys(f"b {a} {b}" for a, b in pairwise(words)))
    found.update(dict.fromkeys(f"s {a} {b}" for a, b in zip(words, words[2:], strict=False)))
    squeezed = "".join(words)
    if len(squeezed) <= _LONGEST_WHOLE_CHARS:
        found.update(dict.fromkeys((f"a {squeezed}", f"a {kind} {squeezed}")))
    return list(found)


def context_of(context: ReadingContext) -> str:
    """Return the kind of our last message in the label guide's words."""
    return _LIKE.get(context.last_message) or context.last_message or "none"


def _latin(word: str) -> tuple[str, ...]:
    edged = f"<{word}>"
    return tuple(f"c {edged[i : i + n]}" for n in _RUNS for i in range(len(edged) - n + 1))


def _wide(word: str, kind: str) -> Iterator[str]:
    for n in _WIDE_RUNS:
        for i in range(len(word) - n + 1):
            yield f"z {word[i : i + n]}"
    for i in range(len(word) - 1):
        yield f"k {kind} {word[i : i + 2]}"


def signals(text: str, facts: Facts, votes: Iterable[Vote], ballot: Ballot, context: ReadingContext) -> list[str]:
    """Return the signals of the rules for the reading form *text*, each once."""
    kind = context_of(context)
    found = {f"kind {kind}", f"length {sum(len(text) > most for most in _LENGTHS)}"}
    found |= {f"phrase {vote.intent}" for vote in votes}
    best = sorted(ballot.best.values(), key=lambda vote: (-vote.weight, vote.intent))
    found |= {f"vote {vote.intent} {vote.weight:.1f}" for vote in best}
    found |= {f"vote {kind} {vote.intent}" for vote in best}
    found.add(f"first {best[0].intent if best else '-'}")
    found.add(f"first {kind} {best[0].intent if best else '-'}")
    found |= {f"fact {match.rule.kind} {match.rule.label}" for match in facts.matches if match.rule.kind != "intent"}
    named = {
        "sum": bool(facts.open_sums()),
        "other sum": any(each.own for each in facts.sums),
        "day": bool(facts.open_days(past=False)),
        "count": facts.count is not None,
        "denied": bool(facts.denied),
        "asks": "?" in text or "吗" in text,
        "number": any(char.isdigit() for char in text),
        "wide": any("\u3000" < char < "\uffe0" for char in text),
    }
    found |= {f"{'has' if is_so else 'no'} {name}" for name, is_so in named.items()}
    found |= {f"has {kind} {name}" for name, is_so in named.items() if is_so}
    return sorted(found)


def rows_of(tokens: Iterable[str]) -> list[int]:
    """Return the row of each token in the table of weights."""
    return [crc32(token.encode()) & _MASK for token in tokens]

"""The one home of STOP, risk and legal detection: word lists, before any model, never overruled downward.

It reads words only: no context, no account. Each hit says where it is and why, for the console and the audit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from parley.nlu.lexicon import Lexicon, Match
from parley.nlu.normalise import Normal
from parley.nlu.times import is_limited

StopScope = Literal["all", "promotions"]

# A whole reply longer than this is not a slip of one word.
_LONGEST_SLIP_CHARS: Final = 16
# Signs between sentences; beside Chinese a blank is one too.
_SENTENCE: Final = re.compile(r"[.!?;,:\n。、…]+|(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class Hit:
    """Where in the reply, which rule, and why. Holds no words of the reply."""

    start: int
    end: int
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Urgent:
    """What must be acted on at once. `stop_scope` counts only with `stop`."""

    stop: Hit | None = None
    stop_scope: StopScope = "all"
    risk: Hit | None = None
    legal: Hit | None = None


def scan(text: str, lexicon: Lexicon) -> Urgent:
    """Find a wish to stop, a risk to life, and lawyers, courts or formal debt solutions in any *text*; never raises."""
    normal = lexicon.prepare(text)
    return scan_prepared(lexicon.unrespelt(text), normal, lexicon.matches(normal, None), lexicon)


def scan_prepared(plain: Normal, normal: Normal, matches: list[Match], lexicon: Lexicon) -> Urgent:
    """Do what `scan` does where the form before respelling, the reading form and its rule matches are known."""
    stops = [m for m in matches if m.rule.kind == "stop" and not _is_limited(normal, m, lexicon)]
    whole = _whole_reply_stop(plain, lexicon) or _sentence_stop(plain, lexicon)
    adverts = [m for m in stops if m.rule.label == "promotions"]
    wider = [m for m in stops if not any(a.start < m.end and m.start < a.end for a in adverts)]
    adverts_only = bool(adverts) and whole is None and not wider
    narrowed = bool(stops or whole) and any(m.rule.kind == "only_adverts" for m in matches)
    return Urgent(
        stop=whole or _first(normal, stops),
        stop_scope="promotions" if adverts_only or narrowed else "all",
        risk=_first(normal, [m for m in matches if m.rule.kind == "risk"]),
        legal=_first(normal, [m for m in matches if m.rule.kind == "legal"]),
    )


def _is_limited(normal: Normal, match: Match, lexicon: Lexicon) -> bool:
    """Say whether a time limits the wish; one beside another channel is that channel's: "no texts, call after 6"."""
    return match.rule.label != "channel" and is_limited(normal.text, match.start, match.end, lexicon)


def _first(normal: Normal, matches: list[Match]) -> Hit | None:
    if not matches:
        return None
    start, end = normal.origin(matches[0].start, matches[0].end)
    return Hit(start, end, matches[0].rule.id, matches[0].rule.why)


def _whole_reply_stop(normal: Normal, lexicon: Lexicon) -> Hit | None:
    """Read a reply that is nothing but a stop word, spelt apart ("S T O P"), misspelt, polite or rude around it."""
    if not normal.text or len(normal.text) > 8 * _LONGEST_SLIP_CHARS:
        return None
    everything = _squeezed(normal.text)
    if everything in lexicon.keywords.get("not_stop", frozenset()):
        return None
    polite = lexicon.keywords.get("stop_polite", frozenset())
    kept = "".join(word for word in re.findall(r"[a-z0-9]+|[^\W_]|[^\w\s]", normal.text) if word not in polite)
    for candidate in (everything, _squeezed(kept)):
        why = _stop_word(candidate, lexicon)
        if why:
            start, end = normal.origin(0, len(normal.text))
            return Hit(start, end, "stop.word", why)
    return None


def _sentence_stop(normal: Normal, lexicon: Lexicon) -> Hit | None:
    """Read a sentence that is nothing but a stop word, whatever the others say: "paid. now stop", 天天发 停."""
    words = lexicon.keywords.get("stop_sentence", frozenset())
    polite = lexicon.keywords.get("stop_sentence_polite", frozenset())
    start = 0
    for piece in _SENTENCE.split(normal.text):
        if piece and len(piece) <= 4 * _LONGEST_SLIP_CHARS:
            kept = "".join(word for word in re.findall(r"[a-z0-9]+|[^\W_]", piece) if word not in polite)
            if kept in words:
                at = normal.text.index(piece, start)
                return Hit(*normal.origin(at, at + len(piece)), "stop.sentence", "a sentence is a stop word")
        start += len(piece)
    return None


def _squeezed(text: str) -> str:
    """Return letters, digits and the signs that are stop words (emoji) without anything between."""
    return "".join(char for char in text if char.isalnum() or char in "🛑✋🚫⛔📵🙅")


def _stop_word(candidate: str, lexicon: Lexicon) -> str | None:
    if not candidate or len(candidate) > _LONGEST_SLIP_CHARS:
        return None
    if candidate in lexicon.keywords.get("stop_whole", frozenset()):
        return "the whole reply is a stop word"
    if candidate in lexicon.keywords.get("not_stop", frozenset()):
        return None
    for word, slips in lexicon.vocabulary.get("stop_slips", {}).items():
        # An edit brings in one letter at most: counting those that are missing spares most words the comparing.
        missing = len(set(word).difference(candidate))
        if missing <= slips and abs(len(word) - len(candidate)) <= slips and edits(word, candidate) <= slips:
            return "the whole reply is a misspelt stop word"
    return None


def edits(a: str, b: str) -> int:
    """Return the edits between two short words: insert, delete, replace, or swap of neighbours."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != other))
            if i > 1 and j > 1 and char == b[j - 2] and a[i - 2] == other:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]

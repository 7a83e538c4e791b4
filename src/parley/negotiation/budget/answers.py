"""What does a short reply to a question about income or spending say? A letter, a sum, a number of people, or a word.

Read beside the usual reading, which knows nothing of these questions; what is urgent or for a person comes before it.
What is not plainly an answer is none, and the question is asked once more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from parley.errors import BadInput
from parley.negotiation.budget.financial_statement import MOST_MONTHS, MOST_PEOPLE, Income, Rhythm, Topic
from parley.nlu.amounts import Sum
from parley.nlu.evidence import Evidence, is_bare
from parley.nlu.lexicon import Lexicon
from parley.nlu.numerals import find_numbers
from parley.settings.toml import parse

FILE_NAME: Final = "budget_answers.toml"
_PLAIN: Final = ("skip", "unsure", "changes", "none")
_COUNTED: Final = ("whole", "adults", "children")
_RHYTHMS: Final = {rhythm.value: rhythm for rhythm in Rhythm}
_MONTHS_FROM: Final = 2


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """The words of `budget_answers.toml` as patterns of the reading form."""

    plain: Mapping[str, re.Pattern[str]]
    people: Mapping[int, re.Pattern[str]]
    counted: Mapping[str, re.Pattern[str]]
    rhythms: Mapping[Rhythm, re.Pattern[str]]
    topics: Mapping[Topic, re.Pattern[str]]
    letter: re.Pattern[str]


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What a reply says to one of the questions. Sums are in major units, each `rhythm`, None where it names none.

    `word`: skip, unsure, changes or none was said, and no number. `topic`: the figure a correction names. A range has
    its lower end in `sums`, its upper in `highest`. `is_rhythm_unknown`: the rhythm is none of ours,
    or there are several. `is_whole`: the reply is an answer and nothing else.
    """

    word: str = ""
    people: int | None = None
    letter: str = ""
    sums: tuple[Decimal, ...] = ()
    highest: tuple[Decimal, ...] = ()
    currency: str | None = None
    rhythm: Rhythm | None = None
    is_rhythm_unknown: bool = False
    days: tuple[Any, ...] = ()
    topic: Topic | None = None
    is_whole: bool = False

    def __repr__(self) -> str:
        """Hide what was said: it is personal data."""
        return "Answer(…)"


def load_answer_words(raw: bytes, lexicon: Lexicon, source_name: str = FILE_NAME) -> AnswerWords:
    """Read the words of answers. Raises BadInput naming *source_name* and the key that is missing or wrong."""
    document = parse(raw, source_name)
    tables: Mapping[str, Any] = document.data

    def words(*path: str) -> str:
        value: Any = tables
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
            where = ".".join(path)
            raise BadInput(
                f"{source_name}: `{where}` is not a list of words in quotes. Mend the file and start again.",
                f"{source_name}：`{where}` 不是带引号的词语列表。请修正后重试。",
            )
        read = (lexicon.prepare(one).text.strip() for one in value)
        return "|".join(re.escape(one) for one in sorted(read, key=len, reverse=True))

    before, after = words("before"), words("after")

    def alone(*path: str) -> re.Pattern[str]:
        return re.compile(rf"\A\W*(?:(?:{before}) ?)?(?:{words(*path)})(?:[, ]*(?:{after}))?\W*\Z")

    def within(*path: str) -> re.Pattern[str]:
        return re.compile(rf"(?<![a-z])(?:{words(*path)})(?![a-z])")

    people = tables.get("people")
    counts = [int(key) for key in people if key.isdecimal()] if isinstance(people, dict) else []
    rhythms = tables.get("rhythms")
    names = [name for name in rhythms if name in _RHYTHMS] if isinstance(rhythms, dict) else []
    return AnswerWords(
        plain={name: alone(name) for name in _PLAIN},
        people={count: alone("people", str(count)) for count in counts},
        counted={name: within("counted", name) for name in _COUNTED},
        rhythms={_RHYTHMS[name]: within("rhythms", name) for name in names},
        topics={topic: within("topics", topic.value) for topic in Topic},
        letter=re.compile(rf"\A\W*(?:(?:{before}) ?)?([a-h])(?:[, ]*(?:{after}))?\W*\Z"),
    )


def read_answer(seen: Evidence, words: AnswerWords, lexicon: Lexicon) -> Answer | None:
    """Return what the reply behind *seen* says to a question, or None where it says nothing of the kind."""
    text = seen.normal.text.strip()
    for name, pattern in words.plain.items():
        if pattern.match(text):
            return Answer(word=name, is_whole=True)
    letter = words.letter.match(text)
    if letter is not None:
        return Answer(letter=letter[1].upper(), is_whole=True)
    topic = next((topic for topic, pattern in words.topics.items() if pattern.search(text)), None)
    # What stands beside the name of a figure: "debts none", "people 3".
    rest = words.topics[topic].sub(" ", text).strip() if topic is not None else text
    if topic is not None and words.plain["none"].match(rest):
        return Answer(word="none", topic=topic, is_whole=True)
    sums = [one for one in seen.facts.sums if not one.paid and not seen.facts.is_denied(one.start, one.end)]
    people = _people(text, words, lexicon) or (_people(rest, words, lexicon) if topic is Topic.HOUSEHOLD else None)
    if not sums and people is None:
        return None
    named, is_unknown = _rhythm(text, sums, seen, words)
    return Answer(
        people=people,
        sums=tuple(min(one.value, one.other or one.value) for one in sums),
        highest=tuple(max(one.value, one.other or one.value) for one in sums),
        currency=next((one.currency for one in sums if one.currency is not None), None),
        rhythm=named,
        is_rhythm_unknown=is_unknown,
        days=tuple(day for when in seen.facts.days for day in when.dates if day >= seen.facts.today),
        topic=topic,
        is_whole=people is not None or is_bare(seen),
    )


def _rhythm(text: str, sums: list[Sum], seen: Evidence, words: AnswerWords) -> tuple[Rhythm | None, bool]:
    """Return how often the sums come, and whether a rhythm was named that is none of ours, or more than one."""
    own = next((rhythm for rhythm, pattern in words.rhythms.items() if pattern.search(text)), None)
    if own is not None:
        return own, False
    named = {one.rate for one in sums if one.rate is not None} or set(seen.facts.labels("frequency"))
    known = {_RHYTHMS.get(name) for name in named}
    if len(known) > 1 or None in known:
        return None, bool(known)
    return next(iter(known), None), False


def _people(text: str, words: AnswerWords, lexicon: Lexicon) -> int | None:
    """Return how many people a reply counts, the writer among them; None where that is not plain."""
    for count, pattern in words.people.items():
        if pattern.match(text):
            return count
    numbers = [one for one in find_numbers(text, lexicon) if one.other is None]
    if not numbers or any(one.value != int(one.value) for one in numbers):
        return None
    ends = [*(one.start for one in numbers[1:]), len(text)]
    kinds = [_kind(text[one.end : end].strip(), words) for one, end in zip(numbers, ends, strict=True)]
    total = sum(int(one.value) for one in numbers)
    begins = any(char.isalnum() for char in text[: numbers[0].start])
    is_all = len(numbers) == 1 and kinds[0] in {"", "whole"} and not begins
    is_counted = "adults" in kinds and set(kinds) <= {"adults", "children"}
    is_named = len(numbers) == 1 and kinds[0] == "whole"
    return total if (is_all or is_counted or is_named) and 1 <= total <= MOST_PEOPLE else None


def _kind(after: str, words: AnswerWords) -> str:
    """Return what is counted by the number before *after*; "" where nothing follows, "?" where that is not known."""
    if not any(char.isalnum() for char in after):
        return ""
    return next((kind for kind, pattern in words.counted.items() if pattern.match(after)), "?")


def income_of(answer: Answer, amounts_minor: tuple[int, ...]) -> Income | None:
    """Return the income that *answer* tells; None where it is not plain. Units: minor units, rounded down before."""
    if answer.is_rhythm_unknown:
        return None
    if _MONTHS_FROM <= len(amounts_minor) <= MOST_MONTHS and answer.rhythm in {None, Rhythm.MONTHLY}:
        return Income(recent_months_minor=amounts_minor)
    if len(amounts_minor) != 1:
        return None
    payday = answer.days[0] if answer.days else None
    return Income(amounts_minor[0], answer.rhythm or Rhythm.MONTHLY, payday)

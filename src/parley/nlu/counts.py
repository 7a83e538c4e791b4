"""How many payments a reply names (in 4 payments, twice, 分6期, half now) and which offer of a menu it takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from parley.nlu.lexicon import Lexicon, Match, any_of
from parley.nlu.numerals import han_value, word_values

_FEWEST, _MOST = 2, 60
_LARGEST_COUNT_WORD: Final = 12
# How far from a count a word that makes it a length of time may stand.
_BEFORE_COUNT, _AFTER_COUNT = 25, 15
_SPLITS: Final = re.compile(r"(?<![a-z])(?:in|into|over|across|split|spread|divide|break|chop|by)(?![a-z])|分|期")
_HAN_COUNT: Final = r"(\d{1,2}|[一二两三四五六七八九十]{1,3})"
_ORDINALS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "one": 1, "two": 2,
    "three": 3, "una": 1, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Count:
    """A number of payments and where it stands in the reading form.

    `is_written`: the number itself stands there, and is no sum. `splits`: what stands before is split into so many.
    """

    start: int
    end: int
    value: int
    is_written: bool = True
    splits: bool = False


def find_instalments(text: str, matches: Sequence[Match], lexicon: Lexicon) -> Count | None:
    """Return the number of payments the reading form names, if it names one."""
    lengths = [(m.start, m.end) for m in matches if m.rule.kind == "not_a_count"]
    for pattern in _count_patterns(lexicon):
        for hit in pattern.finditer(text):
            value = _value(hit[1], lexicon)
            near = (hit.start() - _BEFORE_COUNT, hit.end() + _AFTER_COUNT)
            is_length = any(start < near[1] and near[0] < end for start, end in lengths)
            if value and _FEWEST <= value <= _MOST and not is_length:
                return Count(hit.start(), hit.end(), value, splits=bool(_SPLITS.search(hit.group())))
    two = next((m for m in matches if m.rule.kind == "two_payments"), None)
    if two is None:
        return None
    return Count(two.start, two.end, 2, is_written=False, splits=two.rule.label == "halves")


@lru_cache(maxsize=8)
def _count_patterns(lexicon: Lexicon) -> tuple[re.Pattern[str], ...]:
    of = lexicon.lists
    counts = any_of(word for word, value in word_values(lexicon).items() if 0 < value <= _LARGEST_COUNT_WORD)
    no_count = "days|hours|mins|pm|am|st|nd|rd|th|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
    years = any_of(lexicon.vocabulary.get("months_of_years", {})) or "(?!)"
    n = rf"(\d{{1,2}}|{counts})"
    even = rf"(?: (?:{of['even']})){{0,2}}"
    sources = (
        (
            rf"(?<![a-z0-9])(?:{of['split_words']})(?: (?:the|about|like|say|maybe))? {n}{even}"
            rf" (?:{of['payments']}|{of['pieces']})(?![a-z])"
        ),
        rf"(?<![a-z0-9.]){n}{even} (?:{of['payments']})(?![a-z])",
        (
            rf"(?<![a-z0-9])(?:{of['split_verbs']})(?: \w{{1,8}}){{0,3}} (?:in|into|by|over) {n}"
            rf"(?![a-z0-9%:]| ?(?:{no_count}))"
        ),
        (
            rf"(?<![a-z0-9])(?:{of['pay_verbs']})(?: (?:it|this|that|off|all|the|whole|thing|lot)){{0,3}}"
            rf" (?:in|over) {n}(?![a-z0-9%:]|[.,]\d| ?(?:{no_count}))"
        ),
        rf"(?<![a-z0-9]){n} months?,? (?:not|instead|rather)(?![a-z])",
        rf"(?<![a-z0-9]){n} ways(?![a-z])",
        (
            rf"(?<![a-z0-9])(?:split|spread|divide|chop)(?: it| this| that)?(?: into| in)? {n}"
            r" (?:times|gives|months|goes)(?![a-z])"
        ),
        rf"(?<![a-z0-9])(?:the )?{n}[ -]?months? (?:{of['plan_words']})(?![a-z])",
        rf"(?<![a-z0-9])for (?:the next )?{n} (?:months|weeks)(?![a-z])",
        rf"(?:改|换|变)(?:成|为|到|做)?{_HAN_COUNT}期",
        rf"分(?:成|作|开|为)?({years})(?:来|去)?(?:{of['zh_after_years']})",
        rf"分(?:成|作|开|为)?{_HAN_COUNT}个?(?:{of['zh_parts']})",
        rf"(?<![第\d月]){_HAN_COUNT}(?:期|个月)的?(?:{of['zh_after_term']})",
        rf"(?<![第\d月]){_HAN_COUNT}(?:次|笔|回)(?:{of['zh_paid_off']})",
        rf"(?<![第\d月]){_HAN_COUNT}期(?!{of['zh_not_after_term']})",
    )
    return tuple(map(re.compile, sources))


def _value(raw: str, lexicon: Lexicon) -> int | None:
    if raw.isdigit():
        return int(raw)
    months: int | None = lexicon.vocabulary.get("months_of_years", {}).get(raw)
    return months or word_values(lexicon).get(raw) or han_value(raw)


def find_option(text: str, options: tuple[str, ...], lexicon: Lexicon) -> tuple[str | None, bool]:
    """Return the menu's choice in the reading form, and whether the whole reply is nothing but a choice.

    A choice that *options* does not hold is returned as it is; the reader decides what to do with it.
    """
    whole_reply, named_choice = _option_patterns(lexicon)
    whole = whole_reply.match(text)
    if whole:
        return _option(whole[1], options), True
    named = named_choice.search(text)
    if named:
        return _option(next(group for group in named.groups() if group), options), False
    return None, False


@lru_cache(maxsize=8)
def _option_patterns(lexicon: Lexicon) -> tuple[re.Pattern[str], re.Pattern[str]]:
    of = lexicon.lists
    polite = rf"(?:{of['polite']})[\W_]{{0,3}}"
    ordinal = r"first|second|third|fourth|1st|2nd|3rd|4th|una"
    whole = re.compile(
        rf"\A[\W_]{{0,3}}(?:{polite}){{0,6}}([1-9]|(?<![a-z])[a-e](?![a-z])|{ordinal}|one|two|three|[一二三四])"
        rf"(?![\da-z.,/:]\d|\d|[a-z百千万点号月天周十])[\W_]{{0,3}}(?:{polite}){{0,5}}\Z"
    )
    named = re.compile(
        # A letter stands apart: "agreed" takes no option D.
        rf"(?<![a-z])(?:{of['choice_nouns']})(?: ?#? ?([1-9])|[ #]{{1,2}}([a-e]|one|two|three))(?![\da-z])"
        rf"|(?<![a-z])(?:the )?({ordinal}) (?:one|option|plan|offer|choice)"
        r"|(?:选项?|方案|拣|选择)第?([1-9]|[一二三四]|[a-e](?![a-z]))(?![\d百千万十号])"
        r"|第([一二三四]|[1-4])(?:个|种|项|套)|([1-9]|[一二三四a-e])号?方案"
        rf"|\A[\W_]{{0,3}}(?:{polite}){{0,4}}([1-9])[\W_]{{1,3}}(?:but|if|only|provided|as long)(?![a-z])"
        rf"|(?<![a-z])(?:{of['choice_verbs']}) (?:the )?#?([1-3]|[a-c])"
        rf"(?![\da-z%.,:]| ?(?:{of['after_no_choice']}))"
    )
    return whole, named


def _option(raw: str, options: tuple[str, ...]) -> str:
    if raw not in _ORDINALS:
        return raw.upper()
    number = _ORDINALS[raw]
    lettered = bool(options) and all(option.isalpha() for option in options)
    return options[number - 1] if lettered and number <= len(options) else str(number)

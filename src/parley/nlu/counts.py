"""How many payments a reply names: in 4 payments, twice, 分6期, half now half later; and which offer of a menu it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from parley.nlu.numerals import han_value

_WORDS: Final = {
    w: i for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
_N: Final = rf"(\d{{1,2}}|{'|'.join(list(_WORDS)[1:])})"
_H: Final = r"(\d{1,2}|[一二两三四五六七八九十]{1,3})"
# A break, an extension or what is behind: a length of time that is no number of payments.
_NOT_A_COUNT: Final = re.compile(
    r"(?<![a-z])(?:extend|extension|more time|holiday|break(?! (?:it|this|that|up|the|my|into|down))|pause|skip|freeze|defer\w*|missed|behind|late|overdue|left|remaining|grace|"
    r"ago|postpone|wait|off sick|out of work|delay|push|hold|old|since|suspend|in arrears|interest free)(?![a-z])"
    r"|延|推迟|宽限|缓|停|晚|逾期|还剩|剩下|剩余|拖|过去|失业|欠了|暂停|第"
)
_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![a-z0-9])(?:in|into|over|across|make|of|do|by|with|as)(?: (?:the|about|like|say|maybe))? {_N}(?: (?:equal|easy|monthly|weekly|small|smaller|separate|biweekly|fortnightly)){{0,2}} (?:payments?|instalments?|parts?|goes|chunks|pieces|times|lots|portions|halves|months?|weeks|tranches|shares|bits|fortnights|mo)(?![a-z])",
        rf"(?<![a-z0-9.]){_N}(?: (?:equal|easy|monthly|weekly|small|smaller|separate|biweekly|fortnightly)){{0,2}} (?:payments|instalments|parts|tranches|chunks)(?![a-z])",
        rf"(?<![a-z0-9])(?:split|spread|divide|break|pay|do|chop)(?: \w{{1,8}}){{0,3}} (?:in|into|by|over) {_N}(?![a-z0-9%:]| ?(?:days|pm|am))",
        rf"(?<![a-z0-9]){_N} ways(?![a-z])",
        rf"(?<![a-z0-9])(?:the )?{_N}[ -]?months? (?:one|plan|option|deal|offer)(?![a-z])",
        rf"(?<![a-z0-9])for (?:the next )?{_N} (?:months|weeks)(?![a-z])",
        rf"分(?:成|作|开|为)?{_H}个?(?:期|月|次|笔|份|回|批|部分)",
        rf"(?<![第\d月]){_H}(?:期|个月)的?(?:分期|还清|还完|还|付清|付|吧|可以|摊|的方案|方案|那个|行|得|就)",
        rf"(?<![第\d月]){_H}(?:次|笔|回)(?:还清|还完|付清|付|还|交|过|畀|俾)",
        rf"(?<![第\d月]){_H}期(?!前|后|没|都|还没|了)",
    )
)
_TWO: Final = re.compile(
    r"(?<![a-z])half (?:now|today|this|tomorrow|on|first|up front|upfront|next|the|mon|tues|wednes|thurs|fri|satur|sun)[a-z]*[^.!?]{0,40}?(?:half|rest|remaining|remainder|balance|other)"
    r"|(?<![a-z])(?:in two|twice|in two goes|two halves|in half|the rest (?:later|next|after|on)|rest (?:next|later|after|on))(?![a-z])"
    r"|一半.{0,10}(?:一半|剩|其余|余下|另)|(?:先|今天|明天)[^。!?]{0,10}(?:剩下|其余|余下|余数|剩低)[^。!?]{0,6}(?:再|后|下|月)|分开两次|两次"
)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of payments and where it stands in the reading form."""

    start: int
    end: int
    value: int


def find_instalments(text: str) -> Count | None:
    """Return the number of payments the reading form names, if it names one."""
    for pattern in _PATTERNS:
        for hit in pattern.finditer(text):
            value = _value(hit[1])
            if value and 2 <= value <= 60 and not _NOT_A_COUNT.search(text[max(0, hit.start() - 25) : hit.end() + 15]):
                return Count(hit.start(), hit.end(), value)
    two = _TWO.search(text)
    return Count(two.start(), two.end(), 2) if two else None


def _value(raw: str) -> int | None:
    if raw.isdigit():
        return int(raw)
    return _WORDS.get(raw) or han_value(raw)


_ORDINALS: Final = {
    "first": 1, "second": 2, "third": 3, "1st": 1, "2nd": 2, "3rd": 3, "one": 1, "two": 2, "three": 3, "fourth": 4, "4th": 4,
    "一": 1, "二": 2, "三": 3, "四": 4, "两": 2, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5,
}  # fmt: skip
_POLITE: Final = (
    r"(?:ok(?:ay)?|yes|yeah|yep|sure|please|the|i|ill|we|take|choose|pick|want|go|with|for|id|like|number|no|option|plan|thanks|"
    r"thank you|lets|do|go for|accept|fine|good|deal|agree(?:d)?|can|sir|po|lah|la|reply|my choice|is|choice|prefer|offer|one|confirm|then|好的|好|嗯|那|就|我|选|选择|要|拣|揀|可以|行|同意|方案|第|吧|呢|个|啦|的|谢谢|用|按|确认|得|ok啦|嘅|了|啊|接受)"
)
_OPTION: Final = re.compile(
    rf"\A[\W_]{{0,3}}(?:{_POLITE}[\W_]{{0,3}}){{0,6}}([1-9]|[a-e](?![a-z])|first|second|third|fourth|1st|2nd|3rd|4th|one|two|three|[一二三四])(?![\da-z.,/:]\d|\d|[a-z百千万点号月天周十])"
    rf"[\W_]{{0,3}}(?:{_POLITE}[\W_]{{0,3}}){{0,5}}\Z"
)
_NAMED_OPTION: Final = re.compile(
    r"(?<![a-z])(?:option|plan|number|choice|offer) ?#? ?([1-9]|[a-e]|one|two|three)(?![\da-z])"
    r"|(?<![a-z])(?:the )?(first|second|third|1st|2nd|3rd|fourth|4th) (?:one|option|plan|offer|choice)"
    r"|(?:选项?|方案|拣|揀|选择)第?([1-9]|[一二三四]|[a-e](?![a-z]))(?![\d百千万十号])|第([一二三四]|[1-4])(?:个|种|個|項|项|套)|([1-9]|[一二三四a-e])(?:号|號)?方案"
    r"|(?<![a-z])(?:take|choose|pick|go with|want|do|accept) (?:the )?#?([1-3]|[a-c])(?![\da-z%.,:]| ?(?:months?|weeks?|days|payments|instalments|k|dollars))"
)


def find_option(text: str, options: tuple[str, ...]) -> tuple[str | None, bool]:
    """Return the menu's choice in the reading form, and whether the whole reply is nothing but a choice.

    A choice that *options* does not hold is returned as it is; the reader decides what to do with it.
    """
    whole = _OPTION.match(text)
    if whole:
        return _option(whole[1], options), True
    named = _NAMED_OPTION.search(text)
    if named:
        return _option(next(group for group in named.groups() if group), options), False
    return None, False


def _option(raw: str, options: tuple[str, ...]) -> str:
    if raw in _ORDINALS:
        number = str(_ORDINALS[raw])
        lettered = bool(options) and all(o.isalpha() for o in options)
        return options[int(number) - 1] if lettered and int(number) <= len(options) else number
    return raw.upper()

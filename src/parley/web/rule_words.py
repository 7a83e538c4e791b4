"""What a rule says in short, in the reader's language: hours, caps, consents, what pauses; by its parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any, Final

from babel.dates import get_day_names

from parley.locale import Language
from parley.messaging.values import locale_of
from parley.rulebook.rule import (
    ALL_KNOWN,
    CapParams,
    ConsentParams,
    DayWindows,
    DesignatedParams,
    HoursParams,
    OptOutParams,
    PauseParams,
    RecordParams,
    ResumeParams,
    Rule,
    SenderParams,
    Text,
    WeekWindows,
)
from parley.rulebook.terms import Kind, Layer
from parley.web.words import knows, say

_WEEK_DAYS: Final = 7


def text_of(text: Text, language: Language) -> str:
    """Return a sentence of a rule file; Traditional Chinese gets the Chinese one there is."""
    return text.en if language is Language.EN else text.zh


def source_of(rule: Rule, language: Language) -> str:
    """Return the citation of a rule, of a policy its reason."""
    return rule.citation or (text_of(rule.reason, language) if rule.reason is not None else "")


def code_words(prefix: str, codes: Iterable[str], language: Language) -> list[str]:
    """Return what codes are called, in order; one that a data file added and that has no words stands as it is."""
    return sorted(say(prefix + code, language) if knows(prefix + code) else str(code) for code in codes)


def brief(rule: Rule, language: Language) -> str:
    """Return what a rule's parameters come to; empty for kinds whose sentence says it all."""
    teller = _TELLERS.get(type(rule.params))
    return teller(rule.params, language) if teller is not None else ""


def loosens_unsigned(rule: Rule) -> bool:
    """Say whether the rule would lift law and nobody has signed it: then it lifts nothing in production."""
    return rule.kind is Kind.EXCEPTION and rule.layer is not Layer.POLICY and rule.signature is None


def week_words(week: WeekWindows, language: Language) -> str:
    """Return the open hours of a week, days with the same hours together: 'Mon–Fri 08:00–21:00, Sat 09:00–12:00'."""
    names = get_day_names("abbreviated", locale=locale_of(language))
    parts = []
    for windows, group in groupby(range(_WEEK_DAYS), key=lambda day: week[day]):
        days = list(group)
        hours = _hours(windows) if windows else say("brief.never", language)
        if len(days) == _WEEK_DAYS:
            return f"{say('brief.every_day', language)} {hours}"
        first, last = names[days[0]], names[days[-1]]
        called = first if first == last else say("brief.days", language, first=first, last=last)
        parts.append(f"{called} {hours}")
    return ", ".join(parts)


def _hours(windows: DayWindows) -> str:
    return " + ".join(f"{_clock(start)}–{_clock(end)}" for start, end in windows)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _of_hours(params: HoursParams, language: Language) -> str:
    parts = [week_words(params.open, language)]
    if params.zone != ALL_KNOWN:
        parts.append(say("brief.in_zone", language, zone=params.zone))
    if params.holidays is not None:
        parts.append(say("brief.no_holidays", language))
    return "; ".join(parts)


def _of_cap(params: CapParams, language: Language) -> str:
    if params.window_calendar is not None:
        span = say(f"brief.cap_{params.window_calendar}", language, max=params.max)
    elif params.window_days is not None:
        span = say("brief.cap_days", language, max=params.max, n=params.window_days)
    else:
        span = say("brief.cap_hours", language, max=params.max, n=params.window_hours)
    return "; ".join([span, say(f"brief.per_{params.per}", language), say(f"brief.count_{params.count}", language)])


def _of_consent(params: ConsentParams, language: Language) -> str:
    return say("brief.one_of", language, any="; ".join(code_words("consent.", params.any_of, language)))


def _of_pause(params: PauseParams, language: Language) -> str:
    return say("brief.while", language, any="; ".join(code_words("flag.", params.trigger, language)))


def _of_record(params: RecordParams, language: Language) -> str:
    return say("brief.months", language, span=params.months)


def _of_sender(params: SenderParams, language: Language) -> str:
    needs = say("brief.registered", language, any="; ".join(code_words("registered.", params.needs, language)))
    parts = [needs] if params.needs else []
    parts += [say("brief.not_carried", language)] if params.is_barred else []
    if params.forms:
        parts.append(say("brief.sent_from", language, any=", ".join(code_words("form.", params.forms, language))))
    return "; ".join(parts)


def _of_designated(_params: DesignatedParams, language: Language) -> str:
    return say("kind.designated_times", language)


def _of_optout(params: OptOutParams, language: Language) -> str:
    days = params.within_business_days
    return say("brief.within_business_days", language, n=days) if days is not None else ""


def _of_resume(params: ResumeParams, language: Language) -> str:
    return say("brief.resumed_by", language, any=", ".join(sorted(word.upper() for word in params.words)))


# Each function takes the parameter type it stands under; the table is what pairs them, so the value type is open.
_TELLERS: Final[Mapping[type, Callable[[Any, Language], str]]] = {
    HoursParams: _of_hours,
    CapParams: _of_cap,
    ConsentParams: _of_consent,
    PauseParams: _of_pause,
    RecordParams: _of_record,
    DesignatedParams: _of_designated,
    SenderParams: _of_sender,
    OptOutParams: _of_optout,
    ResumeParams: _of_resume,
}

"""What templates can say: words, money, days and instants in the reader's language. Built into every template.

{% say "queue.title" %}   {% say "queue.count" n=total %}
{% money minor currency %}   {{ day|day:language }}   {% moment instant %}   {% asset "console.css" %}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta
from django.template import Context, Library
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from parley.dates import zone
from parley.locale import Language
from parley.messaging.values import Kind, locale_of, shown
from parley.money import Money
from parley.store.importing import Sentence
from parley.web import roles, words
from parley.web.assets import assets
from parley.web.carrier_words import reason_said
from parley.web.ports import services
from parley.web.rule_words import code_words

register = Library()
# Any day: an amount does not depend on it.
_ANY_DAY = date(2000, 1, 1)


def _language(context: Context) -> Language:
    language: Language = context["language"]
    return language


@register.simple_tag(takes_context=True)
def say(context: Context, key: str, **values: Any) -> str:  # noqa: ANN401 - whatever reads as text
    """Return the words of *key*."""
    return words.say(key, _language(context), **values)


@register.simple_tag(takes_context=True)
def say_or(context: Context, key: str, otherwise: str) -> str:
    """Return the words of *key*, or *otherwise* where there are none: for codes that data files may add."""
    return words.say(key, _language(context)) if words.knows(key) else otherwise


@register.simple_tag(takes_context=True)
def reason(context: Context, code: str) -> str:
    """Return why a message did not go or did not arrive: in our words, else in those of the home's carriers."""
    return reason_said(code, (line.kind for line in services().library.routes.lines), _language(context))


@register.simple_tag(takes_context=True)
def say_each(context: Context, start: str, codes: Iterable[str]) -> str:
    """Return the words of several codes whose keys begin with *start*; those without words stand as they are."""
    return ", ".join(code_words(start, codes, _language(context)))


@register.simple_tag(takes_context=True)
def told(context: Context, sentence: Sentence | Mapping[str, str]) -> str:
    """Return a sentence of `run` in the reader's language; Traditional Chinese gets the Chinese one there is."""
    en, zh = (sentence["en"], sentence["zh"]) if isinstance(sentence, Mapping) else sentence
    return en if _language(context) is Language.EN else zh


@register.simple_tag(takes_context=True)
def money(context: Context, minor: int | None, currency: str) -> str:
    """Return an amount as messages write it; a dash where there is none."""
    if minor is None:
        return "–"
    sign = "−" if minor < 0 else ""
    return sign + shown(Kind.AMOUNT, Money(abs(minor), currency), _language(context), _ANY_DAY)


@register.simple_tag(takes_context=True)
def rate(context: Context, bps: int) -> str:
    """Return a yearly rate in percent with two decimals."""
    return shown(Kind.RATE, bps, _language(context), _ANY_DAY)


@register.simple_tag(takes_context=True)
def count(context: Context, number: int) -> str:
    """Return a whole number, grouped."""
    return shown(Kind.COUNT, number, _language(context), _ANY_DAY) if number >= 0 else f"−{-number}"


@register.simple_tag(takes_context=True)
def day(context: Context, when: date | None) -> SafeString | str:
    """Return a day with its year; a dash where there is none."""
    if when is None:
        return "–"
    text = format_date(when, "medium", locale=locale_of(_language(context)))
    return format_html('<time datetime="{}">{}</time>', when.isoformat(), text)


@register.simple_tag(takes_context=True)
def moment(context: Context, when: datetime | None, zone_name: str = "") -> SafeString | str:
    """Return an instant in the console's zone, or in *zone_name* with the zone's short name; a dash where none."""
    if when is None:
        return "–"
    there = when.astimezone(zone(zone_name or services().settings.web.zone))
    language = _language(context)
    pattern = "MMM d, HH:mm" if language is Language.EN else "M月d日 HH:mm"
    if there.year != services().clock.now().year:
        pattern = "MMM d, y, HH:mm" if language is Language.EN else "y年M月d日 HH:mm"
    text = format_datetime(there, pattern, locale=locale_of(language))
    shown_zone = f" {there.tzname()}" if zone_name else ""
    return format_html('<time datetime="{}">{}{}</time>', when.astimezone(UTC).isoformat(), text, shown_zone)


@register.simple_tag(takes_context=True)
def ago(context: Context, when: datetime | None) -> SafeString | str:
    """Return how long ago an instant of domain time was, or in how long it will be; the instant itself on hover."""
    if when is None:
        return "–"
    text = format_timedelta(when - services().clock.now(), add_direction=True, locale=locale_of(_language(context)))
    there = when.astimezone(zone(services().settings.web.zone))
    return format_html('<time datetime="{}" title="{}">{}</time>', when.isoformat(), f"{there:%Y-%m-%d %H:%M %Z}", text)


@register.simple_tag(takes_context=True)
def may(context: Context, capability: str) -> bool:
    """Return whether whoever reads has *capability*."""
    operator = context["operator"]
    return operator is not None and roles.may(operator, capability)


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a file of `web/static`."""
    return reverse("asset", args=[assets()[name].digest, name])

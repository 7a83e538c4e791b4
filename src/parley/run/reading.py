"""In which context is a reply read that somebody types? What is not said is the plainest: no message before it, now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from parley.errors import BadInput
from parley.nlu.labels import locale_of, time_of
from parley.nlu.reading import CONTEXTS, ReadingContext

_HAN: Final = ("\u4e00", "\u9fff")


def context_of(text: str, kind: str, now: str, locale: str) -> ReadingContext:
    """Return the context of *text*; "" leaves a part out. The day of *now* as it is written is today.

    No account is known, so a "$" or 块 is the currency of the locale. Raises BadInput for a part that is not known.
    """
    if kind and kind not in CONTEXTS:
        raise BadInput(
            f"There is no kind of message {kind!a}. Allowed: {', '.join(CONTEXTS)}.",
            f"没有消息类别 {kind!a}。可用：{', '.join(CONTEXTS)}。",
        )
    at = time_of(now) if now else datetime.now(UTC).astimezone()
    has_han = any(_HAN[0] <= char <= _HAN[1] for char in text)
    return ReadingContext(
        last_message=kind or None,
        # The offset says where they are, not in which zone; as if it were UTC, the day stays the one that is written.
        now=at.replace(tzinfo=UTC),
        zone="UTC",
        locale=locale_of(locale, "--locale") if locale else "zh-CN" if has_han else "en-US",
        currency="",
    )

"""What a phrase needs of a text is asked before its expression: it must never turn away a text the expression finds."""

from __future__ import annotations

import pytest

from parley.nlu.phrases import Part, Phrase, compile_list, compile_phrase, triggers_of

_LISTS: dict[str, Part] = {"stop": compile_list(["stop", "停止", "don't|dont"], str)}
# A phrase, a text its expression finds, and texts that lack a part of it.
_CASES = [
    ("stop texting me", "pls stop texting me", ("stop texting him", "texting me", "stop")),
    ("stop (texting|messaging) [me]", "stop messaging", ("stop calling me", "messaging me")),
    ("<stop> .. text*", "please dont ever texting", ("please text", "dont ever call")),
    ("<stop> .. 短信", "停止发短信", ("停止发信", "发短信")),
    ("# a month", "i pay 20 a month", ("20 a year",)),
    ("^ nope* $", "nopes", ("no",)),
    ("(cease and desist|a lawyer)", "my lawyer says cease and desist", ("desist",)),
    ("(a|an) (lawyer of mine|attorney)", "ask an attorney", ("an ask", "attorneys in court")),
    ("5月 [以后] 还", "5月还", ("6月还", "5月以后")),
    ("café / bar", "the café / bar", ("the café bar",)),
]


@pytest.mark.parametrize(("source", "text", "lacking"), _CASES)
def test_a_text_is_turned_away_only_where_a_part_is_lacking(source: str, text: str, lacking: tuple[str, ...]) -> None:
    phrase = compile_phrase(source, _LISTS, str)
    assert phrase.pattern.search(text), "the case is about a text that is found"
    assert phrase.may_match(triggers_of(text))
    for other in lacking:
        assert not phrase.pattern.search(other)
        assert not phrase.may_match(triggers_of(other)), other


def test_triggers_are_the_fewest_of_what_is_needed() -> None:
    phrase = compile_phrase("(pay|give|send) the money [soon]", {}, str)
    assert phrase.triggers == {"the"}
    assert Phrase("x", (frozenset({"a", "b"}), frozenset({"c"}))).triggers == {"c"}

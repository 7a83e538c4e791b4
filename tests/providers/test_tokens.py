from __future__ import annotations

import re

import pytest

from parley.providers.port import CallbackFault, CallbackRefused
from parley.providers.tokens import Tokens, token_of

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA="


def test_a_token_stands_in_an_address_as_it_is() -> None:
    assert token_of(OLD) == "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert re.fullmatch(r"[\w-]{40,}", token_of(NEW))


def test_two_tokens_are_live_while_one_is_replaced_and_nothing_else_opens() -> None:
    tokens = Tokens([NEW, OLD])
    assert tokens.refusal(token_of(OLD)) is None
    assert tokens.refusal(token_of(NEW)) is None
    for wrong in ("", token_of(OLD)[:-1], token_of(OLD) + "=", OLD, "和议", "\ud800", token_of(NEW).lower()):
        assert tokens.refusal(wrong) == CallbackRefused(CallbackFault.SIGNATURE)
    assert Tokens([NEW]).refusal(token_of(OLD)) is not None


def test_there_is_no_door_without_a_secret() -> None:
    with pytest.raises(AssertionError, match="secret"):
        Tokens([])

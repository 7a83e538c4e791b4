"""Knows a carrier that signs nothing by a token in the address it posts to; two are live while one is replaced.

The address is then a secret: it is shown once, given to the carrier over https, and stands in no log of ours.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence

from standardwebhooks.webhooks import Webhook

from parley.providers.declared import Given
from parley.providers.port import CALLBACK_PATH, CallbackFault, CallbackRefused


def token_of(secret: str) -> str:
    """Return the token that stands for a callback secret (`whsec_…`) in an address: base64 for URLs, no padding."""
    # The library knows how a secret is written.
    key = Webhook(secret)._whsecret  # noqa: SLF001 - it offers no other way
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()


def address_of(given: Given, query: str = "", *, has_token: bool = False) -> str:
    """Return the address at which the carrier of a route reaches us; empty where nobody said how we are reached.

    The first of the live secrets is the newest: its token stands in the address.
    """
    if not given.public_url:
        return ""
    token = f"/{token_of(given.callback_secrets[0])}" if has_token else ""
    return f"{given.public_url.rstrip('/')}{CALLBACK_PATH}{given.name}{token}{'?' + query if query else ''}"


class Tokens:
    """The tokens of a route, by its *secrets*."""

    def __init__(self, secrets: Sequence[str]) -> None:
        assert secrets, "a door without a secret would let nobody in, or everybody"
        self._tokens = tuple(token_of(secret).encode() for secret in secrets)

    def refusal(self, token: str) -> CallbackRefused | None:
        """Return why a callback under *token* is not taken; None where it is. Compares all, in constant time."""
        given = token.encode("utf-8", "surrogatepass")
        found = False
        for one in self._tokens:
            found |= hmac.compare_digest(one, given)
        return None if found else CallbackRefused(CallbackFault.SIGNATURE)

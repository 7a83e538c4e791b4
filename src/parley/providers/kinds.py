"""Every kind of carrier this version can drive, by its code. A new one is one file and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from parley.providers import alibaba, generic, infobip, tencent, twilio
from parley.providers.declared import Kind
from parley.providers.smpp.provider import KIND as SMPP

_ALL: Final = (alibaba.KIND, generic.KIND, generic.SIGNED, infobip.KIND, SMPP, tencent.KIND, twilio.KIND)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.declared.code: kind for kind in _ALL})
"""Code → kind."""

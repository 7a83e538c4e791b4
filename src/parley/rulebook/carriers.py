"""Who may carry a message? The providers that rules and registrations name, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from parley.rulebook.document import tables_of
from parley.rulebook.fields import Fields
from parley.rulebook.rule import Text
from parley.rulebook.terms import SenderForm

PROVIDERS: Final = "providers.toml"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A provider. `form`: what its messages come from where no registration names a sender; None: not known."""

    code: str
    name: Text
    form: SenderForm | None


def read_carriers(top: Fields) -> dict[str, Carrier]:
    """Return the providers a file lists. Raises BadInput with the line of one that stands twice or is mistyped."""
    found: dict[str, Carrier] = {}
    for table in tables_of(top, "provider"):
        code = table.text("code")
        if code in found:
            table.fail("code", f"provider {code!r} is given twice", f"通道 {code!r} 重复")
        form = table.one_of("form", SenderForm) if table.has("form") else None
        found[code] = Carrier(code, table.bilingual("name"), form)
        table.finish()
    top.finish()
    return found

"""What ends of what a lender has had registered, in words: who renews it, and by when."""

from __future__ import annotations

from datetime import date
from typing import Final

from parley.contact.registrations import Registration
from parley.rulebook.rule import Text
from parley.rulebook.terms import Registered

_KINDS: Final[dict[Registered, tuple[str, str]]] = {
    Registered.SENDER: ("sender", "发送方"),
    Registered.TEMPLATE: ("template", "模板"),
    Registered.USE_CASE: ("use case", "用途"),
}


def renewal(one: Registration, today: date) -> Text:
    """Return the sentence about a registration that ends soon or has ended, with what to do."""
    assert one.valid_to is not None, "what has no last day needs no renewal"
    en, zh = _KINDS[one.kind]
    named_en = f"The {en} {one.registered_id}" + (f" ({one.owner})" if one.owner else "")
    named_zh = f"登记的{zh} {one.registered_id}" + (f"（{one.owner}）" if one.owner else " ")
    if one.has_ended(today):
        return Text(
            f"{named_en} ended on {one.valid_to}. Have it renewed, or take it out of registrations.toml.",
            f"{named_zh}已于 {one.valid_to} 到期。请续期，或从 registrations.toml 中删除。",
        )
    return Text(f"{named_en} ends on {one.valid_to}. Have it renewed.", f"{named_zh}将于 {one.valid_to} 到期，请续期。")

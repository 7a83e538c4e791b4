"""Read the parameters of the two kinds of rule about what a text contains."""

from __future__ import annotations

from parley.rulebook.content import Content, ContentForbiddenParams, ContentRequiredParams
from parley.rulebook.fields import Fields
from parley.rulebook.terms import ReasonCode


def read_required(fields: Fields) -> ContentRequiredParams:
    """Return the parameters of a rule that asks for elements. Raises BadInput."""
    elements = fields.some_of("elements", Content)
    if not elements:
        fields.fail("elements", "elements is empty or missing", "elements 为空或缺失")
    return ContentRequiredParams(elements, fields.some_of("when", Content))


def read_forbidden(fields: Fields) -> ContentForbiddenParams:
    """Return the parameters of a rule that bars items. Raises BadInput."""
    items = fields.some_of("items", Content)
    if not items:
        fields.fail("items", "items is empty or missing", "items 为空或缺失")
    return ContentForbiddenParams(items, fields.one_of("reason_code", ReasonCode, ReasonCode.PROHIBITED_CONTENT))

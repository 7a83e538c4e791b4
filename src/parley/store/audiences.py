"""Whom the book writes to: which places, languages and products there are. Codes only; nobody is opened."""

from __future__ import annotations

from parley.store import models


def audiences() -> list[tuple[str, str, str]]:
    """Return each (jurisdiction, language, kind of product) that some account of the book has, in order."""
    columns = ("borrower__jurisdiction", "borrower__language", "product__kind")
    return list(models.Account.objects.order_by(*columns).values_list(*columns).distinct())

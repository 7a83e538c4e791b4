"""One golden statement: how it is kept, the oracle's page of it, and how `parley` is asked for the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from parley.servicing.statements.value import Statement
from tests.servicing.statements.pages import Page


@dataclass(frozen=True)
class Case:
    """One statement: the forms it is kept in, each with its language; the oracle's page; the value under test."""

    name: str
    forms: dict[str, str]
    page: Page
    statement: Callable[[], Statement]


def forms(md: str, txt: str, csv: str, json: str) -> dict[str, str]:
    return {"md": md, "txt": txt, "csv": csv, "json": json}


EN, HANS, HANT = "en", "zh-Hans", "zh-Hant"

"""Files of a lender for tests of pages, and what a person answers about them."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files.uploadedfile import SimpleUploadedFile

from parley.store.importing import Survey
from tests.run.desk import NOON
from tests.web.conftest import Served

HEADER = "Ref,Who,Tel,Owes,APR,Payday,St,Memo"
GOOD = [
    "L1,Ada Byron,+1 202 555 0101,1240.50,19.99,2026-12-05,A,hello",
    "L2,Ben Okri,+1 202 555 0102,800,21.5,2026-12-06,C,",
    "L3,Cem Ak,+1 202 555 0103,12,21.5,2026-12-07,A,x",
]
BAD = ["L4,Dia Roy,+1 202 555 0104,a lot,21.5,2026-12-07,A,x", "L5,Eli Fox,+1 202 555 0105,12,21.5,soon,A,x"]

# What a person answers about this file, as the form sends it.
ANSWERS = {
    "from.reference": "0", "from.name": "1", "from.phone": "2", "from.principal": "3", "from.annual_rate_bps": "4",
    "from.next_due_on": "5", "from.status": "6", "from.language": "value", "value.language": "en",
    "from.jurisdiction": "value", "value.jurisdiction": "US-NY", "from.product": "value", "value.product": "card-1",
    "from.product_kind": "value", "value.product_kind": "card", "from.currency": "value", "value.currency": "USD",
}  # fmt: skip


def content(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def upload(*rows: str, name: str = "book.csv", raw: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, raw or content(*rows))


def staged(served: Served, *rows: str, kind: str = "accounts", name: str = "book.csv") -> Survey:
    """Take a file in as the page does."""
    with NamedTemporaryFile(dir=served.desk.folder) as stream:
        stream.write(content(*(rows or (*GOOD, *BAD))))
        stream.flush()
        return served.services.imports.stage(Path(stream.name), kind, name, "lead", NOON)

"""What holds for every address there is, taken from the tables of addresses themselves.

A new address with a part nobody has told `PARTS` of fails here first.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

import pytest
from django.apps import apps
from django.core import serializers
from django.urls import URLPattern, URLResolver

from parley.locale import Language
from parley.run.campaigns import Audience, Campaigns
from parley.store import models, own_texts
from parley.store.staff import Role
from parley.web.assets import assets
from parley.web.console import urls as console
from parley.web.roles import MAY
from tests.run.desk import NOON, terms
from tests.web.book import Book, fill
from tests.web.conftest import Served
from tests.web.import_files import staged
from tests.web.rulebooks import replayed
from tests.web.test_lender import failed_notice

# Tables that a page may write to because somebody looked: who is logged in, until when.
MAY_CHANGE = {"sessions.session"}
PART = re.compile(r"<(?:\w+:)?(\w+)>")


@pytest.fixture
def book(served: Served) -> Book:
    return fill(served.desk)


def addresses(table: Sequence[URLPattern | URLResolver], prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for one in table:
        where = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, where)
        else:
            yield where, one


def capability_of(one: URLPattern) -> str:
    """Return what a page asks for; empty where everybody may open it."""
    capability: str = vars(one.callback)["capability"]
    return capability


def parts(book: Book, served: Served) -> dict[str, object]:
    """Return something real for each part that an address may have."""
    thread = book.thread_of(book.offered)
    return {
        "user_id": served.operator(Role.AGENT).pk,
        "digest": assets()["tokens.css"].digest,
        "name": "tokens.css",
        "thread_id": thread.id,
        "conversation_id": thread.id,
        "reply_id": thread.inbounds.earliest("received_at").id,
        "campaign_id": _campaign(served).id,
        "draft_name": "nothing",
        "figure_name": "by_day",
        "run_id": models.Run.objects.get().pk,
        "batch_id": staged(served).batch,
        "kind": "accounts",
        "rule_id": "lender-hours",
        "text_key": "reminder.detail",
        "spoken": "zh-Hans",
        "text_id": _text(served).pk,
        "job_id": replayed(served),
        "notice_key": failed_notice(served.desk, book.offered).key,
        "route_name": "sandbox",
        "table_name": "day",
        "message_id": models.Message.objects.earliest("created_at", "id").id,
    }


def _text(served: Served) -> models.OwnText:
    texts, vault = served.services.texts, served.desk.vault
    source = served.services.library.catalogue.texts["reminder.detail", Language.ZH_HANS].source
    row = own_texts.write("reminder.detail", Language.ZH_HANS, source, "ann", NOON, vault)
    return texts.submit(row.pk, None, "ann", NOON)


def _campaign(served: Served) -> models.Campaign:
    desk = Campaigns(served.services.library, terms(), served.desk.vault)
    return desk.draft("news", "promotion.offer", Audience(), "ann", NOON)


def filled(where: str, known: dict[str, object]) -> str:
    return PART.sub(lambda part: str(known[part[1]]), where)


def state() -> dict[str, str]:
    """Return a digest of every table but those that a look may change."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label_lower
        if label not in MAY_CHANGE:
            rows = serializers.serialize("json", model._default_manager.order_by("pk"))
            found[label] = hashlib.sha256(rows.encode()).hexdigest()
    return found


def test_looking_changes_nothing(served: Served, book: Book) -> None:
    known = parts(book, served)
    clients = [served.client(role) for role in Role]
    before = state()
    changed, failed = [], []
    for where, _ in addresses(console.urlpatterns):
        for client in clients:
            for method in ("get", "head"):
                answer = getattr(client, method)(filled(where, known))
                if answer.status_code >= 500:
                    failed.append((where, answer.status_code))
        if (after := state()) != before:
            changed.append((where, sorted(name for name in after if after[name] != before[name])))
            before = after
    assert (changed, failed) == ([], [])


def test_a_form_without_the_token_of_its_page_does_nothing(served: Served, book: Book) -> None:
    known = parts(book, served)
    clients = [served.client(role, checks_forms=True) for role in Role]
    before = state()
    wrong = []
    for where, _ in addresses(console.urlpatterns):
        for client in clients:
            answer = client.post(filled(where, known), {"what": "off", "name": "x"})
            if answer.status_code not in {403, 405}:
                wrong.append((where, answer.status_code))
    assert wrong == []
    assert state() == before


def test_a_role_gets_only_what_the_table_gives_it(served: Served, book: Book) -> None:
    known = parts(book, served)
    wrong = []
    for role in Role:
        client = served.client(role)
        for where, one in addresses(console.urlpatterns):
            capability = capability_of(one)
            if not capability or role in MAY[capability]:
                continue
            for method in ("get", "post"):
                status = getattr(client, method)(filled(where, known)).status_code
                if status != 403:
                    wrong.append((role, method, where, status))
    assert wrong == []


def test_without_a_log_in_nothing_opens(served: Served, book: Book) -> None:
    known = parts(book, served)
    client = served.client()
    opened = [
        where
        for where, one in addresses(console.urlpatterns)
        if capability_of(one)
        and not (client.get(filled(where, known)).headers.get("Location", "").startswith("/log-in"))
    ]
    assert opened == []


def test_the_state_is_told_apart(served: Served) -> None:
    served.operator(Role.AGENT)
    before = state()
    models.Operator.objects.update(display_name="somebody else")
    assert [name for name, digest in state().items() if digest != before.get(name)] == ["store.operator"]

from __future__ import annotations

import pytest
import structlog

from parley.store import models
from parley.store.staff import Role
from tests.run.desk import Anything
from tests.web.conftest import PASSWORD, Served


def enter(served: Served, role: Role = Role.LEAD, password: str = PASSWORD, **more: str) -> Anything:
    served.operator(role)
    return served.client().post("/log-in", {"name": str(role), "password": password, **more})


def test_who_is_not_logged_in_is_sent_to_do_so_and_back(served: Served) -> None:
    answer = served.client().get("/users?x=1")
    assert (answer.status_code, answer["Location"]) == (302, "/log-in?next=%2Fusers%3Fx%3D1")
    answer = enter(served, Role.ADMINISTRATOR, next="/users?x=1")
    assert (answer.status_code, answer["Location"]) == (302, "/users?x=1")


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_a_log_in_never_leads_elsewhere(served: Served, back: str) -> None:
    assert enter(served, next=back)["Location"] == "/"


def test_a_wrong_password_keeps_the_name_and_says_so(served: Served) -> None:
    answer = enter(served, password="wrong wrong wrong wrong")
    assert answer.status_code == 422
    assert 'value="lead"' in answer.content.decode()
    assert "do not fit" in answer.content.decode()


def test_a_log_in_ends_when_asked_and_when_idle(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = served.client(Role.ADMINISTRATOR)
    assert browser.get("/users").status_code == 200
    real = __import__("time").time
    monkeypatch.setattr("parley.web.middleware.time.time", lambda: real() + 29 * 60)
    assert browser.get("/users").status_code == 200
    monkeypatch.setattr("parley.web.middleware.time.time", lambda: real() + 61 * 60)
    assert browser.get("/users").status_code == 302
    other = served.client(Role.ADMINISTRATOR)
    monkeypatch.undo()
    assert other.post("/log-out").status_code == 302
    assert other.get("/users").status_code == 302


def test_polling_does_not_keep_a_log_in_alive(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = served.client(Role.ADMINISTRATOR)
    browser.get("/users")
    real = __import__("time").time
    for minutes in (10, 20, 29):
        monkeypatch.setattr("parley.web.middleware.time.time", lambda more=minutes: real() + more * 60)
        assert browser.get("/users", headers={"X-Parley-By-Itself": "1"}).status_code == 200
    monkeypatch.setattr("parley.web.middleware.time.time", lambda: real() + 31 * 60)
    assert browser.get("/users").status_code == 302


def test_a_role_opens_its_pages_only(served: Served) -> None:
    answer = served.client(Role.AGENT).get("/users")
    assert answer.status_code == 403
    assert "Your role does not open this page" in answer.content.decode()


def test_who_is_let_in_no_more_is_out_with_the_next_page(served: Served) -> None:
    browser = served.client(Role.AGENT)
    assert browser.get("/password").status_code == 200
    models.Operator.objects.filter(name="agent").update(is_active=False)
    assert browser.get("/password").status_code == 302


def test_an_administrator_adds_a_log_in_with_a_password_shown_once(served: Served) -> None:
    browser = served.client(Role.ADMINISTRATOR)
    answer = browser.post("/users/add", {"name": "li.wei", "display_name": "李伟 Wei", "role": "agent"})
    text = answer.content.decode()
    password = text.partition('class="secret">')[2].partition("<")[0]
    assert len(password) == 23
    assert password not in browser.get("/users").content.decode()
    assert served.client().post("/log-in", {"name": "li.wei", "password": password}).status_code == 302
    assert served.client().post("/log-in", {"name": "li.wei", "password": password}).status_code == 422


def test_a_form_refused_keeps_what_was_typed(served: Served) -> None:
    answer = served.client(Role.ADMINISTRATOR).post(
        "/users/add", {"name": "Li Wei!", "display_name": "<b>李伟</b>", "role": "agent"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="li wei!"' in text.lower()
    assert "&lt;b&gt;李伟&lt;/b&gt;" in text
    assert "<b>李伟" not in text


def test_nobody_changes_their_own_log_in(served: Served) -> None:
    browser = served.client(Role.ADMINISTRATOR)
    own = served.operator(Role.ADMINISTRATOR)
    assert browser.post(f"/users/{own.pk}", {"what": "off"}).status_code == 409
    assert models.Operator.objects.get(pk=own.pk).is_active


def test_a_new_own_password_ends_other_sessions(served: Served) -> None:
    here, there = served.client(Role.AGENT), served.client(Role.AGENT)
    answer = here.post("/password", {"password": "another four words here", "again": "another four words here"})
    assert answer.status_code == 200
    assert here.get("/password").status_code == 200
    assert there.get("/password").status_code == 302


def test_two_passwords_that_differ_change_nothing(served: Served) -> None:
    answer = served.client(Role.AGENT).post("/password", {"password": "a" * 20, "again": "b" * 20})
    assert answer.status_code == 422
    assert served.operator(Role.AGENT).check_password(PASSWORD)


def test_a_form_without_its_token_is_refused(served: Served) -> None:
    served.operator(Role.LEAD)
    answer = served.client(checks_forms=True).post("/log-in", {"name": "lead", "password": PASSWORD})
    assert answer.status_code == 403
    assert "out of date" in answer.content.decode()


@pytest.mark.parametrize(("accepted", "title"), [("zh-CN,zh", "登录控制台"), ("zh-TW", "登入控制台"), ("de", "Log in")])
def test_the_first_page_speaks_the_language_of_the_browser(served: Served, accepted: str, title: str) -> None:
    assert title in served.client().get("/log-in", headers={"Accept-Language": accepted}).content.decode()


def test_language_and_colours_are_remembered(served: Served) -> None:
    browser = served.client()
    answer = browser.post("/look", {"language": "zh-Hant", "scheme": "dark", "next": "/log-in"})
    assert answer["Location"] == "/log-in"
    text = browser.get("/log-in").content.decode()
    assert '<html lang="zh-Hant" data-scheme="dark">' in text


def test_pages_allow_nothing_from_elsewhere_and_are_not_kept(served: Served) -> None:
    answer = served.client().get("/log-in")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"
    assert "style=" not in answer.content.decode()


def test_an_asset_is_served_by_its_hash_and_kept(served: Served) -> None:
    text = served.client().get("/log-in").content.decode()
    address = text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = served.client().get(address)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert served.client().get("/static/000000000000/tokens.css").status_code == 404


def test_an_address_there_is_not_answers_in_words(served: Served) -> None:
    answer = served.client(Role.LEAD).get("/nowhere")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_a_defect_is_told_by_name_and_place_and_never_by_its_words(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_request: object) -> None:
        raise ValueError("Ada Test owes 1,240.00")

    browser = served.client(Role.ADMINISTRATOR)
    browser.raise_request_exception = False
    monkeypatch.setattr("parley.web.console.users._list", fails)
    with structlog.testing.capture_logs() as logs:
        answer = browser.get("/users")
    assert answer.status_code == 500
    assert "Nothing of this step was written" in answer.content.decode()
    [told] = [line for line in logs if line["event"] == "page_failed"]
    assert (told["page"], told["defect"]) == ("console:users", "ValueError")
    assert "Ada" not in str(logs)
    assert "Ada" not in answer.content.decode()

"""What a lender has had registered: read from its file, refused with the line, and applied to the right messages."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from parley.contact.facts import ContactFacts
from parley.contact.registrations import NamedAs, Registrations, Route, read_registrations
from parley.errors import BadInput
from parley.purpose import Channel, Purpose
from parley.rulebook.load import load_rulebook
from parley.rulebook.prepared import Carriage
from parley.rulebook.terms import Registered, SenderForm
from parley.run.library import data_files

CARRIERS = load_rulebook(data_files("parley.rulebook.data")).carriers
# Whoever carries: without a registered sender all is from a short code.
SHORT = {code: replace(one, form=SenderForm.SHORT_CODE) for code, one in CARRIERS.items()}
GOOD = """
[[sender]]
id = "H1"
providers = ["all"]
country = "IN"
name = "EXCARD"
form = "alphanumeric"
purposes = ["all"]
valid_from = 2026-01-01
valid_to = 2026-12-31

[[template]]
id = "T1"
providers = ["sandbox", "twilio"]
country = "IN"
purposes = ["reminder"]
valid_from = 2026-02-01
text = "Example Card: {#var#} is due."

[[use_case]]
id = "C1"
providers = ["twilio"]
country = "US"
purposes = ["reminder", "collection"]
valid_from = 2026-01-01
"""
NOON = datetime(2026, 11, 23, 6, tzinfo=UTC)


def read(text: str = GOOD) -> Registrations:
    return read_registrations(text.encode(), CARRIERS)


def carriage(
    text: str = "Example Card: $5 is due.",
    *,
    at: datetime = NOON,
    jurisdiction: str = "IN",
    zones: tuple[str, ...] = ("Asia/Kolkata",),
    purpose: Purpose = Purpose.REMINDER,
    channel: Channel = Channel.SMS,
    provider: str = "sandbox",
) -> Carriage | None:
    facts = ContactFacts(now=at, jurisdiction=jurisdiction, zones=zones, purpose=purpose, channel=channel)
    return Route(provider, read()).carriage(facts, text, SHORT)


def test_what_is_registered_for_a_message_is_told_with_its_ids_and_the_hash_of_the_file() -> None:
    digest = hashlib.sha256(GOOD.encode()).hexdigest()
    both = frozenset({Registered.SENDER, Registered.TEMPLATE})
    assert carriage() == Carriage("sandbox", SenderForm.ALPHANUMERIC, both, ("H1", "T1"), digest)


SENDER = frozenset({Registered.SENDER})
NOTHING = frozenset[Registered]()


@pytest.mark.parametrize(
    ("more", "registered", "form"),
    [
        ({"text": "Example Card: $5 is overdue."}, SENDER, "alphanumeric"),
        ({"purpose": Purpose.COLLECTION}, SENDER, "alphanumeric"),
        ({"provider": "infobip"}, SENDER, "alphanumeric"),
        ({"jurisdiction": "US-CA", "provider": "twilio"}, {Registered.USE_CASE}, "short_code"),
        ({"jurisdiction": "US", "provider": "sandbox"}, NOTHING, "short_code"),
        ({"jurisdiction": "INX"}, NOTHING, "short_code"),
        # Midnight of the last day, by the clock of the borrower: wherever they may be.
        ({"at": datetime(2026, 12, 31, 18, 29, tzinfo=UTC)}, {*SENDER, Registered.TEMPLATE}, "alphanumeric"),
        ({"at": datetime(2026, 12, 31, 18, 30, tzinfo=UTC)}, {Registered.TEMPLATE}, "short_code"),
        (
            {"at": datetime(2026, 12, 31, 18, 29, tzinfo=UTC), "zones": ("Asia/Kolkata", "Asia/Tokyo")},
            {Registered.TEMPLATE},
            "short_code",
        ),
        ({"at": datetime(2026, 1, 31, 18, 29, tzinfo=UTC)}, SENDER, "alphanumeric"),
        ({"at": datetime(2026, 1, 31, 18, 30, tzinfo=UTC)}, {*SENDER, Registered.TEMPLATE}, "alphanumeric"),
    ],
)
def test_a_registration_holds_for_its_text_purpose_provider_place_and_days(
    more: dict[str, object], registered: frozenset[Registered], form: str
) -> None:
    found = carriage(**more)  # type: ignore[arg-type]  # names of its arguments
    assert found is not None
    assert (found.registered, found.form) == (registered, form)


def test_what_an_unregistered_text_comes_from_the_rulebook_says_and_of_a_provider_it_does_not_list_nobody() -> None:
    facts = ContactFacts(now=NOON, jurisdiction="US", zones=("UTC",), purpose=Purpose.REMINDER, channel=Channel.SMS)
    route = Route("sandbox", Registrations())
    forms = [found.form for book in (SHORT, {}) if (found := route.carriage(facts, "hello", book)) is not None]
    assert forms == [SenderForm.SHORT_CODE, None]


@pytest.mark.parametrize(
    ("text", "is_signed"),
    [("【示例金融】您好", True), ("您好【示例金融】", True), ("【示例】您好", False), ("您好【示例金融】。", False)],
)
def test_a_signature_stands_first_or_last_or_the_sender_is_another(text: str, is_signed: bool) -> None:
    for written in ("示例金融", "【示例金融】"):
        signed = GOOD.replace('name = "EXCARD"', f'name = "EXCARD"\nsignature = "{written}"')
        facts = ContactFacts(now=NOON, jurisdiction="IN", zones=("UTC",), purpose=Purpose.REMINDER, channel=Channel.SMS)
        found = Route("sandbox", read(signed)).carriage(facts, text, SHORT)
        assert found is not None
        assert (Registered.SENDER in found.registered) is is_signed


def test_senders_of_two_signatures_are_told_apart_by_the_text() -> None:
    one = GOOD.replace('name = "EXCARD"', 'name = "EXCARD"\nsignature = "甲"')
    other = SECOND.replace('name = "EXCARD"', 'name = "EXCARD"\nsignature = "乙"')
    assert len(read(one + other).entries) == 4
    with pytest.raises(BadInput, match="what stands between"):
        read(one.replace("甲", "甲】【乙"))


CHINA = """
[[sender]]
id = "S1"
providers = ["alibaba"]
country = "CN"
name = "106"
form = "long_code"
signature = "示例金融"
purposes = ["all"]
valid_from = 2026-01-01

[[template]]
id = "SMS_1"
providers = ["alibaba"]
country = "CN"
purposes = ["reminder"]
valid_from = 2026-01-01
text = "您本期应还${v1}，应还日${v2}。"
"""


@pytest.mark.parametrize("registered", ["", "【示例金融】"])
def test_what_a_carrier_must_name_is_told_with_the_values_of_the_template(registered: str) -> None:
    text = "【示例金融】您本期应还58元，应还日12月5日。"
    route = Route("alibaba", read(CHINA.replace('text = "', f'text = "{registered}')))
    values = (("v1", "58元"), ("v2", "12月5日"))
    found = NamedAs("106", "S1", "示例金融", "SMS_1", values=values)
    assert route.named_as("CN", Purpose.REMINDER, [NOON.date()], text) == found
    # Of what is not registered nothing is said, and who reads over a shoulder sees no value.
    other = route.named_as("CN", Purpose.REMINDER, [NOON.date()], text.replace("您", "你"))
    assert other == NamedAs("106", "S1", "示例金融")
    assert not route.named_as("CN", Purpose.REMINDER, [NOON.date()], text.replace("示例", "别家")).signature
    assert route.named_as("CN", Purpose.REMINDER, [date(2025, 12, 31)], text) == NamedAs()
    assert Route("tencent", route.registrations).named_as("CN", Purpose.REMINDER, [NOON.date()], text) == NamedAs()
    assert "58" not in repr(found)


def test_a_use_is_named_without_a_sender_or_a_text() -> None:
    found = Route("twilio", read()).named_as("US-CA", Purpose.REMINDER, [NOON.date()], "hello")
    assert found == NamedAs(use_case_id="C1")


def test_only_texts_are_carried() -> None:
    assert carriage(channel=Channel.CALL) is None


def test_no_file_is_no_registration() -> None:
    assert read_registrations(b"", CARRIERS) == Registrations()


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('id = "H1"', 'id = ""', 3, "id is missing"),
        ('providers = ["all"]', 'providers = ["twillio"]', 4, "'twillio' is not one of: all, alibaba"),
        ('providers = ["all"]\n', "", 2, "is not one of: all, alibaba"),
        ('country = "US"', 'country = "America"', 23, "no code such as IN"),
        ('form = "alphanumeric"', 'form = "word"', 7, "alphanumeric, short_code"),
        ('purposes = ["reminder"]', 'purposes = ["dunning"]', 16, "reminder, collection"),
        ('purposes = ["reminder"]', "purposes = []", 16, "purposes is empty"),
        ("valid_to = 2026-12-31", "valid_to = 2025-12-31", 9, "after valid_to"),
        ("valid_from = 2026-02-01\n", "", 12, "valid_from is missing"),
        ("valid_from = 2026-02-01", 'valid_from = "soon"', 17, "a date such as"),
        ('text = "Example Card: {#var#} is due."', 'text = "{#var#} {#var#}"', 18, "variables alone"),
        ('text = "Example Card: {#var#} is due."', f'text = "{"x" * 2001}"', 18, "longer than 2000"),
        ('text = "Example Card: {#var#} is due."', 'text = "Ex\\u202eample"', 18, "control or direction"),
        ('text = "Example', 'txt = "Example', 12, "text is missing"),
        ('id = "T1"', 'id = "T1"\ncolour = "red"', 14, "unknown key 'colour'"),
        ("[[use_case]]", "[[usecase]]", 20, "unknown key 'usecase'"),
        ("[[use_case]]", "[use_case]", 20, "write each use_case as"),
        ('id = "T1"', "id = T1", 13, "not TOML"),
    ],
)
def test_a_mistake_is_refused_with_its_line(old: str, new: str, line: int, says: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(BadInput) as refused:
        read(GOOD.replace(old, new))
    assert refused.value.en.startswith(f"registrations.toml, line {line}: ")
    assert f"registrations.toml 第 {line} 行" in refused.value.zh
    assert says in refused.value.en


def test_one_id_twice_is_refused() -> None:
    with pytest.raises(BadInput, match="line 27: use_case 'C1' is given twice"):
        read(GOOD + GOOD[GOOD.index("[[use_case]]") :])


SECOND = GOOD[: GOOD.index("[[template]]")].replace("H1", "H2")


@pytest.mark.parametrize(
    ("change", "is_refused"),
    [
        (("", ""), True),
        (('country = "IN"', 'country = "IN-DL"'), True),
        (('purposes = ["all"]', 'purposes = ["promotion"]'), True),
        (('country = "IN"', 'country = "SG"'), False),
        (("valid_from = 2026-01-01\nvalid_to = 2026-12-31", "valid_from = 2027-01-01"), False),
    ],
)
def test_two_senders_for_one_message_are_refused(change: tuple[str, str], is_refused: bool) -> None:
    text = GOOD + SECOND.replace(*change)
    if not is_refused:
        assert len(read(text).entries) == 4
        return
    with pytest.raises(BadInput, match="senders 'H1' and 'H2' overlap"):
        read(text)


def ending(*changes: tuple[str, str], today: date = date(2026, 12, 10)) -> list[str]:
    text = GOOD
    for old, new in changes:
        text = text.replace(old, new)
    return [one.registered_id for one in read(text).to_renew(today)]


def test_what_ends_within_a_month_or_has_ended_is_to_be_renewed() -> None:
    days = [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 6, 1)]
    assert [ending(today=day) for day in days] == [[], ["H1"], ["H1"], ["H1"]]
    assert ending(("valid_from = 2026-02-01", "valid_from = 2026-02-01\nvalid_to = 2026-12-03")) == ["T1", "H1"]


RENEWED = """
[[sender]]
id = "H2"
providers = ["all"]
country = "IN"
name = "EXCARD"
form = "alphanumeric"
purposes = ["all"]
valid_from = 2027-01-01
"""


@pytest.mark.parametrize(
    ("old", "new", "is_followed"),
    [
        ("H2", "H2", True),
        ("valid_from = 2027-01-01", "valid_from = 2027-01-02", False),
        ('providers = ["all"]', 'providers = ["twilio"]', False),
        ('purposes = ["all"]', 'purposes = ["reminder"]', False),
        ('country = "IN"', 'country = "SG"', False),
        ('name = "EXCARD"', 'name = "EXCARD"\nsignature = "Example"', False),
    ],
)
def test_what_is_followed_by_another_for_all_of_it_need_not_be_renewed(old: str, new: str, is_followed: bool) -> None:
    whole = read(GOOD + RENEWED.replace(old, new))
    assert (not whole.to_renew(date(2026, 12, 10))) is is_followed


def test_who_renews_it_is_told_and_changes_nothing_of_what_is_registered() -> None:
    owned = read(GOOD.replace('name = "EXCARD"', 'name = "EXCARD"\nowner = "短信组 Messaging"'))
    assert [one.owner for one in owned.entries] == ["短信组 Messaging", "", ""]
    assert owned.entries == read().entries
    for wrong in ("", "x" * 61, "two\\nlines"):
        with pytest.raises(BadInput, match=r"line 7: owner is"):
            read(GOOD.replace('name = "EXCARD"', f'name = "EXCARD"\nowner = "{wrong}"'))

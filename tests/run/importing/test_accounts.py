from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from parley.errors import BadInput, HomeUnusable
from parley.run.home import Opened
from parley.run.importing.importer import Request, import_file
from parley.run.importing.rows import Kind
from parley.run.importing.verdict import Counts
from parley.run.importing.write_accounts import account_id, borrower_id
from parley.store import audit
from parley.store.models import Account, Borrower, Consent, ContactPoint, Instalment
from parley.store.sealed import Sealed, open_text

from .conftest import ACCOUNTS_MAP, GOOD, HEADER, NOW, OTHER, Import


def test_a_row_becomes_borrower_number_account_dues_and_consent(take: Import, opened: Opened) -> None:
    assert take(HEADER, GOOD).counts == Counts(read=1, added=1)
    account = Account.objects.get(id=account_id("A-1"))
    assert (account.principal_minor, account.annual_rate_bps, account.currency) == (124_050, 1_999, "USD")
    person = Borrower.objects.get(id=borrower_id("P-1"))
    assert (
        open_text(opened.vault, person, Sealed.BORROWER_NAME, person.id, bytes(person.name_sealed or b""))
        == "Ada Byron"
    )
    point = ContactPoint.objects.get(borrower=person)
    number = open_text(opened.vault, person, Sealed.CONTACT_ADDRESS, point.id, bytes(point.address_sealed or b""))
    assert number == "+16502530000"
    dues = Instalment.objects.order_by("due_on").values_list("due_on", "amount_minor")
    assert list(dues) == [(date(2026, 9, 20), 2_500), (date(2026, 10, 20), 2_500), (date(2026, 11, 20), 2_500)]
    assert Consent.objects.get().granted


def test_names_and_numbers_never_lie_in_clear(sqlite_opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "book.csv").write_text(f"{HEADER}\n{GOOD}\n", encoding="utf-8")
    request = Request(Kind.ACCOUNTS, tmp_path / "book.csv", "map.toml", ACCOUNTS_MAP.encode())
    import_file(sqlite_opened, request, NOW)
    stored = b"".join(path.read_bytes() for path in sqlite_opened.home.root.glob("parley.sqlite3*"))
    assert b"US-CA" in stored
    for secret in (b"Ada Byron", b"6502530000", b"A-1,", b"P-1"):
        assert secret not in stored


def test_the_same_file_again_changes_nothing(take: Import) -> None:
    take(HEADER, GOOD, OTHER)
    assert take(HEADER, GOOD, OTHER).counts == Counts(read=2, unchanged=2)
    assert (Account.objects.count(), Instalment.objects.count(), Consent.objects.count()) == (2, 4, 2)


def test_the_same_row_again_does_not_undo_a_payment(take: Import) -> None:
    take(HEADER, GOOD)
    Account.objects.update(principal_minor=100_000)
    take(HEADER, GOOD)
    assert Account.objects.get().principal_minor == 100_000


def test_a_changed_row_brings_the_account_up_to_date_and_says_so(take: Import) -> None:
    take(HEADER, GOOD)
    later = GOOD.replace("1240.50", "900").replace(",2,yes", ",0,yes").replace("2026-11-20", "2026-12-20")
    assert take(HEADER, later).counts == Counts(read=1, changed=1)
    assert Account.objects.get().principal_minor == 90_000
    assert list(Instalment.objects.values_list("due_on", flat=True)) == [date(2026, 12, 20)]


def test_a_new_number_replaces_the_old_one_which_is_quarantined(take: Import) -> None:
    take(HEADER, GOOD)
    take(HEADER, GOOD.replace("253-0000", "253-0001"))
    free = ContactPoint.objects.filter(quarantined_at__isnull=True)
    assert (ContactPoint.objects.count(), free.count()) == (2, 1)


def test_an_import_does_not_renew_a_consent_that_was_withdrawn_since(take: Import) -> None:
    take(HEADER, GOOD)
    person = Borrower.objects.get()
    stop = Consent(id=account_id("stop"), borrower=person, scope="promotion", granted=False, source="sms", proof="-")
    stop.at = NOW + timedelta(hours=1)
    stop.save(force_insert=True)
    take(HEADER, GOOD.replace("1240.50", "900"), now=NOW + timedelta(days=1))
    assert not Consent.objects.order_by("-at")[0].granted


def test_borrower_product_and_currency_of_an_account_never_change(take: Import) -> None:
    take(HEADER, GOOD)
    report = take(HEADER, GOOD.replace("P-1", "P-9"), keeps_good_rows=True)
    assert report.counts == Counts(read=1, refused=1)
    assert Borrower.objects.count() == 1


def test_two_borrowers_on_one_number_are_both_stored_and_counted(take: Import) -> None:
    report = take(HEADER, GOOD, OTHER.replace("+44 20 7031 3000", "650-253-0000"))
    assert report.counts == Counts(read=2, added=2, shared_numbers=1)
    assert ContactPoint.objects.count() == 2


def test_two_accounts_of_one_person_are_one_borrower(take: Import) -> None:
    take(HEADER, GOOD, GOOD.replace("A-1", "A-3"))
    assert (Borrower.objects.count(), Account.objects.count(), ContactPoint.objects.count()) == (1, 2, 1)


def test_what_was_imported_is_in_the_audit_log(take: Import, opened: Opened) -> None:
    take(HEADER, GOOD)
    audit.sequence()
    assert audit.verify(opened.vault).is_sound
    Consent.objects.update(granted=False)
    assert not audit.verify(opened.vault).is_sound


def test_a_dry_run_shows_rows_and_keeps_nothing(take: Import) -> None:
    report = take(HEADER, GOOD, is_dry_run=True)
    assert (report.counts, report.is_written, len(report.preview)) == (Counts(read=1, added=1), False, 1)
    assert not Account.objects.exists()
    assert "Ada" not in repr(report)


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        (GOOD.replace("1240.50", "-1"), "negative", "principal"),
        (GOOD.replace("1240.50", "1240.505"), "too_precise", "principal"),
        (GOOD.replace("1240.50", "99999999999999999"), "too_large", "principal"),
        (GOOD.replace("1240.50", "1e99"), "too_large", "principal"),
        (GOOD.replace("1240.50", "9" * 30), "too_large", "principal"),
        (GOOD.replace("1240.50", "0.0000001"), "too_precise", "principal"),
        (GOOD.replace("1240.50", "١٢"), "not_a_number", "principal"),
        (GOOD.replace(",2,yes", f",{'9' * 20},yes"), "too_large", "months_past_due"),
        (GOOD.replace("1240.50", "NaN"), "not_a_number", "principal"),
        (GOOD.replace("1240.50", "1.240"), "ok", ""),
        (GOOD.replace("1240.50", "twelve"), "not_a_number", "principal"),
        (GOOD.replace("2026-11-20", "2026-02-30"), "not_a_date", "next_due_on"),
        (GOOD.replace("2026-11-20", "20.11.2026"), "not_a_date", "next_due_on"),
        (GOOD.replace("2026-11-20", "0026-11-20"), "far_date", "next_due_on"),
        (GOOD.replace("2026-11-20", ""), "no_due_date", ""),
        (GOOD.replace("(650) 253-0000", "12"), "not_a_phone", "phone"),
        (GOOD.replace("(650) 253-0000", "+999 1234567"), "not_a_phone", "phone"),
        (GOOD.replace("(650) 253-0000", "call me"), "not_a_phone", "phone"),
        (GOOD.replace("Ada Byron", ""), "empty", "name"),
        (GOOD.replace("Ada Byron", "x" * 121), "too_long", "name"),
        (GOOD.replace("Ada Byron", "Ada\x07"), "control_character", "name"),
        (GOOD.replace("19.99", "1999999"), "too_large", "annual_rate_bps"),
        (GOOD.replace("yes", "perhaps"), "unknown_word", "consent_promotion"),
        (GOOD.replace(",2,", ",-1,"), "negative", "months_past_due"),
        ("A-1,P-1", "missing_cells", ""),
        (GOOD + ",more", "extra_cells", ""),
    ],
)
def test_a_bad_row_goes_to_the_error_file_with_code_field_and_both_reasons(
    take: Import, row: str, code: str, field: str
) -> None:
    report = take(HEADER, row, OTHER, keeps_good_rows=True)
    if code == "ok":
        assert report.refused_file is None
        return
    assert report.counts == Counts(read=2, added=1, refused=1)
    assert report.refused_file is not None
    assert report.refused_file.stat().st_mode & 0o777 == 0o600
    with report.refused_file.open(encoding="utf-8-sig", newline="") as stream:
        (told,) = csv.DictReader(stream)
    assert (told["parley_line"], told["parley_code"], told["parley_field"]) == ("2", code, field)
    assert told["parley_reason"]
    assert told["parley_reason_zh"]
    assert told["no"] == "A-1"
    assert list(Account.objects.values_list("id", flat=True)) == [account_id("A-2")]


def test_an_error_file_can_be_corrected_and_imported(take: Import) -> None:
    report = take(HEADER, GOOD.replace("1240.50", "-1"), OTHER, keeps_good_rows=True)
    assert report.refused_file is not None
    corrected = report.refused_file.read_bytes().replace(b",-1,", b",1240.50,")
    assert take(raw=corrected).counts == Counts(read=1, added=1)


def test_error_files_expire(take: Import) -> None:
    report = take(HEADER, GOOD.replace("1240.50", "-1"))
    assert report.refused_file is not None
    take(HEADER, GOOD, now=datetime.now(UTC) + timedelta(days=31))
    assert not report.refused_file.exists()


def test_a_second_row_of_one_key_is_refused(take: Import) -> None:
    report = take(HEADER, GOOD, GOOD, keeps_good_rows=True)
    assert report.counts == Counts(read=2, added=1, refused=1)


def test_all_or_nothing_writes_nothing_where_one_row_is_bad(take: Import) -> None:
    report = take(HEADER, OTHER, GOOD.replace("1240.50", "-1"))
    assert (report.is_written, report.counts.refused) == (False, 1)
    assert not Account.objects.exists()
    assert not Borrower.objects.exists()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "is empty"),
        (f"{HEADER}\n".encode(), "header and no rows"),
        (f"{HEADER}\n{GOOD}\n".encode() + "A-2,P-2,张三李四王五".encode() + b"\xff\n", "line 3, byte"),
        (f"{HEADER}\n{GOOD}\n".encode() + b"A-2,\0\n", "line 3, byte"),
        (f'{HEADER}\n{GOOD}\n"A-2,P-2\n'.encode(), "line 3"),
        (b"PK\x03\x04rest", "damaged"),
        (f"no,no\n{GOOD}\n".encode(), "twice"),
    ],
)
def test_a_file_that_is_no_table_is_refused_whole(take: Import, raw: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        take(raw=raw, keeps_good_rows=True)
    assert caught.value.zh
    assert not Account.objects.exists()


def test_a_byte_order_mark_is_no_part_of_the_first_column(take: Import) -> None:
    assert take(raw=f"{HEADER}\r\n{GOOD}\r\n".encode("utf-8-sig")).counts.added == 1


def test_a_fault_in_a_late_chunk_of_good_rows_keeps_the_earlier_ones_whole(take: Import, opened: Opened) -> None:
    rows = [GOOD.replace("A-1", f"A-{n}").replace("P-1", f"P-{n}") for n in range(1_500)]
    report = take(HEADER, *rows, GOOD.replace("Ada Byron", ""), keeps_good_rows=True)
    assert report.counts == Counts(read=1_501, added=1_500, refused=1, shared_numbers=1_499)
    assert Instalment.objects.count() == 3 * Account.objects.count()


def test_error_files_that_cannot_be_written_are_told_and_nothing_is_kept(take: Import, opened: Opened) -> None:
    opened.home.errors.rmdir()
    opened.home.errors.write_text("in the way", encoding="utf-8")
    with pytest.raises(HomeUnusable, match="refused rows cannot be made") as caught:
        take(HEADER, OTHER, GOOD.replace("1240.50", "-1"))
    assert "拒绝行文件" in caught.value.zh
    assert not Account.objects.exists()


def test_many_changed_rows_become_what_the_file_says_each_for_itself(take: Import) -> None:
    rows = [GOOD.replace("A-1", f"A-{n}").replace("P-1", f"P-{n % 7}") for n in range(40)]
    take(HEADER, *rows)
    later = [row.replace("1240.50", f"{n}.25").replace(",2,yes", ",1,no") for n, row in enumerate(rows)]
    assert take(HEADER, *later, now=NOW + timedelta(days=1)).counts.changed == 40
    for n in range(40):
        account = Account.objects.get(id=account_id(f"A-{n}"))
        assert account.principal_minor == n * 100 + 25
    assert Consent.objects.filter(granted=False).count() == 7
    assert take(HEADER, *later, now=NOW + timedelta(days=2)).counts.unchanged == 40


def test_other_kinds_need_their_accounts_first(take: Import) -> None:
    text = """
[fields]
reference = { column = "no" }
currency = { value = "USD" }
before = { column = "before" }
after = { column = "after" }
effective_on = { column = "on" }
"""
    report = take("no,before,after,on", "A-1,100,200,2026-11-01", kind=Kind.LIMITS, map_text=text)
    assert report.counts == Counts(read=1, refused=1)


def test_a_map_of_another_kind_is_refused(take: Import) -> None:
    with pytest.raises(BadInput, match="line 2: this map is for accounts"):
        take(HEADER, GOOD, kind=Kind.PAYMENTS, map_text=ACCOUNTS_MAP)


def test_a_number_of_another_area_adds_its_zones(take: Import) -> None:
    take(HEADER, GOOD.replace("(650) 253-0000", "(212) 736-5000"))
    assert Borrower.objects.get().zones == ["America/Los_Angeles", "America/New_York"]


WITH_CONTRACT = ACCOUNTS_MAP + 'contract_on = { column = "signed" }\n'


def test_the_day_of_the_contract_is_taken_where_a_file_says_it(take: Import) -> None:
    take(HEADER, GOOD)
    assert Account.objects.get().contract_on is None
    report = take(f"{HEADER},signed", f"{GOOD},2026-11-19", map_text=WITH_CONTRACT)
    assert report.counts == Counts(read=1, changed=1)
    assert Account.objects.get().contract_on == date(2026, 11, 19)
    again = take(f"{HEADER},signed", f"{GOOD},2026-11-19", map_text=WITH_CONTRACT)
    assert again.counts == Counts(read=1, unchanged=1)


def test_a_contract_of_no_day_is_refused_with_its_field(take: Import) -> None:
    report = take(f"{HEADER},signed", f"{GOOD},soon", map_text=WITH_CONTRACT)
    assert report.counts == Counts(read=1, refused=1)

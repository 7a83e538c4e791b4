"""Every text Parley can say exists in every language shipped, in the words of the glossary."""

from __future__ import annotations

import re
import tomllib

import pytest

from parley.locale import Language
from tests.house.source import SRC

CATALOGUE = SRC / "parley" / "messaging" / "catalogue"
NOT_TO_A_BORROWER = re.compile(
    r"\b(customer|client|debtor|installment|delinquent|deadbeat)s?\b|债务人|欠款人|債務人|欠款人|老赖", re.IGNORECASE
)

Texts = dict[str, dict[str, object]]


def catalogue(language: Language) -> Texts:
    return tomllib.loads((CATALOGUE / f"{language}.toml").read_text(encoding="utf-8"))


def missing(texts: dict[Language, Texts]) -> list[str]:
    every = {key for per_language in texts.values() for key in per_language}
    return [f"{language}: {key}" for language, found in texts.items() for key in sorted(every - found.keys())]


def unfit_words(texts: Texts) -> list[str]:
    return [
        f"{key}: {hit.group()}" for key, entry in texts.items() for hit in [NOT_TO_A_BORROWER.search(str(entry))] if hit
    ]


def test_every_language_has_every_text() -> None:
    assert missing({language: catalogue(language) for language in Language}) == []


def test_no_catalogue_without_a_language() -> None:
    known = {f"{language}.toml" for language in Language} | {"keys.toml", "guidance.toml"}
    assert {path.name for path in CATALOGUE.glob("*.toml")} == known


@pytest.mark.parametrize("language", list(Language))
def test_texts_use_the_words_of_the_glossary(language: Language) -> None:
    assert unfit_words(catalogue(language)) == []


def test_parity_check_sees() -> None:
    assert missing({Language.EN: {"a": {}, "b": {}}, Language.ZH_HANS: {"a": {}}}) == ["zh-Hans: b"]


def test_word_check_sees() -> None:
    assert unfit_words({"a": {"text": "Dear Customer"}, "b": {"text": "债务人"}}) == ["a: Customer", "b: 债务人"]

"""What a text of ours contains: who speaks, a way out, a price, an advert, a threat.

The word tables lie under data/outbound. Only words are read, nothing is judged: what must be there and what may not is
the rulebook's. The labels are those the rulebook uses. Figures, telephone numbers and paths of addresses are masked
before reading, so that a message reads the same for every borrower and is read once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from parley.nlu.lexicon import Lexicon, load_lexicon
from parley.nlu.normalise import READ_LIMIT_CHARS

OUTBOUND: Final = "outbound/"
"""Names of the files of these tables begin so; Traditional is folded by the table `_SCRIPT` names."""
SENDER_NAMED: Final = "sender_named"
AUTHORITY: Final = "impersonates_authority"

_SCRIPT: Final = "script.toml"
_KIND: Final = "content"
# Pieces of a long text overlap by more than any phrase spans.
_OVERLAP_CHARS: Final = 200

_PHONE: Final = re.compile(
    r"(?<![\w.,/])\+?\(?\d{1,4}\)?(?:[ -]\d{2,4}){1,4}(?![\w/%]|[.,]\d)|(?<![\w.,/-])\d{7,12}(?![\w%-]|[.,]\d)"
    r"|(?<![\w.,/-])(?:9[56]\d{3}|1[02]\d{3})(?![\w%-]|[.,]\d)",
    re.ASCII,
)
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ADDRESS: Final = re.compile(r"((?:https?://)?[\w-]+(?:\.[\w-]+)+/)[^\s,;。，；]*", re.ASCII)
# A number of days is kept: thirty days' notice is more than ten.
_FIGURE: Final = re.compile(r"\d+(?:[.,:/-]\d+)*(?!\s?(?:days?\b|天))(?!\d)", re.ASCII)
_LEAST_PHONE_DIGITS: Final = 5

# "Oakbank: …", "【橡树】…", "[오크] …", "Acme Recovery, a debt collector, …".
_HEAD: Final = re.compile(
    r"\s*(?:\(광고\)\s*)?(?:【(?P<a>[^【】]{2,30})】|\[(?P<b>[^\[\]]{2,30})\]|"
    r"(?P<c>[^\W\d_][^\n:：!?。！？]{1,59}?)\s?[:：]|(?P<d>[A-Z][\w&' -]{1,40}), (?:an? )?[Dd]ebt [Cc]ollect)"
)


def outbound_lexicon(files: Mapping[str, bytes]) -> Lexicon:
    """Return the compiled tables for our own texts out of all word-list *files* (name → bytes). Raises BadInput."""
    ours = {name: data for name, data in files.items() if name.startswith(OUTBOUND) or name == _SCRIPT}
    return load_lexicon(ours)


def contents(text: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the labels of everything found in *text*; any length, any script; never raises."""
    return _found(_masked(text), lexicon)


def _masked(text: str) -> str:
    """Return *text* with figures, telephone numbers and paths of addresses made alike; a nought stays a nought."""
    plain = _ADDRESS.sub(r"\1", text)
    plain = _ISO_DAY.sub("1", plain)
    plain = _PHONE.sub(_phone, plain)
    return _FIGURE.sub(lambda hit: "1" if any(char in "123456789" for char in hit.group()) else "0", plain)


def _phone(hit: re.Match[str]) -> str:
    return "☎" if sum(char.isdigit() for char in hit.group()) >= _LEAST_PHONE_DIGITS else hit.group()


@lru_cache(maxsize=8192)
def _found(masked: str, lexicon: Lexicon) -> frozenset[str]:
    labels: set[str] = set()
    step = READ_LIMIT_CHARS - _OVERLAP_CHARS
    for start in range(0, max(1, len(masked) - _OVERLAP_CHARS), step):
        piece = lexicon.prepare(masked[start : start + READ_LIMIT_CHARS])
        labels.update(match.rule.label for match in lexicon.matches(piece, None) if match.rule.kind == _KIND)
    if AUTHORITY not in labels and _names_sender(masked, lexicon):
        labels.add(SENDER_NAMED)
    return frozenset(labels)


def _names_sender(masked: str, lexicon: Lexicon) -> bool:
    """Say whether the text begins with a name, not with a word such as "Reminder:"."""
    head = _HEAD.match(masked)
    if head is None:
        return False
    name = next(part for part in head.group("a", "b", "c", "d") if part is not None)
    folded = lexicon.prepare(name).text.strip()
    return folded not in lexicon.keywords.get("no_sender", frozenset()) and any(char.isalpha() for char in folded)

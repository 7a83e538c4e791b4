from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.messaging.smart import TWINS, apply, plainer, restore

FILL = "please reply when you can, " * 5  # 135 septets, two segments in UCS-2


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        (FILL + "“soon” – thanks…", FILL + '"soon" - thanks...'),
        (FILL + "now\u00a0or then", FILL + "now or then"),
        # Beside the plain dash nothing is gained by touching what is not ours to touch: a name, an amount, a link.
        (FILL + "O’Neill", None),
        (FILL + "$1\u202f200", None),
        (FILL + "www.a.org/x—y", None),
        (FILL + "https://a.org/–", None),
        # A letter is never changed, so UCS-2 stays and nothing is saved.
        (FILL + "“ç”", None),
        ("short – text", None),
        (FILL + "plain", None),
    ],
)
def test_what_is_proposed(written: str, plain: str | None) -> None:
    found = plainer(written)
    assert (found.text if found else None) == plain


def test_a_proposal_makes_fewer_segments_and_can_be_undone() -> None:
    written = FILL + "“soon”…"
    found = plainer(written)
    assert found is not None
    assert found.segments.count == 1
    assert restore(found.text, found.swaps) == written


def test_values_that_are_known_are_kept_and_the_rest_is_not_guessed() -> None:
    # The template knows that the apostrophe of “don’t” is its own, and that the name is a value.
    written = FILL + "don’t wait"
    found = plainer(written, kept=())
    assert found is not None
    assert found.text == FILL + "don't wait"
    name = range(len(FILL), len(FILL) + 5)
    assert plainer(written, kept=[name]) is None


@given(st.text(alphabet=st.sampled_from([*"ab1 元", *TWINS]), max_size=300))
def test_every_swap_is_undone_exactly(text: str) -> None:
    found = plainer(text)
    if found is None:
        return
    assert apply(text, found.swaps) == found.text
    assert restore(found.text, found.swaps) == text
    assert all(old in TWINS for _, old in ((one.at, one.old) for one in found.swaps))

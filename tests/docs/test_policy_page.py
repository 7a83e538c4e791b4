"""What the page of the policy quotes is what Parley says."""

from __future__ import annotations

from pathlib import Path

import pytest

from parley.errors import BadInput
from parley.negotiation.policy import load_policy
from tests.negotiation.strategies import raw_policy

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")


def test_the_refusal_on_the_page_is_the_one_that_is_given() -> None:
    text = raw_policy().decode().replace("lowest_rate_bps = 490", "lowest_rate_bps = 800", 1)
    with pytest.raises(BadInput) as refused:
        load_policy(text.encode())
    assert f"```\n{refused.value.en}\n{refused.value.zh}\n```" in PAGE


def test_every_key_of_the_shipped_policy_is_on_the_page() -> None:
    lines = [line.strip().lstrip("# ") for line in raw_policy().decode().splitlines()]
    keys = {line.split(" = ")[0] for line in lines if " = " in line and line.split(" = ")[0].islower()}
    assert [key for key in sorted(keys) if f"`{key}`" not in PAGE] == []

from __future__ import annotations

import pytest

from parley.run.importing.masks import mask_cell


@pytest.mark.parametrize(
    "cell", ["+12025550143", "12025550143", "13800138000", "+8613800138000", "(202)5550143", "Ada"]
)
def test_what_may_be_a_number_of_a_person_is_masked(cell: str) -> None:
    assert cell not in mask_cell(cell)
    assert "…" in mask_cell(cell)


@pytest.mark.parametrize(
    "cell", ["1240.00", "1,240,000.50", "2026-11-30", "31/12/2026", "18.5", "120000", "-5", "18.50 %"]
)
def test_amounts_and_days_stay_as_they_are(cell: str) -> None:
    assert mask_cell(cell) == cell

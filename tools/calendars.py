"""Writes the calendars of public holidays into the rulebook from the library `holidays`; run when a year is added.

Law names no holidays but refers to them, so the days are data beside the rules: a decision is replayed with the days it
was made with. Days the library calls estimated (feasts by the moon) are kept, and the calendar says from where on.
"""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Final

import holidays

FOLDER = Path(__file__).resolve().parents[1] / "src/parley/rulebook/data/holidays"
FIRST_YEAR: Final = 2020
LAST_YEAR: Final = 2032
# Calendar of the rules → country of the library. National days only: what a state adds is not asked for by the rules.
CALENDARS: Final = {"ID-national": "ID", "AU-national": "AU", "BR-national": "BR"}
_ESTIMATED: Final = "(estimated)"


def calendar(country: str) -> str:
    """Return the file of one country's holidays."""
    found = holidays.country_holidays(country, years=range(FIRST_YEAR, LAST_YEAR + 1), language="en_US")
    days = sorted(found.items())
    estimated = [day.year for day, name in days if _ESTIMATED in name]
    sure_year = min(estimated, default=LAST_YEAR + 1) - 1
    lines = [
        "# Written by tools/calendars.py; not by hand.",
        f'source = "python-holidays {version("holidays")}, {country}, public holidays of the whole country"',
        f"first_on = {date(FIRST_YEAR, 1, 1)}",
        "# Later days are estimates or may still be decreed otherwise.",
        f"sure_until = {date(sure_year, 12, 31)}",
        f"last_on = {date(LAST_YEAR, 12, 31)}",
        "",
        "[days]",
        *(f'{day} = "{name}"' for day, name in days),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every calendar."""
    FOLDER.mkdir(exist_ok=True)
    for name, country in CALENDARS.items():
        (FOLDER / f"{name}.toml").write_text(calendar(country), encoding="utf-8")


if __name__ == "__main__":
    main()

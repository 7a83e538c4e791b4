"""`parley callbacks secret`, and what doctor says of a route."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from parley.providers.tokens import token_of
from parley.run.place import Home as Place
from tests.cli.test_commands import parley


def test_a_route_gets_its_secret_and_doctor_says_whether_it_has_one(
    tmp_path: Path, new_home: Callable[[Path], Path]
) -> None:
    home = new_home(tmp_path / "home")
    refused = parley("callbacks", "secret", "gateway", home=home)
    assert refused.returncode == 2 and "inbound.routes" in refused.stderr
    path = Place(home).settings_file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('routes = ""', 'routes = "gateway"'), encoding="utf-8")
    assert "callback-gateway" in parley("doctor", home=home).stdout
    first, second = (parley("callbacks", "secret", "gateway", home=home) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0) and first.stdout.startswith("whsec_")
    kept = (Place(home).keys / "callback-gateway.key").read_text(encoding="ascii").split()
    assert kept == [second.stdout.strip(), first.stdout.strip()]
    assert "callbacks can be verified" in parley("doctor", home=home).stdout


def test_a_carrier_that_signs_nothing_gets_a_token_for_its_address(
    tmp_path: Path, new_home: Callable[[Path], Path]
) -> None:
    home = new_home(tmp_path / "home")
    Place(home).routes_file.write_text(
        '[[route]]\nname = "cn"\nkind = "tencent"\ncountries = ["CN"]\ncost_per_segment_micro = 1\n', encoding="utf-8"
    )
    made = parley("callbacks", "secret", "cn", home=home)
    assert made.returncode == 0 and not made.stdout.startswith("whsec_")
    (kept,) = (Place(home).keys / "callback-cn.key").read_text(encoding="ascii").split()
    assert made.stdout.strip() == token_of(kept)

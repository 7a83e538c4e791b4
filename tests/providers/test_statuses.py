from __future__ import annotations

import pytest

from parley.errors import BadInput
from parley.providers.port import DeliveryState, NotTaken, Rejected, Unknown
from parley.providers.statuses import read_statuses

TABLE = """
[[status]]
code = "21610"
means = "rejected"
whose = "number"
en = "The recipient has opted out at the carrier."
zh = "收件人已在通道侧退订。"
[[status]]
code = "20003"
means = "halted"
whose = "ours"
en = "The credentials are wrong."
zh = "凭据有误。"
[[status]]
code = "429"
means = "busy"
whose = "carrier"
en = "Too many at once."
zh = "请求过多。"
[[state]]
code = "sent"
means = "on_its_way"
[[state]]
code = "delivered"
means = "delivered"
"""


def test_a_code_says_what_is_done_about_the_submission() -> None:
    table = read_statuses(TABLE.encode(), "x.toml")
    assert table.outcome("21610") == Rejected("21610", "The recipient has opted out at the carrier.")
    assert table.outcome("20003") == NotTaken("20003", retryable=True, halts=True)
    assert table.outcome("429") == NotTaken("429", retryable=True)
    assert table.states == {"sent": None, "delivered": DeliveryState.DELIVERED}


def test_a_code_that_nobody_wrote_down_is_unknown_and_never_a_reason_to_send_again() -> None:
    assert read_statuses(TABLE.encode(), "x.toml").outcome("99999") == Unknown("code_99999")


@pytest.mark.parametrize(
    ("changed", "line", "words"),
    [
        (("rejected", "refused"), 4, "refused"),
        (('code = "20003"', 'code = "21610"'), 9, "given twice"),
        (('means = "on_its_way"', 'means = "lost"'), 22, "lost"),
        (('code = "delivered"', 'code = "sent"'), 24, "given twice"),
        (('whose = "carrier"', 'whose = "nobody"'), 17, "nobody"),
    ],
)
def test_a_table_that_does_not_hold_together_is_refused_with_its_line(
    changed: tuple[str, str], line: int, words: str
) -> None:
    with pytest.raises(BadInput, match=f"x.toml, line {line}: .*{words}"):
        read_statuses(TABLE.replace(*changed).encode(), "x.toml")

"""The texts of test messages: fixed, of nobody, and each of another kind that a carrier must be able to carry."""

from __future__ import annotations

from enum import StrEnum

from parley.engine.lender import Lender
from parley.locale import Language


class Trial(StrEnum):
    """Which text a test message says."""

    ENGLISH = "english"
    CHINESE = "chinese"
    LONG = "long"


def trial_text(which: Trial, lender: Lender) -> str:
    """Return the text of a test message; it names the lender, and nobody else."""
    named = lender.names[Language.EN]
    match which:
        case Trial.ENGLISH:
            return f"{named}: this is a test of our text messages. There is nothing to do. Thank you."
        case Trial.CHINESE:
            return f"【{lender.names[Language.ZH_HANS]}】这是一条通道测试短信 ✅🙂，无需回复，也无需任何操作。谢谢！"
        case Trial.LONG:
            lines = "".join(f" Line {number} of 8 must arrive in its place." for number in range(1, 9))
            return f"{named}: this is a long test of our text messages.{lines} There is nothing to do."

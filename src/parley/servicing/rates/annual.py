"""What is a computed rate? A number that never goes without the name of its convention, or the reason why none is.

| convention | unit of time | what a year is | words of the law |
| --- | --- | --- | --- |
| US Appendix J | unit-period, parts of it at simple interest | unit-period rate × unit-periods of a year | nominal |
| EU Annex I, UK CONC App 1 | year | compounded | effective |
| China, simple | period of payment | rate of return × periods of a year | nominal |
| China, compound | period of payment | (1 + rate of return) to the periods of a year, less 1 | effective |
| rate of return | period of payment | – | of one period, not of a year |
| rate of return by days | day ÷ 365 | compounded | effective |
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from parley.locale import Language


class Convention(StrEnum):
    """How a rate is computed and what it means; the values are the names that case files use."""

    US_APPENDIX_J = "us_appendix_j_actuarial"
    EU_ANNEX_I = "eu_annex_i"
    UK_CONC_APP1 = "uk_conc_app1"
    CN_SIMPLE = "cn_annualised_simple"
    CN_COMPOUND = "cn_annualised_compound"
    RATE_OF_RETURN = "irr_per_period"
    RATE_OF_RETURN_365F = "irr_actual_365f"

    def label(self, language: Language) -> str:
        """Return what the rate is called, with its convention, to a reader of *language*."""
        return _LABELS[self][language]


_LABELS: Final = {
    Convention.US_APPENDIX_J: {
        Language.EN: "APR (United States, actuarial method)",
        Language.ZH_HANS: "年利率 APR（美国，精算法）",
        Language.ZH_HANT: "年利率 APR（美國，精算法）",
    },
    Convention.EU_ANNEX_I: {
        Language.EN: "APRC (European Union, effective)",
        Language.ZH_HANS: "年费用率 APRC（欧盟，复利）",
        Language.ZH_HANT: "年費用率 APRC（歐盟，複利）",
    },
    Convention.UK_CONC_APP1: {
        Language.EN: "APR (United Kingdom, effective)",
        Language.ZH_HANS: "年费用率 APR（英国，复利）",
        Language.ZH_HANT: "年費用率 APR（英國，複利）",
    },
    Convention.CN_SIMPLE: {
        Language.EN: "annualised rate (China, simple)",
        Language.ZH_HANS: "年化利率（单利）",
        Language.ZH_HANT: "年化利率（單利）",
    },
    Convention.CN_COMPOUND: {
        Language.EN: "annualised rate (China, compound)",
        Language.ZH_HANS: "年化利率（复利）",
        Language.ZH_HANT: "年化利率（複利）",
    },
    Convention.RATE_OF_RETURN: {
        Language.EN: "internal rate of return of one period",
        Language.ZH_HANS: "内部收益率（每期）",
        Language.ZH_HANT: "內部報酬率（每期）",
    },
    Convention.RATE_OF_RETURN_365F: {
        Language.EN: "internal rate of return a year (effective, actual/365)",
        Language.ZH_HANS: "年内部收益率（复利，实际天数/365）",
        Language.ZH_HANT: "年內部報酬率（複利，實際天數/365）",
    },
}


@dataclass(frozen=True, slots=True)
class AnnualRate:
    """A rate in per cent, right to its tenth decimal (half up), and its convention.

    `others` holds the further rates at which both sides balance, lowest first; with any, `percent` is the lowest that
    is not negative, and without one the nearest to zero.
    """

    percent: Decimal
    convention: Convention
    others: tuple[Decimal, ...] = ()

    def rounded(self, decimals: int) -> Decimal:
        """Return the per cent with that many decimals. Rounding: half up."""
        return self.percent.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)

    def text(self, language: Language, decimals: int = 2) -> str:
        """Return the rate as a borrower reads it: number, per cent sign, and its name with the convention."""
        label = self.convention.label(language)
        if language is Language.EN:
            return f"{self.rounded(decimals)}% {label}"
        return f"{label}{self.rounded(decimals)}%"


class NoRateReason(StrEnum):
    """Why no rate makes both sides equal."""

    NOTHING_RECEIVED = "nothing_received"
    NOTHING_PAID = "nothing_paid"
    NEVER_EQUAL = "never_equal"
    BEYOND_ALL_BOUNDS = "beyond_all_bounds"


_REASONS: Final = {
    NoRateReason.NOTHING_RECEIVED: {
        Language.EN: "Nothing is received, so there is no rate.",
        Language.ZH_HANS: "没有放款，因此不存在利率。",
        Language.ZH_HANT: "沒有放款，因此不存在利率。",
    },
    NoRateReason.NOTHING_PAID: {
        Language.EN: "Nothing is paid back, so there is no rate.",
        Language.ZH_HANS: "没有还款，因此不存在利率。",
        Language.ZH_HANT: "沒有還款，因此不存在利率。",
    },
    NoRateReason.NEVER_EQUAL: {
        Language.EN: "At no rate are advances and payments worth the same.",
        Language.ZH_HANS: "在任何利率下，放款与还款的现值都不相等。",
        Language.ZH_HANT: "在任何利率下，放款與還款的現值都不相等。",
    },
    NoRateReason.BEYOND_ALL_BOUNDS: {
        Language.EN: "The rate is beyond all bounds; check the amounts and times.",
        Language.ZH_HANS: "利率大得没有意义，请核对金额与时间。",
        Language.ZH_HANT: "利率大得沒有意義，請核對金額與時間。",
    },
}


@dataclass(frozen=True, slots=True)
class NoRate:
    """There is no rate, and why."""

    reason: NoRateReason
    convention: Convention

    def text(self, language: Language) -> str:
        """Return the reason as a sentence."""
        return _REASONS[self.reason][language]

"""What are the parts of an account called, in each language? One table for statements and explanations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from parley.locale import Language
from parley.servicing.allocation_order import Component

COMPONENT: Final[Mapping[Language, Mapping[Component, str]]] = {
    Language.EN: {
        Component.COST: "costs",
        Component.FEE: "fees",
        Component.PENALTY_INTEREST: "penalty interest",
        Component.INTEREST: "interest",
        Component.PRINCIPAL: "principal",
    },
    Language.ZH_HANS: {
        Component.COST: "费用",
        Component.FEE: "手续费",
        Component.PENALTY_INTEREST: "罚息",
        Component.INTEREST: "利息",
        Component.PRINCIPAL: "本金",
    },
    Language.ZH_HANT: {
        Component.COST: "費用",
        Component.FEE: "手續費",
        Component.PENALTY_INTEREST: "罰息",
        Component.INTEREST: "利息",
        Component.PRINCIPAL: "本金",
    },
}

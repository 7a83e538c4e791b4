"""The section of settings that says what a deployment was permitted to say of debts."""

from __future__ import annotations

from dataclasses import dataclass

from parley.settings.field import setting


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the deployment may say of a debt beyond facts. Each permission names who gave it and where that is written.

    Whoever lends speaks of the options of its own agreements without one; a buyer of debts or a collector does not.
    """

    options_granted_by: str = setting(
        "",
        "Who permitted that options of an agreement be offered where the lender is no original creditor, such as an "
        "authority; empty: nobody, and no options are offered then.",
        "机构并非原债权人时，由谁（例如监管机构）许可其提供协议方案；留空表示无人许可，届时不提供方案。",
        longest=80,
    )
    options_reference: str = setting(
        "",
        "Where that permission is written: number, date, article.",
        "该许可的文号、日期或条款。",
        longest=120,
    )
    advice_granted_by: str = setting(
        "",
        "Who permitted that members of staff recommend one way among several (debt counselling); empty: nobody. The "
        "machine never does.",
        "由谁许可员工在多种办法中作出推荐（债务咨询）；留空表示无人许可。系统从不推荐。",
        longest=80,
    )
    advice_reference: str = setting(
        "",
        "Where that permission is written: number, date, article.",
        "该许可的文号、日期或条款。",
        longest=120,
    )

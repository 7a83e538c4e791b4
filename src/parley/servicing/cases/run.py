"""How many cases pass, and which fields of the others fail? Parsed cases are run by kind; a case's fault fails it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from parley.errors import BadInput
from parley.servicing.cases import apr, irr, payment, plan, schedule
from parley.servicing.cases.case import Case, Inputs, Plain
from parley.servicing.cases.compare import Failure, compare, shown

# A file of more is no file of cases.
MOST_CASES: Final = 100_000

_KINDS: Final[Mapping[str, Callable[[Inputs, Case], Mapping[str, Plain]]]] = {
    "apr": lambda inputs, _: apr.evaluate(inputs),
    "irr": lambda inputs, _: irr.evaluate(inputs),
    "payment": payment.evaluate,
    "schedule": schedule.evaluate,
    "plan": lambda inputs, _: plan.evaluate(inputs),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many cases passed, and every field that failed, in the order of the file."""

    passed: int
    failed: int
    failures: tuple[Failure, ...]


def run_cases(cases: Sequence[Case]) -> Outcome:
    """Run every case; one fails where a field does, or where it is not understood."""
    failures: list[Failure] = []
    failed = 0
    for case in cases:
        found = run_case(case)
        failed += bool(found)
        failures += found
    return Outcome(len(cases) - failed, failed, tuple(failures))


def run_case(case: Case) -> list[Failure]:
    """Return the fields of one case that fail; none where it passes."""
    expected = ", ".join(f"{field} {shown(value)}" for field, value in case.expect.items())
    evaluate = _KINDS.get(case.kind)
    if evaluate is None:
        return [Failure(case.case_id, "kind", expected, f"not understood: the kind {case.kind!r}")]
    try:
        inputs = Inputs(case.inputs)
        got = evaluate(inputs, case)
        inputs.done()
        return compare(case, got)
    except BadInput as fault:
        return [Failure(case.case_id, "-", expected, fault.en)]


def cases_of(document: Plain) -> list[Case]:
    """Return the cases of a parsed file. Raises BadInput with the place of what is no case."""
    rows = document.get("cases") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_CASES:
        raise _bad("the file", "a mapping with a list `cases` is expected", "应为含有列表 cases 的映射")
    found: dict[str, Case] = {}
    for place, row in enumerate(rows, 1):
        case = _case(f"case {place}", row)
        if case.case_id in found:
            raise _bad(f"case {place}", f"the id {case.case_id!r} occurs twice", f"编号 {case.case_id!r} 重复")
        found[case.case_id] = case
    return list(found.values())


def _case(place: str, row: Plain) -> Case:
    if not isinstance(row, dict):
        raise _bad(place, "it has no fields", "没有字段")
    name = row.get("id")
    where = f"{place} ({name})" if name else place
    for field in ("id", "kind"):
        if not isinstance(row.get(field), str) or not row[field]:
            raise _bad(where, f"{field} is missing or no text", f"{field} 缺失或不是文字")
    for field in ("inputs", "expect"):
        if not isinstance(row.get(field), dict) or not row[field]:
            raise _bad(where, f"{field} is missing or has no fields", f"{field} 缺失或没有字段")
    tolerance = row.get("tolerance") or {}
    if not isinstance(tolerance, dict):
        raise _bad(where, "tolerance has no fields", "tolerance 没有字段")
    fields = (row["inputs"], row["expect"], tolerance)
    if not all(isinstance(key, str) for mapping in fields for key in mapping):
        raise _bad(where, "a field has no name", "有字段没有名称")
    inputs, expect, allowed = (cast("Mapping[str, Plain]", mapping) for mapping in fields)
    return Case(row["id"], row["kind"], inputs, expect, allowed)


def _bad(place: str, en: str, zh: str) -> BadInput:
    return BadInput(
        f"The case file cannot be read: {place}: {en}. Correct the file and try again.",
        f"无法读取案例文件：{place}：{zh}。请更正后重试。",
    )

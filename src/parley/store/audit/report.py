"""What a check of the audit log can find, in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

# Findings kept in a report; the counts go on.
FINDINGS_KEPT = 1_000


class Problem(StrEnum):
    """Everything that may be wrong."""

    ROW_EDITED = "row_edited"
    ROW_MISSING = "row_missing"
    ROW_UNNAMED = "row_unnamed"
    ROW_TWICE = "row_twice"
    TEXT_EDITED = "text_edited"
    TEXT_MISSING = "text_missing"
    ERASURE_UNPROVEN = "erasure_unproven"
    ENTRY_EDITED = "entry_edited"
    ENTRY_MISSING = "entry_missing"
    ENTRY_UNQUEUED = "entry_unqueued"
    LEAF_MISSING = "leaf_missing"
    LEAF_MOVED = "leaf_moved"
    ROOT_DIFFERS = "root_differs"
    CHECKPOINT_UNSIGNED = "checkpoint_unsigned"
    LOG_TOO_SHORT = "log_too_short"


WORDS: dict[Problem, tuple[str, str]] = {
    Problem.ROW_EDITED: (
        "the row is not as it was written",
        "该行与写入时不一致",
    ),
    Problem.ROW_MISSING: (
        "the row was deleted",
        "该行已被删除",
    ),
    Problem.ROW_UNNAMED: (
        "the row was inserted outside Parley",
        "该行是在 Parley 之外插入的",
    ),
    Problem.ROW_TWICE: (
        "the log names the row twice, and differently",
        "日志两次记录该行且内容不同",
    ),
    Problem.TEXT_EDITED: (
        "the sealed text is not the one that was written",
        "加密文本与写入时不一致",
    ),
    Problem.TEXT_MISSING: (
        "the sealed text was removed, and nobody was erased",
        "加密文本被移除，但并无对应的个人信息删除记录",
    ),
    Problem.ERASURE_UNPROVEN: (
        "the borrower's key is gone without a recorded erasure",
        "借款人密钥已消失，但无删除记录",
    ),
    Problem.ENTRY_EDITED: (
        "the log entry is not as it was ordered",
        "日志条目与排序时不一致",
    ),
    Problem.ENTRY_MISSING: (
        "the log entry was deleted",
        "日志条目已被删除",
    ),
    Problem.ENTRY_UNQUEUED: (
        "the log entry is in no order and not waiting for one",
        "日志条目既未排序也不在待排序队列中",
    ),
    Problem.LEAF_MISSING: (
        "a number is missing in the log",
        "日志中缺少一个序号",
    ),
    Problem.LEAF_MOVED: (
        "the entry stands before an older one",
        "该条目排在更早的条目之前",
    ),
    Problem.ROOT_DIFFERS: (
        "the log up to here is not the one that was signed",
        "截至此处的日志与签名时不一致",
    ),
    Problem.CHECKPOINT_UNSIGNED: (
        "the checkpoint is not signed by this home's audit key",
        "该检查点不是由本数据目录的审计密钥签名",
    ),
    Problem.LOG_TOO_SHORT: (
        "the log is shorter than the checkpoint says",
        "日志比检查点所记载的短",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where: a table (or part of the log) and the row or number in it."""

    problem: Problem
    table: str
    row: str

    def words(self) -> tuple[str, str]:
        """Return the finding in English and Chinese."""
        en, zh = WORDS[self.problem]
        return f"{self.table} {self.row}: {en}", f"{self.table} {self.row}：{zh}"


@dataclass(slots=True)
class AuditReport:
    """What was checked and what was found. Filled by `verify`."""

    leaves: int = 0
    unsequenced: int = 0
    checkpoints: int = 0
    rows: int = 0
    # Texts whose writer was erased: they cannot be checked any more, and need not.
    erased_texts: int = 0
    # The size of the newest signed statement that holds; what came later is not under a signature yet.
    signed_size: int = 0
    counts: Counter[Problem] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.counts

    def add(self, problem: Problem, table: str, row: object) -> None:
        """Note one finding."""
        self.counts[problem] += 1
        if len(self.findings) < FINDINGS_KEPT:
            self.findings.append(Finding(problem, table, str(row)))

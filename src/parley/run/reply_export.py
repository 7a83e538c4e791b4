"""Writes corrected replies to a file of labelled lines. That it left is written down before a word of it is there."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from parley.errors import BadInput, OutsideFailed
from parley.store.corrections import labels, write_down_export
from parley.store.reports import Period
from parley.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Exported:
    """How many replies were written, and how many left out because they are sensitive."""

    count: int
    left_out: int


def export_replies(path: Path, period: Period | None, by: str, now: datetime, vault: Vault) -> Exported:
    """Write the replies corrected in *period*, of all time without one, to a new file that its owner only reads.

    Sensitive ones are left out: they must not be used for scoring. Raises BadInput where the file is there already,
    its folder cannot be written to, or there is nothing to write; OutsideFailed where the disk fails: no file is left.
    """
    found = list(labels(period, vault))
    lines = [json.dumps(row, ensure_ascii=False) for row in found if not row["sensitive"]]
    done = Exported(len(lines), len(found) - len(lines))
    if not lines:
        raise BadInput(
            f"There is no corrected reply to export ({done.left_out} sensitive ones never are). Nothing was written.",
            f"没有可导出的已更正回复（{done.left_out} 条敏感回复永不导出）。未写入任何内容。",
        )
    stream = _new(path)
    try:
        with stream:
            write_down_export(done.count, done.left_out, by, period, now, vault)
            stream.writelines(f"{line}\n" for line in lines)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        reason = os.strerror(error.errno or 0)
        raise OutsideFailed(
            f"{path} could not be written: {reason}. No file was left. Free space or name another place.",
            f"无法写入 {path}：{reason}。未留下文件。请腾出空间或换一个位置。",
        ) from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return done


def _new(path: Path) -> IO[str]:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise BadInput(
            f"{path} is there already and is not written over. Name a new file.",
            f"{path} 已存在，不会覆盖。请指定新文件。",
        ) from None
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written ({error.strerror}). Name a file in a folder you may write to.",
            f"无法写入 {path}（{error.strerror}）。请指定可写目录中的文件。",
        ) from None
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="\n")

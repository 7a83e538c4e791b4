"""Where do rules and their cases lie? In folders of the user's, or those Parley ships."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from parley.errors import BadInput
from parley.run.library import data_files

# Of a folder of rules; more is another folder.
MOST_FILES: Final = 10_000


def rule_files(folder: Path | None) -> dict[str, bytes]:
    """Return the rule files below *folder*, by path relative to it; those Parley ships where it is None."""
    return data_files("parley.rulebook.data") if folder is None else toml_files(folder)


def toml_files(folder: Path) -> dict[str, bytes]:
    """Return every TOML file below *folder*. Raises BadInput where it is no folder or cannot be read."""
    if not folder.is_dir():
        raise BadInput(
            f"{folder} is no folder. Name the folder that holds the files.", f"{folder} 不是文件夹。请指定所在文件夹。"
        )
    paths = sorted(folder.rglob("*.toml"))
    if len(paths) > MOST_FILES:
        raise BadInput(f"{folder} holds more than {MOST_FILES} files.", f"{folder} 中的文件超过 {MOST_FILES} 个。")
    try:
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    except OSError as error:
        raise BadInput(
            f"{error.filename} cannot be read ({error.strerror}).", f"无法读取 {error.filename}（{error.strerror}）。"
        ) from None

"""What does a case file hold? YAML, read exactly: numbers whole or decimal, dates and all other words as text.

YAML's own guesses (binary floats, octal and sexagesimal numbers, dates, `no` for false) would change figures, so only
numbers, true, false and null are taken for what they are. Aliases and doubled fields are refused: nothing is hidden.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml

from parley.errors import BadInput
from parley.servicing.cases.case import Case
from parley.servicing.cases.run import cases_of

LARGEST_BYTES: Final = 16 * 1024 * 1024
_TAG: Final = "tag:yaml.org,2002:"
_WORDS: Final = {"true": True, "True": True, "false": False, "False": False}


class _Exact(yaml.SafeLoader):
    """Reads scalars without guesses."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:  # noqa: ANN401 - as its base
        """Refuse an alias, compose anything else."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "an alias is not allowed", mark)
        return super().compose_node(parent, index)


_Exact.yaml_implicit_resolvers = {}


def _scalar(kind: str, pattern: str, first: str) -> None:
    _Exact.add_implicit_resolver(_TAG + kind, re.compile(pattern), list(first))


_scalar("int", r"[-+]?[0-9]+$", "-+0123456789")
_scalar("float", r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?$", "-+0123456789.")
_scalar("bool", r"(?:true|True|false|False)$", "tTfF")
_scalar("null", r"(?:~|null|Null)?$", "~nN")
_Exact.add_implicit_resolver(_TAG + "null", re.compile(r"$"), [""])


def _mapping(loader: _Exact, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str) or key in found:
            raise yaml.constructor.ConstructorError(
                None, None, f"the field {key!r} is no name, or twice", key_node.start_mark
            )
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Exact.add_constructor(_TAG + "int", lambda _, node: int(node.value))
_Exact.add_constructor(_TAG + "float", lambda _, node: Decimal(node.value))
_Exact.add_constructor(_TAG + "bool", lambda _, node: _WORDS[node.value])
_Exact.add_constructor(_TAG + "map", _mapping)


def read_case_file(path: Path) -> list[Case]:
    """Return the cases of the file at *path*. Raises BadInput with the place of what cannot be read."""
    return cases_of(read_yaml(path))


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return what the file at *path* holds. Raises BadInput with the place of what cannot be read."""
    return _parsed(read_bytes(path), path)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of the case file at *path*. Raises BadInput where it cannot be read or is no such file."""
    try:
        with path.open("rb") as handle:
            raw = handle.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}). Name a case file that exists and may be read.",
            f"无法读取 {path}（{error.strerror}）。请指定存在且可读的案例文件。",
        ) from None
    if len(raw) > LARGEST_BYTES:
        raise BadInput(
            f"{path} is larger than {LARGEST_BYTES // 1024 // 1024} MiB; a case file is not. Check which file it is.",
            f"{path} 超过 {LARGEST_BYTES // 1024 // 1024} MiB，不是案例文件，请核对。",
        )
    return raw


def _parsed(raw: bytes, path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        return yaml.load(raw.decode("utf-8"), Loader=_Exact)  # noqa: S506 - a safe loader, stripped further
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
        problem = getattr(error, "problem", None) or "it is not YAML in UTF-8"
        raise BadInput(
            f"The case file {path.name} cannot be read: {place}: {problem}. Correct the file and try again.",
            f"无法读取案例文件 {path.name}：{place}：{problem}。请更正后重试。",
        ) from None

"""In which language the command line speaks: English, and Chinese beside it where the user's is Chinese."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import typer

from parley.errors import ParleyError
from parley.locale import Language, language_of

# In the order of POSIX: the first that is set decides.
_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


def spoken(argv: Sequence[str], environ: Mapping[str, str]) -> Language:
    """Return the language that `--lang` in *argv*, else the environment, names."""
    for index, word in enumerate(argv):
        if word.startswith("--lang="):
            return language_of(word.partition("=")[2])
        if word == "--lang" and index + 1 < len(argv):
            return language_of(argv[index + 1])
    tag = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    return language_of(tag.partition(".")[0])


def is_chinese(argv: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Return whether a Chinese language is spoken."""
    return spoken(argv, environ) is not Language.EN


def lang_first(argv: Sequence[str]) -> list[str]:
    """Return *argv* with `--lang` before the command, where the program looks for it; people write it anywhere."""
    head: list[str] = []
    rest: list[str] = []
    words = list(argv)
    while words and words[0] != "--":
        word = words.pop(0)
        if word == "--lang" and words:
            head += [word, words.pop(0)]
        elif word.startswith("--lang="):
            head.append(word)
        else:
            rest.append(word)
    return head + rest + words


def say(en: str, zh: str, *, chinese: bool, is_error: bool = False) -> None:
    """Print one sentence in English, and in Chinese where that is spoken."""
    typer.echo(en, err=is_error)
    if chinese and zh != en:
        typer.echo(zh, err=is_error)


def complain(error: ParleyError, *, chinese: bool) -> None:
    """Print a fault to standard error."""
    say(f"parley: {error.en}", f"parley：{error.zh}", chinese=chinese, is_error=True)


def here() -> bool:
    """Return whether this process speaks Chinese."""
    return is_chinese(sys.argv[1:], os.environ)


def language_here() -> Language:
    """Return the language of this process, for commands that speak one at a time."""
    return spoken(sys.argv[1:], os.environ)

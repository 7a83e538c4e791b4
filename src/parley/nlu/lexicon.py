"""Word lists as data: which phrases mean what, compiled once from TOML bytes.

A file holds any of: `[script]` (Traditional → Simplified), `[respell]` (right spelling → variants), `[words]`
(lists that phrases name), `[vocabulary.NAME]` (tables for the grammars of dates and amounts), `[lists]` (plain words
that those grammars name), `[keywords]` (whole replies) and `[[rule]]`. What one file holds counts for all. The lexicon
knows words, not decisions.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from parley.errors import BadInput
from parley.nlu.normalise import Normal, fold_char, normalise
from parley.nlu.phrases import BadPhrase, Part, Phrase, compile_list, compile_phrase, triggers_of

_SECTIONS: Final = frozenset({"script", "respell", "words", "vocabulary", "lists", "keywords", "rule"})
_RULE_KEYS: Final = frozenset({"id", "kind", "label", "why", "weight", "contexts", "phrases", "unless", "never_with"})
KINDS: Final = frozenset(
    "stop risk legal intent also hardship frequency anchor sensitive conditional negation resume only_adverts lump "
    "not_money not_promised cause not_a_count two_payments nothing done channel correction content notice wish".split()
)
_MOST_HITS_OF_A_PHRASE: Final = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """One `[[rule]]`: its phrases mean *label* of *kind*, unless an `unless` phrase overlaps or `never_with` occurs."""

    id: str
    kind: str
    label: str
    why: str
    weight: float
    contexts: frozenset[str]
    phrases: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    never_with: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds, and where in the reading form."""

    rule: Rule
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Lexicon:
    """All word lists, compiled. Build it once; it is safe to share and hashes by identity, as a key of grammars."""

    rules: tuple[Rule, ...]
    keywords: Mapping[str, frozenset[str]]
    vocabulary: Mapping[str, Mapping[str, Any]]
    lists: Mapping[str, str]
    script: Mapping[int, int]
    respell: Mapping[str, str]
    _by_trigger: Mapping[str, tuple[tuple[int, Phrase], ...]] = field(repr=False)
    _respell_finder: re.Pattern[str] = field(repr=False)

    def prepare(self, text: str) -> Normal:
        """Return the reading form of *text*: normalised, in one script, respelt."""
        return self._respelt(self.unrespelt(text))

    def unrespelt(self, text: str) -> Normal:
        """Return the form of *text* before respelling: one letter ("R") is not yet the word it stands for."""
        normal = normalise(text)
        return Normal(normal.text.translate(self.script), normal.starts, normal.ends)

    def matches(self, normal: Normal, context: str | None) -> list[Match]:
        """Return every rule that holds in *normal* after a last message of kind *context*, in order of place."""
        text = normal.text
        triggers = triggers_of(text)
        found: list[Match] = []
        for index, phrase in self._candidates(triggers):
            rule = self.rules[index]
            if rule.contexts and (context or "none") not in rule.contexts:
                continue
            for count, hit in enumerate(phrase.pattern.finditer(text)):
                if count == _MOST_HITS_OF_A_PHRASE:
                    break
                if hit.end() > hit.start() and not _is_void(rule, hit.start(), hit.end(), text, triggers):
                    found.append(Match(rule, *_trimmed(text, hit.start(), hit.end())))
        found.sort(key=lambda m: (m.start, -m.end, m.rule.id))
        return found

    def _candidates(self, triggers: frozenset[str]) -> Iterator[tuple[int, Phrase]]:
        seen: set[int] = set()
        for trigger in triggers:
            for index, phrase in self._by_trigger.get(trigger, ()):
                if id(phrase) not in seen:
                    seen.add(id(phrase))
                    if phrase.may_match(triggers):
                        yield index, phrase

    def _respelt(self, normal: Normal) -> Normal:
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for hit in self._respell_finder.finditer(normal.text):
            right = self.respell.get(hit.group())
            if right is None or self._is_scale(normal.text, hit):
                continue
            pieces += [normal.text[at : hit.start()], right]
            starts += [*normal.starts[at : hit.start()], *[normal.starts[hit.start()]] * len(right)]
            ends += [*normal.ends[at : hit.start()], *[normal.ends[hit.end() - 1]] * len(right)]
            at = hit.end()
        if not pieces:
            return normal
        pieces.append(normal.text[at:])
        return Normal("".join(pieces), (*starts, *normal.starts[at:]), (*ends, *normal.ends[at:]))

    def _is_scale(self, text: str, hit: re.Match[str]) -> bool:
        """Say whether the word multiplies the number before it: "5 k" is no okay."""
        before = text[: hit.start()].rstrip(" ")
        return before[-1:].isdigit() and hit.group() in self.vocabulary.get("number_scale", {})


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out the signs that `^`, `$` and blanks may have taken in."""
    while start < end - 1 and not text[start].isalnum():
        start += 1
    while end > start + 1 and not text[end - 1].isalnum():
        end -= 1
    return start, end


def _is_void(rule: Rule, start: int, end: int, text: str, triggers: frozenset[str]) -> bool:
    for phrase in rule.never_with:
        if phrase.may_match(triggers) and phrase.pattern.search(text):
            return True
    for phrase in rule.unless:
        if phrase.may_match(triggers):
            for hit in phrase.pattern.finditer(text):
                if hit.start() < end and start < hit.end():
                    return True
    return False


def load_lexicon(files: Mapping[str, bytes]) -> Lexicon:
    """Compile word-list files, name → bytes.

    Raises BadInput with file and key: not TOML, unknown section or key, a value of the wrong type, a phrase that
    cannot be compiled, two rules of one id.
    """
    loader = _Loader()
    for name in sorted(files):
        loader.read(name, files[name])
    return loader.lexicon()


def _bad(name: str, key: str, why: str, why_zh: str) -> BadInput:
    return BadInput(
        f"word list {name}, {key}: {why}; correct the file or restore the shipped one",
        f"词表 {name}，{key}：{why_zh}；请更正该文件或恢复自带版本",
    )


class _Loader:
    """Collects the sections of all files, then compiles: lists first, since phrases of any file may name them."""

    def __init__(self) -> None:
        self.script: dict[int, int] = {}
        self.respell: dict[str, str] = {}
        self.respell_finder = re.compile(_respelling_pattern(()))
        self.words: dict[str, tuple[str, ...]] = {}
        self.keywords: dict[str, frozenset[str]] = {}
        self.vocabulary: dict[str, dict[str, Any]] = {}
        self.lists: dict[str, tuple[str, ...]] = {}
        self.parts: dict[str, Part] = {}
        self.raw_rules: list[tuple[str, dict[str, Any]]] = []

    def read(self, name: str, data: bytes) -> None:
        try:
            document = tomllib.loads(data.decode("utf-8"))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
            raise _bad(name, "file", f"not UTF-8 TOML ({problem})", "不是 UTF-8 编码的 TOML") from None
        for key in document:
            if key not in _SECTIONS:
                raise _bad(name, key, "unknown section", "未知的节")
        self._read_script(name, document.get("script", {}))
        for right, variants in document.get("respell", {}).items():
            self.respell |= {normalise(v).text: right for v in _strings(name, f"respell.{right}", variants)}
        for section, lists in (("words", self.words), ("lists", self.lists)):
            lists |= {key: _strings(name, f"{section}.{key}", v) for key, v in document.get(section, {}).items()}
        for key, entries in document.get("keywords", {}).items():
            words = frozenset(_strings(name, f"keywords.{key}", entries))
            self.keywords[key] = self.keywords.get(key, frozenset()) | words
        for key, table in document.get("vocabulary", {}).items():
            if not isinstance(table, dict):
                raise _bad(name, f"vocabulary.{key}", "not a table", "不是表")
            self.vocabulary.setdefault(key, {}).update(table)
        self.raw_rules += [(name, rule) for rule in document.get("rule", [])]

    def _read_script(self, name: str, section: Mapping[str, str]) -> None:
        if not section:
            return
        sides = [re.sub(r"\s", "", str(section.get(side, ""))) for side in ("traditional", "simplified")]
        if set(section) != {"traditional", "simplified"} or len(sides[0]) != len(sides[1]):
            raise _bad(name, "script", "the two sides differ in length", "繁简两行长度不同")
        self.script.update({ord(a): ord(b) for a, b in zip(*sides, strict=True)})

    def fold(self, source: str) -> str:
        """Bring a word into the form of replies before respelling: width, accents, script; its signs stay."""
        return normalise_phrase(source).translate(self.script)

    def fold_phrase(self, source: str) -> str:
        """Bring a phrase into the form of replies, respelt as they are."""
        return self.respell_finder.sub(lambda hit: self.respell.get(hit.group(), hit.group()), self.fold(source))

    def lexicon(self) -> Lexicon:
        self.respell = {self.fold(variant): right for variant, right in self.respell.items()}
        self.respell_finder = re.compile(_respelling_pattern(self.respell))
        self.parts = {key: self._part(key, entries) for key, entries in self.words.items()}
        rules = tuple(self._rule(name, raw) for name, raw in self.raw_rules)
        by_trigger: dict[str, list[tuple[int, Phrase]]] = {}
        for index, rule in enumerate(rules):
            for phrase in rule.phrases:
                for trigger in phrase.triggers:
                    by_trigger.setdefault(trigger, []).append((index, phrase))
        ids = [rule.id for rule in rules]
        for (name, _), rule_id in zip(self.raw_rules, ids, strict=True):
            if ids.count(rule_id) > 1:
                raise _bad(name, f"rule.{rule_id}", "this id is used twice", "该 id 重复")
        keywords = {key: frozenset(_squeeze(self.fold(w)) for w in words) for key, words in self.keywords.items()}
        return Lexicon(
            rules=rules,
            keywords=keywords,
            vocabulary=_folded_tables(self.vocabulary, self.fold),
            lists={key: any_of(map(self.fold, entries)) for key, entries in self.lists.items()},
            script=self.script,
            respell=self.respell,
            _by_trigger={key: tuple(value) for key, value in by_trigger.items()},
            _respell_finder=self.respell_finder,
        )

    def _rule(self, name: str, raw: Mapping[str, Any]) -> Rule:
        rule_id = str(raw.get("id", "?"))
        for key in raw:
            if key not in _RULE_KEYS:
                raise _bad(name, f"rule.{rule_id}.{key}", "unknown key", "未知的键")
        for key in ("id", "kind", "label", "why", "phrases"):
            if key not in raw:
                raise _bad(name, f"rule.{rule_id}", f"{key!r} is missing", f"缺少 {key!r}")
        if raw["kind"] not in KINDS:
            raise _bad(name, f"rule.{rule_id}.kind", "not a kind of rule", "没有这种规则")
        weight = raw.get("weight", 0.8)
        if not isinstance(weight, (int, float)) or not 0 < weight <= 1:
            raise _bad(name, f"rule.{rule_id}.weight", "not a number above 0 and up to 1", "须为 0 到 1 之间的数")
        return Rule(
            id=rule_id,
            kind=str(raw["kind"]),
            label=str(raw["label"]),
            why=str(raw["why"]),
            weight=float(weight),
            contexts=frozenset(_strings(name, f"rule.{rule_id}.contexts", raw.get("contexts", []))),
            phrases=self._phrases(name, rule_id, "phrases", raw),
            unless=self._phrases(name, rule_id, "unless", raw),
            never_with=self._phrases(name, rule_id, "never_with", raw),
        )

    def _part(self, key: str, entries: tuple[str, ...]) -> Part:
        try:
            return compile_list(entries, self.fold_phrase)
        except BadPhrase as problem:
            raise _bad("of any file", f"words.{key}", str(problem), f"词无法编译（{problem}）") from None

    def _phrases(self, name: str, rule_id: str, key: str, raw: Mapping[str, Any]) -> tuple[Phrase, ...]:
        compiled: list[Phrase] = []
        for source in _strings(name, f"rule.{rule_id}.{key}", raw.get(key, [])):
            try:
                compiled.append(compile_phrase(source, self.parts, self.fold_phrase))
            except BadPhrase as problem:
                where = f"rule.{rule_id}.{key} {source!r}"
                raise _bad(name, where, str(problem), f"短语无法编译（{problem}）") from None
        return tuple(compiled)


def any_of(entries: Iterable[str]) -> str:
    """Return a regex of plain words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(entries, key=len, reverse=True))


def normalise_phrase(source: str) -> str:
    """Return *source* in the reading form of replies, its blanks and signs kept."""
    return "".join(map(fold_char, source)).replace("'", "")


def _squeeze(text: str) -> str:
    return "".join(char for char in text if char.isalnum() or char > "\u2000")


def _respelling_pattern(variants: Iterable[str]) -> str:
    """Match any word of Latin letters and digits (looked up afterwards), or one of the variants in other scripts."""
    others = sorted({v for v in variants if not re.fullmatch(r"[a-z0-9]+", v)}, key=len, reverse=True)
    wide = [re.escape(v) if v[0] > "\x7f" else rf"(?<![a-z0-9]){re.escape(v)}(?![a-z0-9])" for v in others]
    return "|".join([*wide, r"[a-z0-9]+"])


def _strings(name: str, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _bad(name, key, "not a list of words", "不是词的列表")
    return tuple(value)


def _folded_tables(tables: Mapping[str, Mapping[str, Any]], fold: Callable[[str], str]) -> dict[str, dict[str, Any]]:
    return {name: {fold(key): value for key, value in table.items()} for name, table in tables.items()}

"""From the text of a case file to a tree of plain mappings, lists, text and numbers, with every position.

YAML is read as YAML 1.2, from its events and without recursion, so that nothing is built before it has been looked at.
What could mean two things, or hide something, is refused: anchors, tags, merges, a key that stands twice.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from attribution_bayes.declare.numbers import LARGEST_HINT, decimal_hint
from attribution_bayes.declare.parts import MAX_KEY
from attribution_bayes.declare.ways import DEPTH_HINT, MAX_DEPTH
from attribution_bayes.errors import CaseError, Problem, quoted, refusal

MAX_DIGITS = 400
"""Characters of one number: more than any double needs."""

MAX_ENTRIES = 10_000
"""Entries of one mapping or list: ten times the items of the largest case that anybody could state."""

TOO_DEEP = f"nested deeper than {MAX_DEPTH}."
TOO_MANY_ENTRIES = f"more than {MAX_ENTRIES:,} entries."
KEEP_ONE = "Keep one of them."
MERGE_SOME = "Merge some of them, or weigh the case in parts."
SHORTEN = "Shorten it; free text goes to `statement`."
NUMBER_SIZE_HINT = f"Write at most {MAX_DIGITS} characters, and an exponent of at most three digits."
QUOTE = "put text that begins with this sign in double quotes."

YAML_HINTS = {
    r"'\t' that cannot start": "Indent with spaces, not with tabs.",
    "cannot start any token": f"Leave it out, or {QUOTE}",
    "mapping values are not allowed": "Put text that holds a colon in double quotes.",
    "stream end": "A bracket or a quotation mark is not closed.",
    "end of stream": "A bracket or a quotation mark is not closed.",
    "but found": "What belongs together begins in the same column; text with signs in it stands in double quotes.",
    "could not find expected ':'": "Write `name: value`; long text stands in double quotes.",
    "YAML document": "Leave the line that begins with %YAML out.",
    "YAML directive": "Leave the line that begins with %YAML out.",
    "tag handle": f"Leave it out, or {QUOTE}",
    "codec": f"Leave it out, or {QUOTE}",
}
JSON_HINTS = {
    "Extra data": "Nothing may follow the last bracket, nor is there a way to write comments.",
    "Expecting property name": "Names stand in double quotes, and no comma comes after the last entry.",
    "Illegal trailing comma": "Leave the comma out.",
    "Expecting ',' delimiter": "A comma, a bracket or a quotation mark is missing before this place.",
    "Expecting ':' delimiter": 'Write "name": value.',
    "Expecting value": "Write a number, a text in double quotes, true, false, null, a list or a mapping.",
    "Unterminated string": "A quotation mark is missing.",
    "Invalid control character": "Write it as an escape such as \\n, or leave it out.",
    "Invalid \\": "Write a backslash as \\\\.",
}
"""What to do about what the parsers say, by a part of what they say."""

NO_CHARACTER = re.compile(r"\\U(?!000|0010)[0-9A-Fa-f]{8}")
JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
JSON_WORD = re.compile(r'[^\s{}\[\]:,"]*')
DIGITS = re.compile("[0-9]{1,20}")
NUMBER_STARTS = frozenset("0123456789.+-")
VERSION = (1, 2)
NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?")
PLAIN_DIGITS = 300
"""Characters of a number without exponent that is finite whatever it says."""

NOT_FINITE = {".nan": math.nan, ".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf}
KEY_AT_END = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^\s:,{}\[\]]+)\Z')
PLAIN_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

Position = tuple[int, int]
"""Line and column, counted from 1."""


@dataclass(frozen=True)
class Tree:
    """What a file says, and where: position by path of keys."""

    root: Any
    found: Mapping[tuple[str, ...], Position] = field(default_factory=dict)
    text: str | None = None

    @cached_property
    def positions(self) -> Mapping[tuple[str, ...], Position]:
        """Where everything stands; of a JSON text found only when a problem has to be placed."""
        if self.text is None:
            return self.found
        return {node.path: node.position for node in _json_nodes(self.text) if node.role != "value" or not node.path}

    @cached_property
    def places(self) -> Mapping[str, Position]:
        """Positions by dotted path, in small letters, as outcomes may be written."""
        return {".".join(path).casefold(): position for path, position in reversed(list(self.positions.items()))}


@dataclass
class _Builder:
    """Builds a tree from YAML events, without recursion, noting what a case file may not contain."""

    positions: dict[tuple[str, ...], Position] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    root: Any = None
    containers: list[Any] = field(default_factory=list)
    path: list[str | None] = field(default_factory=list)
    documents: list[int] = field(default_factory=list)

    def note(self, code: str, message: str, event: Any, hint: str = "") -> None:
        line, column = _position(event)
        path = address(key for key in self.path if key is not None)
        self.problems.append(Problem(code=code, path=path, message=message, hint=hint, line=line, column=column))

    def take(self, event: Any) -> None:
        if isinstance(event, DocumentStartEvent):
            self.documents.append(_position(event)[0])
            if event.version not in (None, VERSION):
                named = quoted(".".join(map(str, event.version)))
                message = f"the file says that it is YAML {named}; case files are YAML 1.2."
                self.note("E_SYNTAX", message, event, YAML_HINTS["YAML directive"])
            if len(self.documents) == 2:
                message = f"there are two documents, at lines {self.documents[0]} and {self.documents[1]}."
                self.note("E_MULTIDOC", message, event, "One file states one case.")
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.containers.pop()
            self.path.pop()
            self.next_key()
        elif isinstance(event, AliasEvent | ScalarEvent | MappingStartEvent | SequenceStartEvent):
            self.node(event)

    def node(self, event: Any) -> None:
        if self.containers and isinstance(self.containers[-1], list):
            self.check_room(event)
            self.path[-1] = str(len(self.containers[-1]))
        if isinstance(event, AliasEvent) or event.anchor is not None:
            hint = f"Write the entries out, or {QUOTE}"
            self.note("E_ALIAS", "anchors and aliases are not allowed.", event, hint)
        if not isinstance(event, AliasEvent) and event.tag is not None:
            self.note("E_TAG", f"the tag {quoted(str(event.tag))} is not allowed.", event, f"Leave it out, or {QUOTE}")
        if self.containers and isinstance(self.containers[-1], dict) and self.path[-1] is None:
            self.key(event)
            return
        if self.is_after_comma(event):
            self.decimal_comma(event)
            return
        self.positions.setdefault(tuple(str(key) for key in self.path), _position(event))
        self.place(self.value(event))
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            self.path.append(None)
            if len(self.containers) > MAX_DEPTH:
                self.note("E_DEPTH", TOO_DEEP, event, DEPTH_HINT)
                raise CaseError(self.problems)

    def key(self, event: Any) -> None:
        if not isinstance(event, ScalarEvent):
            self.note(
                "E_SYNTAX", "a key must be a name.", event, "Write `name: value`, without brackets before the colon."
            )
            raise CaseError(self.problems)
        self.check_room(event)
        key = self.path[-1] = event.value
        if key == "<<" and event.style is None:
            self.note("E_MERGE", "merge keys are not allowed.", event, "Write the entries out.")
        if len(key) > MAX_KEY:
            self.note("E_LIMIT", _long_key(key), event, SHORTEN)
        at = tuple(str(key) for key in self.path)
        if key in self.containers[-1]:
            self.note("E_DUPKEY", _twice(key, self.positions[at][0], _position(event)[0]), event, KEEP_ONE)
        self.positions.setdefault(at, _position(event))

    def is_after_comma(self, event: Any) -> bool:
        """Whether a key without a value is what follows the comma of a decimal, as in ``{a: 0,5}``."""
        if not (isinstance(event, ScalarEvent) and event.value == "" and event.style is None and self.path):
            return False
        key, entries = self.path[-1], self.containers[-1]
        before = next(reversed(entries.values()), None) if isinstance(entries, dict) else None
        return (
            isinstance(before, float) and before.is_integer() and key is not None and DIGITS.fullmatch(key) is not None
        )

    def decimal_comma(self, event: Any) -> None:
        decimals, entries = self.path[-1], self.containers[-1]
        self.path[-1] = next(reversed(entries))
        whole = f"{entries[self.path[-1]]:.0f}"
        hint = f"Write {whole}.{decimals}: a decimal has a point, and a comma begins the next entry."
        self.note("E_NUMBER", f"{whole},{decimals} is no number.", event, hint)
        self.next_key()

    def check_room(self, event: Any) -> None:
        if len(self.containers[-1]) == MAX_ENTRIES:
            self.path[-1] = None
            self.note("E_LIMIT", TOO_MANY_ENTRIES, event, MERGE_SOME)
            raise CaseError(self.problems)

    def value(self, event: Any) -> Any:
        if isinstance(event, MappingStartEvent):
            return {}
        if isinstance(event, SequenceStartEvent):
            return []
        if isinstance(event, AliasEvent):
            return None
        if event.style is not None or event.tag is not None:
            return event.value
        try:
            return _plain(event.value)
        except CaseError as error:
            self.note(error.problems[0].code, error.problems[0].message, event, error.problems[0].hint)
            return None

    def place(self, value: Any) -> None:
        if not self.containers:
            self.root = value
        elif isinstance(self.containers[-1], dict):
            self.containers[-1][self.path[-1]] = value
        else:
            self.containers[-1].append(value)
        if isinstance(value, dict | list):
            self.containers.append(value)
        else:
            self.next_key()

    def next_key(self) -> None:
        """In a mapping, what comes after a value is a key."""
        if self.containers and isinstance(self.containers[-1], dict):
            self.path[-1] = None


def address(path: Iterable[str]) -> str:
    """The address of a place in the file; a source's begins with `source`."""
    steps = list(path)
    if steps[:1] == ["sources"] and len(steps) > 1:
        steps[0] = "source"
    return ".".join(steps)


def _twice(key: str, first: int, second: int) -> str:
    return f"{quoted(key)} stands twice, at lines {first} and {second}."


def _long_key(key: str) -> str:
    return f"the key {quoted(key)} has {len(key):,} characters; at most {MAX_KEY:,} are read."


def _position(event: Any) -> Position:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _plain(text: str) -> Any:
    """What an unquoted scalar of YAML 1.2 means; octal, hexadecimal, sexagesimal and the like stay text."""
    if text.casefold() in PLAIN_WORDS and text in (text.lower(), text.upper(), text.capitalize()):
        return PLAIN_WORDS[text.casefold()]
    if text.casefold() in NOT_FINITE:
        return NOT_FINITE[text.casefold()]
    if NUMBER.fullmatch(text) and any(sign.isdigit() for sign in re.split("[eE]", text)[0]):
        return _sized_number(text)
    return text


def _sized_number(text: str) -> float:
    exponent = re.split("[eE]", text)[1:]
    if len(text) > MAX_DIGITS or (exponent and len(exponent[0].lstrip("+-0")) > 3):
        message = f"{quoted(text)} is too long a number, or has too long an exponent."
        raise refusal("E_NUMBER_SIZE", "", message, NUMBER_SIZE_HINT)
    number = float(text)
    if math.isinf(number):
        code = "E_NOT_FINITE" if exponent else "E_NUMBER_SIZE"
        raise refusal(code, "", f"{quoted(text)} is too large a number.", LARGEST_HINT)
    return number


class _Yaml12(YAML):
    """Reads every text as YAML 1.2, whatever version a directive in it names; `_Builder` refuses the others."""

    @property
    def version(self) -> None:
        return None

    @version.setter
    def version(self, named: object) -> None:
        pass


def yaml_tree(text: str) -> Tree:
    builder, reached = _Builder(), 0
    try:
        for event in _Yaml12(typ="safe", pure=True).parse(text):
            builder.take(event)
            reached = event.end_mark.index
    except CaseError:
        raise
    except MarkedYAMLError as error:
        raise CaseError([*builder.problems, _syntax_problem(error, text)]) from None
    except ReaderError as error:
        message = f"the character U+{error.character:04X} is not allowed."
        raise refusal("E_SYNTAX", "", message, "Remove it.", _position_of(error.position, text)) from None
    except (YAMLError, ValueError, OverflowError) as error:
        raise CaseError([*builder.problems, _failure(error, text, reached)]) from None
    if builder.problems:
        raise CaseError(builder.problems)
    return Tree(builder.root, builder.positions)


def _failure(error: Exception, text: str, reached: int) -> Problem:
    """What YAML's scanner fails at without a word of where, after the events up to some place in the text."""
    message, hint = f"{quoted(str(error).splitlines()[0])}.", "Leave out what stands next."
    escape = NO_CHARACTER.search(text, reached)
    if escape is not None and "chr()" in str(error):
        message, hint, reached = f"{escape[0]} names no character.", r"The last is \U0010FFFF.", escape.start()
    line, column = _position_of(reached, text)
    return Problem(code="E_SYNTAX", message=message, hint=hint, line=line, column=column)


def _syntax_problem(error: MarkedYAMLError, text: str) -> Problem:
    """What YAML's scanner or parser could not read; what is longer than 1024 characters it does not take for a key."""
    mark = error.problem_mark or error.context_mark
    assert mark is not None  # the scanner and the parser always say where
    line, column = mark.line + 1, mark.column + 1
    key = KEY_AT_END.search(text, mark.index - mark.column, mark.index)
    if text.startswith(":", mark.index) and key is not None and len(key.group()) > MAX_KEY:
        message = _long_key(key.group())
        start = column - len(key.group())
        return Problem(code="E_LIMIT", message=message, hint=SHORTEN, line=line, column=start)
    said = str(error.problem or error.context).encode("ascii", "backslashreplace").decode()
    message, hint = f"{said}.", _known_hint(YAML_HINTS, said)
    return Problem(code="E_SYNTAX", message=message, hint=hint, line=line, column=column)


def _known_hint(hints: Mapping[str, str], message: str) -> str:
    return next((hint for part, hint in hints.items() if part in message), "")


def _position_of(index: int, text: str) -> Position:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


# JSON ----------------------------------------------------------------------------------------------------------------


@dataclass
class _Suspicion:
    """Notices, while a JSON text is parsed, whether it has to be read again for what is wrong and where."""

    raised: bool = False

    def entries(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries = dict(pairs)
        self.raised |= len(entries) < len(pairs) or max(map(len, entries), default=0) > MAX_KEY
        return entries

    def number(self, text: str) -> float:
        if len(text) < PLAIN_DIGITS and "e" not in text and "E" not in text:
            return float(text)
        try:
            return _sized_number(text)
        except CaseError:
            self.raised = True
            return math.nan


def json_tree(text: str) -> Tree:
    suspicion = _Suspicion()
    try:
        root = json.loads(
            text, object_pairs_hook=suspicion.entries, parse_int=suspicion.number, parse_float=suspicion.number
        )
    except json.JSONDecodeError as error:
        if not text.strip():
            return Tree(None)
        message, hint = f"{error.msg.removesuffix(' at')}.", _json_hint(error)
        raise refusal("E_SYNTAX", "", message, hint, (error.lineno, error.colno)) from None
    except RecursionError:
        raise CaseError(list(_json_problems(text))) from None
    if suspicion.raised or _is_too_large(root):
        raise CaseError(list(_json_problems(text)))
    return Tree(root, text=text)


def _json_hint(error: json.JSONDecodeError) -> str:
    """What to do about what JSON could not read; a number such as 0x1F is read as far as its 0."""
    around = error.doc[max(0, error.pos - MAX_DIGITS) : error.pos + MAX_DIGITS]
    word = next(word.group() for word in JSON_WORD.finditer(around) if word.end() >= min(error.pos, MAX_DIGITS))
    is_number = word[:1] in NUMBER_STARTS and not JSON_NUMBER.fullmatch(word)
    return decimal_hint(word) if is_number else _known_hint(JSON_HINTS, error.msg)


def _is_too_large(root: Any) -> bool:
    """Whether something is nested too deep or has too many entries."""
    depth, level = 0, [root] if isinstance(root, dict | list) else []
    while level and depth < MAX_DEPTH:
        if any(len(node) > MAX_ENTRIES for node in level):
            return True
        level = [child for node in level for child in _children(node)]
        depth += 1
    return bool(level)


def _children(node: Any) -> list[Any]:
    values = node.values() if isinstance(node, dict) else node
    if {dict, list}.isdisjoint(map(type, values)):
        return []
    return [child for child in values if isinstance(child, dict | list)]


@dataclass(frozen=True, slots=True)
class _Node:
    """A key, an entry of a list or the value of a key, with the number of the mapping or list that it stands in."""

    role: str
    path: tuple[str, ...]
    position: Position
    text: str
    container: int


JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)


def _json_tokens(text: str) -> Iterator[tuple[str, Position]]:
    line, start, end = 1, 0, 0
    for token in JSON_TOKEN.finditer(text):
        newlines = text.count("\n", end, token.start())
        if newlines:
            line, start = line + newlines, text.rfind("\n", end, token.start()) + 1
        end = token.end()
        yield token.group(), (line, token.start() - start + 1)


def _json_nodes(text: str) -> Iterator[_Node]:
    """Every node of a JSON text, which is well formed as far as it is read."""
    path: list[Any] = []
    containers: list[int] = [0]
    expect_key = False
    for number, (token, position) in enumerate(_json_tokens(text), start=1):
        if token in ("}", "]"):
            path.pop()
            containers.pop()
        elif token == ",":
            expect_key = isinstance(path[-1], str)
            path[-1] = path[-1] if expect_key else path[-1] + 1
        elif token != ":":
            if expect_key:
                path[-1] = json.loads(token)
            role = "key" if expect_key else "entry" if path and isinstance(path[-1], int) else "value"
            yield _Node(role, tuple(str(key) for key in path), position, token, containers[-1])
            expect_key = token == "{"
            if token in ("{", "["):
                path.append("" if expect_key else 0)
                containers.append(number)


def _json_problems(text: str) -> Iterator[Problem]:
    entries: Counter[int] = Counter()
    seen: dict[tuple[int, str], _Node] = {}
    for node in _json_nodes(text):
        entries[node.container] += node.role != "value"
        if entries[node.container] > MAX_ENTRIES:
            yield _at(node, "E_LIMIT", TOO_MANY_ENTRIES, MERGE_SOME, path=node.path[:-1])
            return
        if node.text in ("{", "[") and len(node.path) >= MAX_DEPTH:
            yield _at(node, "E_DEPTH", TOO_DEEP, DEPTH_HINT)
            return
        if node.role == "key":
            yield from _key_problems(node, seen.setdefault((node.container, node.path[-1]), node))
        elif NUMBER.fullmatch(node.text):
            yield from _size_problems(node)


def _at(node: _Node, code: str, message: str, hint: str = "", path: tuple[str, ...] | None = None) -> Problem:
    where = address(node.path if path is None else path)
    line, column = node.position
    return Problem(code=code, path=where, message=message, hint=hint, line=line, column=column)


def _key_problems(node: _Node, first: _Node) -> Iterator[Problem]:
    key = node.path[-1]
    if first is not node:
        yield _at(node, "E_DUPKEY", _twice(key, first.position[0], node.position[0]), KEEP_ONE)
    if len(key) > MAX_KEY:
        yield _at(node, "E_LIMIT", _long_key(key), SHORTEN)


def _size_problems(node: _Node) -> Iterator[Problem]:
    try:
        _sized_number(node.text)
    except CaseError as error:
        yield from (_at(node, problem.code, problem.message, problem.hint) for problem in error.problems)

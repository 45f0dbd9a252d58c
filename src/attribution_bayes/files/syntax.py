"""From the text of a case file to its tree: YAML 1.2 and JSON as events, and what to do about syntax errors."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from attribution_bayes.declare.numbers import decimal_hint
from attribution_bayes.declare.parts import MAX_KEY
from attribution_bayes.declare.ways import MAX_DEPTH
from attribution_bayes.errors import CaseError, Problem, quoted, refusal
from attribution_bayes.files import tree
from attribution_bayes.files.tree import (
    MAX_DIGITS,
    NO_DIRECTIVE,
    QUOTE,
    SHORTEN,
    Builder,
    Position,
    Tree,
    long_key,
    sized_number,
)

YAML_HINTS = {
    r"'\t' that cannot start": "Write spaces in place of tabs.",
    "cannot start any token": f"Leave it out, or {QUOTE}",
    "mapping values are not allowed": "Put text that holds a colon in double quotes.",
    "stream end": "A bracket or a quotation mark is not closed.",
    "end of stream": "A bracket or a quotation mark is not closed.",
    "but found": "What belongs together begins in the same column; text with special characters needs double quotes.",
    "could not find expected ':'": "Write `name: value`; long text needs double quotes.",
    "YAML document": NO_DIRECTIVE,
    "YAML directive": NO_DIRECTIVE,
    "tag handle": f"Leave it out, or {QUOTE}",
    "codec": f"Leave it out, or {QUOTE}",
}
JSON_HINTS = {
    "Extra data": "Nothing may follow the last bracket; JSON has no comments.",
    "Expecting property name": "Names need double quotes, and no comma follows the last entry.",
    "Illegal trailing comma": "Leave the comma out.",
    "Expecting ',' delimiter": "A comma, a bracket or a quotation mark is missing before this place.",
    "Expecting ':' delimiter": 'Write "name": value.',
    "Expecting value": "Write a number, a text in double quotes, true, false, null, a list or a mapping.",
    "Unterminated string": "A quotation mark is missing.",
    "Invalid control character": "Write it as an escape such as \\n, or leave it out.",
    "Invalid \\": "Write a backslash as \\\\.",
}
"""What to do about an error of the parsers, by a part of their message."""

NO_CHARACTER = re.compile(r"\\U(?!000|0010)[0-9A-Fa-f]{8}")
JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
JSON_WORD = re.compile(r'[^\s{}\[\]:,"]*')
NUMBER_STARTS = frozenset("0123456789.+-")
PLAIN_DIGITS = 300
"""A number without exponent that has fewer characters is finite whatever its digits are."""

KEY_AT_END = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^\s:,{}\[\]]+)\Z')


class _Yaml12(YAML):
    """Reads every text as YAML 1.2, whatever version its directive names; `Builder` refuses other versions."""

    @property
    def version(self) -> None:
        return None

    @version.setter
    def version(self, named: object) -> None:
        pass


def yaml_tree(text: str) -> Tree:
    builder, reached = Builder(text), 0
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
    return Tree(builder.root, lambda: builder.positions)


def _failure(error: Exception, text: str, reached: int) -> Problem:
    """A failure of YAML's scanner that does not say where; the events before it reached some place in the text."""
    message, hint = f"{quoted(str(error).splitlines()[0])}.", "Leave out what stands next."
    escape = NO_CHARACTER.search(text, reached)
    if escape is not None and "chr()" in str(error):
        message, hint, reached = f"{escape[0]} names no character.", r"The last is \U0010FFFF.", escape.start()
    line, column = _position_of(reached, text)
    return Problem(code="E_SYNTAX", message=message, hint=hint, line=line, column=column)


def _syntax_problem(error: MarkedYAMLError, text: str) -> Problem:
    """A syntax error of YAML's scanner or parser, which do not recognise a key of more than 1024 characters."""
    mark = error.problem_mark or error.context_mark
    assert mark is not None  # the scanner and the parser always say where
    line, column = mark.line + 1, mark.column + 1
    key = KEY_AT_END.search(text, mark.index - mark.column, mark.index)
    if text.startswith(":", mark.index) and key is not None and len(key.group()) > MAX_KEY:
        message = long_key(key.group())
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
    """Notices, while a JSON text is parsed, whether it has to be read again to find what is wrong and where."""

    raised: bool = False

    def entries(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries = dict(pairs)
        self.raised |= len(entries) < len(pairs) or max(map(len, entries), default=0) > MAX_KEY
        return entries

    def number(self, text: str) -> float:
        if len(text) < PLAIN_DIGITS and "e" not in text and "E" not in text:
            return float(text)
        try:
            return sized_number(text)
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
        raise CaseError(_read_json(text).problems) from None
    if suspicion.raised or _is_too_large(root):
        raise CaseError(_read_json(text).problems)
    return Tree(root, lambda: _read_json(text).positions)


def _read_json(text: str) -> Builder:
    """Read a JSON text event by event, for its faults and positions; this is 25 times slower than parsing it."""
    builder = Builder()
    with suppress(CaseError):  # raised where it cannot be read any further
        for event in _json_events(text):
            builder.take(event)
    return builder


def _json_hint(error: json.JSONDecodeError) -> str:
    """What to do about a syntax error in JSON; the parser reads a number such as 0x1F up to its 0."""
    around = error.doc[max(0, error.pos - MAX_DIGITS) : error.pos + MAX_DIGITS]
    word = next(word.group() for word in JSON_WORD.finditer(around) if word.end() >= min(error.pos, MAX_DIGITS))
    is_number = word[:1] in NUMBER_STARTS and not JSON_NUMBER.fullmatch(word)
    return decimal_hint(word) if is_number else _known_hint(JSON_HINTS, error.msg)


def _is_too_large(root: Any) -> bool:
    """Whether something is nested too deeply or has too many entries."""
    depth, level = 0, [root] if isinstance(root, dict | list) else []
    while level and depth < MAX_DEPTH:
        if any(len(node) > tree.MAX_ENTRIES for node in level):
            return True
        level = [child for node in level for child in _children(node)]
        depth += 1
    return bool(level)


def _children(node: Any) -> list[Any]:
    values = node.values() if isinstance(node, dict) else node
    if {dict, list}.isdisjoint(map(type, values)):
        return []
    return [child for child in values if isinstance(child, dict | list)]


class _Mark(NamedTuple):
    """A place in the text, counted from 0."""

    line: int
    column: int


JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)


def _json_tokens(text: str) -> Iterator[tuple[str, _Mark]]:
    line, start, end = 0, 0, 0
    for token in JSON_TOKEN.finditer(text):
        newlines = text.count("\n", end, token.start())
        if newlines:
            line, start = line + newlines, text.rfind("\n", end, token.start()) + 1
        end = token.end()
        yield token.group(), _Mark(line, token.start() - start)


def _json_events(text: str) -> Iterator[Event]:
    """The events of a JSON text, which must be well formed as far as it is read."""
    for token, mark in _json_tokens(text):
        match token[0]:
            case "{":
                yield MappingStartEvent(None, None, True, mark)
            case "[":
                yield SequenceStartEvent(None, None, True, mark)
            case "}":
                yield MappingEndEvent(mark)
            case "]":
                yield SequenceEndEvent(mark)
            case '"':
                yield ScalarEvent(None, None, True, json.loads(token), mark, style='"')
            case ":" | ",":
                pass
            case _:
                yield ScalarEvent(None, None, True, token, mark)

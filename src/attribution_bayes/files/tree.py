"""From the events of a text to plain mappings, lists, text and numbers, with all positions.

YAML and JSON arrive as the same events and have the same limits. The tree is built without recursion, and nothing is
built before it has been checked. What could be ambiguous, or hide something, is refused: anchors, tags, merges,
duplicate keys, and remarks that look like the rest of a text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from attribution_bayes.declare.numbers import LARGEST_HINT, SMALLEST_HINT
from attribution_bayes.declare.parts import MAX_KEY
from attribution_bayes.declare.ways import DEPTH_HINT, MAX_DEPTH
from attribution_bayes.errors import CaseError, Problem, quoted, refusal

MAX_DIGITS = 400
"""Most characters of a number: more than any double needs."""

MAX_ENTRIES = 10_000
"""Most entries of a mapping or list: ten times the items of the largest case that anybody could state."""

TOO_DEEP = f"nested deeper than {MAX_DEPTH}."
TOO_MANY_ENTRIES = f"more than {MAX_ENTRIES:,} entries."
KEEP_ONE = "Keep one of them."
MERGE_SOME = "Combine some of them, or weigh the case in parts."
SHORTEN = "Shorten it; free text goes to `statement`."
NUMBER_SIZE_HINT = f"Write at most {MAX_DIGITS} characters, and an exponent of at most three digits."
QUOTE = "put text that begins with this character in double quotes."

NO_DIRECTIVE = "Leave out the line that begins with %YAML."
DIGITS = re.compile("[0-9]{1,20}")
VERSION = (1, 2)
NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?")
NOT_FINITE = {".nan": math.nan, ".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf}
PLAIN_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

FREE_TEXT = frozenset(
    {
        *("question", "statement", "label", "citation", "author", "marking", "prior_basis"),
        *("reason", "impossible", "certain"),
    }
)
"""Fields that hold sentences and the like, in which a number sign may stand, rather than names or numbers."""

CUT_OFF = re.compile(r"[ \t]+(#\w[^\r\n]*)")
"""What looks like the rest of a text, as in `Is report #3 false?`, where most people begin a remark with a space."""

Position = tuple[int, int]
"""Line and column, counted from 1."""

type Positions = Mapping[tuple[str, ...], Position]
"""Where everything stands, by path of keys."""


@dataclass(frozen=True)
class Tree:
    """What a file says, and where. Positions are computed only when a problem has to be located, if that takes time."""

    root: Any
    locate: Callable[[], Positions] = dict

    @cached_property
    def positions(self) -> Positions:
        return self.locate()

    @cached_property
    def places(self) -> Mapping[str, Position]:
        """Positions by dotted path, in lower case, because outcomes may be written in either."""
        return {".".join(path).casefold(): position for path, position in reversed(list(self.positions.items()))}


@dataclass
class Builder:
    """Builds a tree from YAML events, without recursion, and notes what a case file may not contain.

    Attributes
    ----------
    text
        What the events are of, where it can have remarks.
    """

    text: str = ""
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
                self.note("E_SYNTAX", message, event, NO_DIRECTIVE)
            if len(self.documents) == 2:
                message = f"there are two documents, at lines {self.documents[0]} and {self.documents[1]}."
                self.note("E_MULTIDOC", message, event, "One file states one case.")
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.containers.pop()
            self.path.pop()
            self._next_key()
        elif isinstance(event, AliasEvent | ScalarEvent | MappingStartEvent | SequenceStartEvent):
            self.node(event)

    def node(self, event: Any) -> None:
        if self.containers and isinstance(self.containers[-1], list):
            self._check_room(event)
            self.path[-1] = str(len(self.containers[-1]))
        if isinstance(event, AliasEvent) or event.anchor is not None:
            hint = f"Write the entries out, or {QUOTE}"
            self.note("E_ALIAS", "anchors and aliases are not allowed.", event, hint)
        if not isinstance(event, AliasEvent) and event.tag is not None:
            self.note("E_TAG", f"the tag {quoted(str(event.tag))} is not allowed.", event, f"Leave it out, or {QUOTE}")
        if self.containers and isinstance(self.containers[-1], dict) and self.path[-1] is None:
            self.key(event)
            return
        if self._is_after_comma(event):
            self._decimal_comma(event)
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
        self._check_room(event)
        key = self.path[-1] = event.value
        if key == "<<" and event.style is None:
            self.note("E_MERGE", "merge keys are not allowed.", event, "Write the entries out.")
        if len(key) > MAX_KEY:
            self.note("E_LIMIT", long_key(key), event, SHORTEN)
        at = tuple(str(key) for key in self.path)
        if key in self.containers[-1]:
            self.note("E_DUPKEY", _twice(key, self.positions[at][0], _position(event)[0]), event, KEEP_ONE)
        self.positions.setdefault(at, _position(event))

    def _is_after_comma(self, event: Any) -> bool:
        """Whether a key without a value is the fraction after a decimal comma, as in ``{a: 0,5}``."""
        if not (isinstance(event, ScalarEvent) and event.value == "" and event.style is None and self.path):
            return False
        key, entries = self.path[-1], self.containers[-1]
        before = next(reversed(entries.values()), None) if isinstance(entries, dict) else None
        return (
            isinstance(before, float) and before.is_integer() and key is not None and DIGITS.fullmatch(key) is not None
        )

    def _decimal_comma(self, event: Any) -> None:
        decimals, entries = self.path[-1], self.containers[-1]
        self.path[-1] = next(reversed(entries))
        whole = f"{entries[self.path[-1]]:.0f}"
        hint = f"Write {whole}.{decimals}: a decimal has a point, and a comma begins the next entry."
        self.note("E_NUMBER", f"{whole},{decimals} is not a number.", event, hint)
        self._next_key()

    def _check_room(self, event: Any) -> None:
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
            value = plain_value(event.value)
        except CaseError as error:
            self.note(error.problems[0].code, error.problems[0].message, event, error.problems[0].hint)
            return None
        if isinstance(value, str):
            self._check_end(event)
        return value

    def _check_end(self, event: Any) -> None:
        field = next((key for key in reversed(self.path) if key is not None and not key.isdigit()), "")
        if self.text and field in FREE_TEXT and (rest := CUT_OFF.match(self.text, event.end_mark.index)):
            message = f"the text ends before {quoted(rest[1])}, which YAML takes for a remark."
            hint = "Put the text in double quotes; if it is a remark, write a space after the number sign."
            self.note("E_COMMENT", message, event, hint)

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
            self._next_key()

    def _next_key(self) -> None:
        """Expect a key next, if inside a mapping."""
        if self.containers and isinstance(self.containers[-1], dict):
            self.path[-1] = None


SINGULAR = {"sources": "source", "common_causes": "common_cause"}
"""How addresses begin whose parts stand under another name in a file."""


def address(path: Iterable[str]) -> str:
    """The address of a place in the file; a source's begins with `source`, a common cause's with `common_cause`."""
    steps = list(path)
    if len(steps) > 1:
        steps[0] = SINGULAR.get(steps[0], steps[0])
    return ".".join(steps)


def _twice(key: str, first: int, second: int) -> str:
    return f"{quoted(key)} stands twice, at lines {first} and {second}."


def long_key(key: str) -> str:
    """What is wrong with a key that has too many characters."""
    return f"the key {quoted(key)} has {len(key):,} characters; at most {MAX_KEY:,} are read."


def _position(event: Any) -> Position:
    return event.start_mark.line + 1, event.start_mark.column + 1


def plain_value(text: str) -> Any:
    """What an unquoted scalar of YAML 1.2 means; octal, hexadecimal and sexagesimal numbers stay text."""
    if text.casefold() in PLAIN_WORDS and text in (text.lower(), text.upper(), text.capitalize()):
        return PLAIN_WORDS[text.casefold()]
    if text.casefold() in NOT_FINITE:
        return NOT_FINITE[text.casefold()]
    if NUMBER.fullmatch(text) and any(sign.isdigit() for sign in re.split("[eE]", text)[0]):
        return sized_number(text)
    return text


def sized_number(text: str) -> float:
    """The number that a text states; a refusal if it is too large or has more digits than any double needs."""
    exponent = re.split("[eE]", text)[1:]
    if len(text) > MAX_DIGITS or (exponent and len(exponent[0].lstrip("+-0")) > 3):
        message = f"{quoted(text)} is too long a number, or has too long an exponent."
        raise refusal("E_NUMBER_SIZE", "", message, NUMBER_SIZE_HINT)
    number = float(text)
    if math.isinf(number):
        code = "E_NOT_FINITE" if exponent else "E_NUMBER_SIZE"
        raise refusal(code, "", f"{quoted(text)} is too large a number.", LARGEST_HINT)
    if number == 0 and re.search("[1-9]", re.split("[eE]", text)[0]):
        raise refusal("E_NUMBER_SIZE", "", f"{quoted(text)} is too small a number.", SMALLEST_HINT)
    return number

"""A report as a tree of what it says, before it is a page: sections of blocks, blocks of inline parts.

Words of this library are plain strings. Whatever somebody else wrote is `Said`, every number that was computed is a
`Figure` with its full value behind the printed one, and every name says what it names: so a form of the report can show
each as what it is, and a test can read which words stand next to which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

ENDINGS = (".html", ".htm", ".md")
"""Endings of the files that a document can be written to."""


@dataclass(frozen=True, slots=True)
class Said:
    """Text from the case: statements, citations, reasons, numbers as they were written."""

    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is printed, and its value."""

    text: str
    value: float


type Kind = Literal["hypothesis", "item", "source", "common_cause", "outcome", "address", "reading"]


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the case, and the label that people read in its place, if there is one."""

    text: str
    of: Kind
    label: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Something that is copied rather than read: a version, a hash, the id of a scale."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """What carries the sentence."""

    parts: Text


@dataclass(frozen=True, slots=True)
class Shade:
    """A weight in a table, in decibans, on a ground that is the stronger the further it is from 0."""

    parts: Text
    decibans: float


@dataclass(frozen=True, slots=True)
class Aside:
    """What stands behind the sentence, on a line of its own."""

    parts: Text


@dataclass(frozen=True, slots=True)
class Link:
    """A place on the web, or in the report itself if it starts with ``#``."""

    parts: Text
    target: str


@dataclass(frozen=True, slots=True)
class Move:
    """A button that brings an assumption to the sliders, where there are any."""

    address: str


type Inline = str | Said | Figure | Name | Code | Strong | Shade | Aside | Link | Move
type Text = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or several; `tone` tells what must not be passed over."""

    text: Text
    tone: Literal["plain", "lead", "quote", "caution"] = "plain"


@dataclass(frozen=True, slots=True)
class Listing:
    """Points, in an order that counts or not."""

    points: tuple[Text, ...]
    is_ordered: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first cell of each row is its head. `numeric` columns are those of numbers."""

    caption: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Abreast(Grid):
    """A table whose columns have the same width on every screen, each row under its head: nobody gets more room."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Words and what they mean."""

    entries: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing (SVG), with what it shows in words for those who do not see it."""

    svg: bytes
    shows: Text
    caption: Text


type Pictures = Mapping[str, Sequence[Picture]]
"""Pictures by the section that shows them."""


@dataclass(frozen=True, eq=False, slots=True)
class Sliders:
    """The numbers behind the sliders, which only a page can have."""

    data: Mapping[str, Any]


type Block = Paragraph | Listing | Grid | Terms | Picture | Sliders | Section


@dataclass(frozen=True, eq=False, slots=True)
class Section:
    """A heading and what stands under it; `anchor` is where a link arrives."""

    title: Text
    anchor: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Folded(Section):
    """A section of details: a page shows its heading, and the rest when the reader asks for it."""


@dataclass(frozen=True, eq=False, slots=True)
class Document:
    """A whole report; `markings` say how it may be passed on, on each sheet of paper too."""

    question: str
    opening: tuple[Block, ...]
    sections: tuple[Section, ...]
    markings: tuple[str, ...] = ()


def text(*parts: Inline | Text) -> Text:
    """Parts one after another; texts among them are taken apart."""
    return tuple(inner for part in parts for inner in (part if isinstance(part, tuple) else (part,)))


def heads(*columns: Inline) -> tuple[Text, ...]:
    """The heads of a table's columns."""
    return tuple(text(column) for column in columns)


def filled(template: str, *parts: Inline | Text) -> Text:
    """A sentence with parts in the places of ``{}``."""
    words = template.split("{}")
    if len(words) != len(parts) + 1:
        raise ValueError(f"{len(words) - 1} places, {len(parts)} parts: {template}")
    between = [text(word, part) for word, part in zip(words, parts, strict=False)]
    return tuple(part for part in text(*between, words[-1]) if part != "")


def listed(texts: Iterable[Text], last: str = " and ") -> Text:
    """Texts in a sentence: a, b and c."""
    found = list(texts)
    joined = [text(", " if 0 < i < len(found) - 1 else last if i else "", one) for i, one in enumerate(found)]
    return tuple(part for one in joined for part in one if part != "")


type Labels = Mapping[tuple[Kind, str], str]
"""The label of a name, by what it names and the name."""


def labelled(part: Any, labels: Labels) -> Any:
    """The same document, or the same part of one, in which each name has its label."""
    if isinstance(part, Name):
        return replace(part, label=labels.get((part.of, part.text), ""))
    if isinstance(part, tuple):
        return tuple(labelled(one, labels) for one in part)
    if is_dataclass(part) and not isinstance(part, type):
        inner = {field.name: labelled(getattr(part, field.name), labels) for field in fields(part)}
        return replace(part, **inner)
    return part


def plain(parts: Text) -> str:
    """The words alone."""
    return "".join(_words(part) for part in parts)


def _words(part: Inline) -> str:
    match part:
        case str():
            return part
        case Strong() | Shade() | Aside() | Link():
            return plain(part.parts)
        case Move():
            return ""
        case Name():
            return part.label or part.text
        case _:
            return part.text

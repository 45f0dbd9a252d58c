"""What is wrong with the names, labels and one-line texts of parts."""

from __future__ import annotations

import datetime
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import batched, chain, repeat

from attribution_bayes.declare.address import PartAddress, field_of
from attribution_bayes.declare.parts import (
    MAX_KEY,
    MAX_LABEL,
    MAX_LINE,
    MAX_NAME,
    NAME,
    RESERVED_NAMES,
    NamedPart,
    Part,
    shown_name,
)
from attribution_bayes.declare.texts import are_ordinary, text_problems
from attribution_bayes.errors import Problem, quoted, text

NAME_HINT = (
    f"A name starts with a letter and has letters a-z, digits and underscores, at most {MAX_NAME}, and is not true, "
    "false or null; free text goes to `statement`."
)

LINES = {"label": MAX_LABEL, "author": MAX_LINE, "marking": MAX_LINE}
"""Fields of one line, and how long each may be."""

SEEN_AT_ONCE = 2**10
"""Parts that are looked at together; there may be a million."""

type PlaceOf = Callable[[str], PartAddress]
"""From the name of a part of some kind to its address."""


def name_problems(parts: Sequence[NamedPart], names: Sequence[str], where: PlaceOf) -> Iterator[Problem]:
    """Faults of the names, labels and texts of all parts of one kind, which have these names."""
    are_sound = _are_distinct(names)
    odd = [some for some in batched(parts, SEEN_AT_ONCE) if not (are_sound and _are_ordinary(some))]
    seen: dict[str, str] = {}
    for name in () if are_sound else names:
        seen.setdefault(name.casefold(), name)
    for part in chain.from_iterable(odd):
        yield from _problems(part, where(part.name), seen)
    counts = {} if are_sound else Counter(names)
    for name, number in counts.items():
        if number == 1:
            continue
        message = f"{number} parts have the name {quoted(name)}."
        yield Problem(code="E_DUP_NAME", path=str(where(name)), message=message, hint="Give each a name of its own.")
    if any(part.label for part in chain.from_iterable(odd)):
        yield from _label_problems(parts, where)


def _problems(part: NamedPart, at: PartAddress, seen: Mapping[str, str]) -> Iterator[Problem]:
    """Faults of the texts of a part, and of a name that one seen before equals but for capital letters."""
    name, path = part.name, str(at)
    yield from bad_name(name, path)
    yield from text_problems(part.statement, field_of(at, "statement"))
    yield from field_problems(part, path)
    if (other := seen.get(name.casefold(), name)) != name:
        message = f"{quoted(name)} and {quoted(other)} differ only in capital letters."
        yield Problem(
            code="E_CONFUSABLE_NAME", path=path, message=message, hint="Choose names that cannot be mixed up."
        )


def _are_distinct(names: Sequence[str]) -> bool:
    """Whether names differ in more than capital letters, from each other and from those that are reserved."""
    together = "".join(names)
    folded = {*names} if together == together.casefold() else {*map(str.casefold, names)}
    return len(folded) == len(names) and RESERVED_NAMES.isdisjoint(folded)


def _are_ordinary(parts: Sequence[NamedPart]) -> bool:
    """Whether nothing is wrong with the letters of names and with the texts of parts, as a glance at all tells."""
    stated = [*map(vars, parts)]
    return (
        _are_names([one["name"] for one in stated])
        and are_ordinary([one["statement"] for one in stated])
        and all(one["label"] is one["citation"] is one.get("date") is None for one in stated)
    )


def _are_names(texts: Sequence[str]) -> bool:
    """Whether texts match `NAME`: identifiers of ASCII that start with a letter, and none too long."""
    are_identifiers = "".join(texts).isascii() and all(map(str.isidentifier, texts))
    return are_identifiers and max(map(len, texts)) <= MAX_NAME and not any(map(str.startswith, texts, repeat("_")))


def _label_problems(parts: Sequence[NamedPart], where: PlaceOf) -> Iterator[Problem]:
    """Parts of one kind that nobody could tell apart where labels stand for names."""
    seen: dict[str, NamedPart] = {}
    for part in parts:
        other = seen.setdefault(as_read(shown_name(part)), part)
        if other.name != part.name and (part.label or other.label):
            labelled = part if part.label else other
            message = f"{quoted(other.name)} and {quoted(part.name)} are both shown as {quoted(labelled.label)}."
            hint = "Give each a label of its own, or leave `label` out."
            yield Problem(code="E_DUP_LABEL", path=field_of(where(labelled.name), "label"), message=message, hint=hint)


def as_read(label: str) -> str:
    """What distinguishes labels for a reader: not capital letters, spaces, or forms of a letter that look the same."""
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


def field_problems(part: Part, path: str = "") -> Iterator[Problem]:
    """Faults of the label, author, marking, date and citation of a part."""
    stated = vars(part)  # not `getattr`, which takes pydantic long where a part has no such field
    for field, most in LINES.items():
        line = stated.get(field)
        if line is not None:
            yield from (problem.under(path) for problem in _line_problems(line, field, most))
    if (citation := stated.get("citation")) is not None:
        yield from (problem.under(path) for problem in text_problems(citation, "citation"))
    day = stated.get("date")
    if day is not None and type(day) is not datetime.date:
        hint = "Write a day that exists, without a time, in the form 2024-03-22."
        message = text(quoted(day), " is not a date.")
        yield Problem(code="E_DATE", path="date", message=message, hint=hint).under(path)


def standing_problems(behind: Mapping[str, object]) -> Iterator[Problem]:
    """What is missing for somebody to stand behind a case that is not an exercise."""
    for field, told in behind.items():
        if told is None:
            message = "nobody stands behind an assessment that does not state it."
            hint = f"Write `{field}`, or leave `exercise` out: then pages call the case an exercise."
            yield Problem(code="E_MISSING", path=field, message=message, hint=hint)


def _line_problems(line: str, field: str, most: int) -> Iterator[Problem]:
    """Why a text does not fit on one line."""
    found = list(text_problems(line, field))
    if any(problem.code == "E_MISSING" for problem in found):
        yield Problem(
            code="E_MISSING", path=field, message="the text is empty.", hint=f"Leave `{field}` out, or write it."
        )
    elif found:
        yield from found
    elif len(line) > most:
        message = f"{len(line):,} characters; at most {most} are allowed."
        yield Problem(code="E_LIMIT", path=field, message=message, hint="Shorten it to one line.")
    elif "\t" in line or line.splitlines() != [line]:
        hint = "Replace line breaks and tabs by spaces."
        yield Problem(code="E_TEXT_CONTROL", path=field, message="it has more than one line, or a tab.", hint=hint)


def bad_name(name: object, path: str) -> Iterator[Problem]:
    """Why something cannot be a name."""
    if isinstance(name, str) and len(name) > MAX_KEY:
        message = f"a name of {len(name):,} characters; at most {MAX_KEY:,} are read."
        yield Problem(code="E_LIMIT", path=path, message=message, hint=NAME_HINT)
    elif not isinstance(name, str) or not NAME.fullmatch(name) or name.casefold() in RESERVED_NAMES:
        message = text(quoted(name), f" is not allowed as a name{_why(name)}.")
        yield Problem(code="E_NAME", path=path, message=message, hint=NAME_HINT)


def _why(name: object) -> str:
    """What is wrong with a name, if it is something hard to see."""
    odd = next((sign for sign in name if not NAME.fullmatch(f"a{sign}")), "") if isinstance(name, str) else ""
    if odd:
        called = unicodedata.name(odd, "")
        return f": it has a U+{ord(odd):04X}{f', {called}' if called else ''}"
    return f": it has {len(name)} characters" if isinstance(name, str) and len(name) > MAX_NAME else ""

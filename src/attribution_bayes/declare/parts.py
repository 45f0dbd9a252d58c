"""The parts of a case: hypotheses, sources, reports, evidence items and common causes, as they are declared.

A part holds what it is given. Whether that makes sense is judged by `Case`, which sees all parts together.
"""

from __future__ import annotations

import datetime
import gc
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    InstanceOf,
    StrictBool,
    StrictStr,
    ValidationError,
)
from pydantic_core import core_schema

from attribution_bayes.arguments import listed
from attribution_bayes.declare.address import Rate
from attribution_bayes.declare.numbers import each_of, rows_of
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.ways import PRIOR_HINT, Probability, Ratios, Row, Same, frozen
from attribution_bayes.errors import CaseError, Problem, Text, nearest, quoted, refusal, text

MAX_NAME = 64
NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{MAX_NAME - 1}}}")
MAX_LABEL = 64
"""Most characters of a label: as many as a name has, which it replaces in tables and pictures."""

MAX_LINE = 200
"""Most characters of an author or a marking, each of which takes one line at the head of a page."""

MAX_KEY = 1_000
"""Most characters of a key that is read at all; a name has at most 64."""

RESERVED_NAMES = frozenset({"true", "false", "null"})
"""Names that a case file would read as something else."""


def _as_list(value: Any) -> Any:
    """Refuse what is not a list: a set has no order, an iterator is read only once, and a part is a single thing."""
    if isinstance(value, set | frozenset | Iterator | BaseModel):
        raise refusal("E_TYPE", "", f"{quoted(value)} is not a list.", "Give a list: the order counts.")
    return value


def _text_or_texts(value: Any) -> Any:
    """Take one name, or one citation, for a list of one."""
    return (value,) if isinstance(value, str) else _as_list(value)


def _read_date(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _plain_bool(value: Any) -> Any:
    return bool(value) if isinstance(value, np.bool_) else value


@dataclass(frozen=True)
class _ReadBy:
    """Has pydantic read a field by this function alone: of the type it would make a schema that nothing asks for."""

    read: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, _type: Any, _next: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)


type Anything[T] = Annotated[T, _ReadBy(frozen)]
"""Kept as it was given until `Case` checks it together with everything else."""

type AsWritten[T] = Annotated[T, _ReadBy(_plain_bool)]
"""The same for outcomes, so that a message quotes what is not an outcome, such as the number 1, as it was given."""

type Ordered[T] = Annotated[tuple[T, ...], BeforeValidator(_as_list)]

Texts = Annotated[tuple[StrictStr, ...], BeforeValidator(_text_or_texts)]

Day = Annotated[datetime.date | None, _ReadBy(_read_date)]
"""A date, or its text, such as 2024-03-22."""

Flag = Annotated[StrictBool, BeforeValidator(_plain_bool)]
"""True or False, of Python or NumPy; not 1 or 0."""


class Part(BaseModel):
    """Base of all declared parts: frozen, keyword-only, hashable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: ClassVar[str] = ""
    """First step of the addresses inside it."""

    named_by: ClassVar[str] = "name"

    answers: ClassVar[frozenset[str]] = frozenset()
    """Fields that files keep once they are stated, even with the default: stating it shows that it was considered."""

    def __init__(self, /, **fields: Any) -> None:
        foreign = [name for name in fields if not name.isascii()]  # pydantic does not read lone surrogates in names
        problems = [_unknown_field(type(self), name) for name in foreign]
        try:
            super().__init__(**({name: fields[name] for name in fields if name.isascii()} if foreign else fields))
        except ValidationError as error:
            problems += [problem for fault in error.errors() for problem in _shape_problems(type(self), fault)]
        if problems:
            name = fields.get(self.named_by)
            if self.place and isinstance(name, str):
                problems = [problem.under(name).under(self.place) for problem in problems]
            raise CaseError(problems)

    def __new__(cls, *values: Any, **_: Any) -> Self:
        if values:
            needed = ", ".join(f"{name}=..." for name, field in cls.model_fields.items() if field.is_required())
            raise TypeError(f"{cls.__name__} takes its fields by keyword: {cls.__name__}({needed}).")
        return super().__new__(cls)

    if not TYPE_CHECKING:  # a type checker sees that the fields are frozen

        def __setattr__(self, name: str, value: object) -> None:
            kind = type(self).__name__
            raise AttributeError(
                f"a {kind} is frozen: {kind.lower()}.model_copy(update={{{name!r}: ...}}) makes another."
            )

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a {type(self).__name__} is frozen: {name!r} stays.")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:  # noqa: ARG002 (pydantic's signature)
        """Make a part with some fields changed, checked like any other; fields that were not stated stay so."""
        changes = update or {}
        made = type(self)(**{**{name: getattr(self, name) for name in type(self).model_fields}, **changes})
        object.__setattr__(made, "__pydantic_fields_set__", self.model_fields_set | changes.keys())
        return made

    def states(self, field: str) -> bool:
        """Whether a field was stated, even with its default value."""
        return field in self.model_fields_set

    def __dir__(self) -> list[str]:
        """Names for completion: its own fields and methods, and of pydantic only `model_copy`."""
        inherited = {name for name in dir(BaseModel) if not name.startswith("__")} - {"model_copy"}
        return sorted({*object.__dir__(self)} - inherited)

    def with_good(self, update: Mapping[str, Any]) -> Self:
        """Change fields to values that neither this part nor its case has to check."""
        return super().model_copy(update=update)


def _shape_problems(part: type[Part], fault: Any) -> list[Problem]:
    """Translate an error of pydantic."""
    path = ".".join(str(key) for key in fault["loc"])
    if isinstance(fault.get("ctx", {}).get("error"), CaseError):
        return [problem.under(path) for problem in fault["ctx"]["error"].problems]
    return [_shape_problem(part, fault["type"], path, fault)]


NEEDED = {
    "question": "Say in a sentence what is asked.",
    "hypotheses": "State two or more answers; one may be a `catch_all` for anything else.",
    "prior": PRIOR_HINT,
    "name": "Give it a name that the rest of the case can refer to.",
    "statement": "Say it in a sentence.",
    "likelihood": "Say how likely it is under each hypothesis.",
    "probability": "Say how likely it is to hold; one number, or one for each hypothesis.",
    "source": "Name the source that says so.",
}
"""What to write for a field that is required."""

SHAPES = {
    "bool_type": ("is neither true nor false.", "Write true or false."),
    "string_type": ("is not text.", "Put it in quotes."),
    "tuple_type": ("is not a list.", "Write it in brackets."),
    "is_instance_of": ("is not made with `{class}(...)`.", "Write one for each entry of the list."),
}
"""What is wrong with a value of the wrong type, by pydantic's name for the error, and what to do."""


def _unknown_field(part: type[Part], field: str) -> Problem:
    stated = [name for name in part.model_fields if name != "name"]  # in a file it is the key
    message = f"{part.__name__} has no {quoted(field)}."
    hint = Text(nearest(field, part.model_fields), nearest(field, stated))
    return Problem(code="E_UNKNOWN_FIELD", path=field, message=message, hint=hint)


def _shape_problem(part: type[Part], kind: str, path: str, fault: Any) -> Problem:
    given, field = quoted(fault["input"]), str(fault["loc"][0])
    if kind == "extra_forbidden":
        return _unknown_field(part, field)
    if kind == "missing" or (kind == "string_type" and fault["input"] is None):
        code = "E_SOURCE" if part is Report else "E_MISSING"
        if len(fault["loc"]) > 1:
            return Problem(code=code, path=path, message="this entry of the list is empty.", hint="Leave it out.")
        return Problem(code=code, path=path, message=f"{part.__name__} needs {quoted(field)}.", hint=NEEDED[field])
    code = "E_NAME" if (kind, field) == ("string_type", "name") else "E_TYPE"
    what, hint = SHAPES.get(kind, ("is not allowed here: {msg}.", ""))
    what = what.format(**{"msg": fault["msg"], **fault.get("ctx", {})})
    return Problem(code=code, path=path, message=text(given, " ", what), hint=hint)


class Hypothesis(Part):
    """One of the mutually exclusive answers to the question.

    Attributes
    ----------
    name
        Letters, digits and underscores, at most 64. Addresses keep it, whatever the label.
    label
        A short name for people, in one line of at most 64 characters, which pages, pictures and tables show in place of
        `name`. No two hypotheses may have the same one.
    statement
        The answer in a sentence.
    catch_all
        Whether this stands for everything that the other hypotheses do not name.
    citation
        Where the answer was proposed.
    """

    place: ClassVar[str] = "hypotheses"

    name: StrictStr
    label: StrictStr | None = None
    statement: StrictStr
    catch_all: Flag = False
    citation: StrictStr | None = None


ERROR_RATES: tuple[Rate, Rate] = ("says_true_if_true", "says_true_if_false")
"""The fields of a source that errs anew in each report."""


class Source(Part):
    """Who says so.

    Attributes
    ----------
    label
        A short name for people; see `Hypothesis`.
    reliability
        Probability that the source's reports follow the facts, all of them or none; one for all hypotheses or one for
        each, as for an agency that is reliable unless its own state did it.
    if_unreliable
        Probability that it says what serves it when its reports do not follow the facts, whatever the facts are; one
        for all hypotheses or one for each. What serves it is True, unless a report says ``serves=False``. Required with
        `reliability`: an unreliable source still says one thing rather than another.
    says_true_if_true, says_true_if_false
        Instead of these two, the probabilities that it says True of what is true and of what is false; each one for
        all hypotheses or one for each. Such a source errs anew in each report, as a test, an instrument or a classifier
        does. With one report it is the same as `reliability` a - b and `if_unreliable` b / (1 - a + b); a source that
        lies more often than not has a < b, which no reliability can express.
    instrument
        States that a source with two error rates and several reports errs anew in each; without it, such a source draws
        a caution.
    citation
        Where to read who the source is.
    """

    place: ClassVar[str] = "source"

    name: StrictStr
    label: StrictStr | None = None
    statement: StrictStr
    reliability: Anything[Probability | Mapping[str, Probability] | None] = None
    if_unreliable: Anything[Probability | Mapping[str, Probability] | None] = None
    says_true_if_true: Anything[Probability | Mapping[str, Probability] | None] = None
    says_true_if_false: Anything[Probability | Mapping[str, Probability] | None] = None
    instrument: Flag = False
    citation: StrictStr | None = None

    @property
    def errs_anew(self) -> bool:
        """Whether it has two error rates, in place of one state for all its reports."""
        return self.says_true_if_true is not None or self.says_true_if_false is not None

    @property
    def rates(self) -> tuple[Rate, ...]:
        """The fields that state how it errs, one number each or one for each hypothesis."""
        return ERROR_RATES if self.errs_anew else ("if_unreliable",)


class Report(Part):
    """A source asserts that an item is true, or that it is false.

    Attributes
    ----------
    serves
        What serves the source, true or not: that the item is True, or that it is False. An unreliable source says that
        with probability `if_unreliable`. For a source with two error rates, False means that they are the rates of
        saying False of what is false and of what is true. Stating it, even as True, shows that it was considered: a
        source that says True of some items and False of others draws a caution if none of its reports states it.
    copied_from
        Another source that reports the same item; with `copy_probability` this report repeats what that one says.
    date
        When the report was made.
    citation
        Where it can be read.
    """

    place: ClassVar[str] = "reports"
    named_by: ClassVar[str] = "source"
    answers: ClassVar[frozenset[str]] = frozenset({"says", "serves"})

    source: StrictStr
    says: Flag = True
    serves: Flag = True
    copied_from: StrictStr | None = None
    copy_probability: Anything[Probability | None] = None
    date: Day = None
    citation: StrictStr | None = None

    @property
    def states_interest(self) -> bool:
        """Whether the report states what serves the source."""
        return self.states("serves")


BINARY = (True, False)
"""The outcomes of an item that names none."""


def are_binary(outcomes: Sequence[bool | str]) -> bool:
    """Whether outcomes are True and False."""
    return len(outcomes) == 2 and outcomes[0] is True and outcomes[1] is False


class Evidence(Part):
    """A statement that is true or false, or has other named outcomes, with its likelihood under every hypothesis.

    Attributes
    ----------
    label
        A short name for people; see `Hypothesis`.
    likelihood
        For every hypothesis the probability that the item is True; for named outcomes, a number for each outcome or a
        `Dirichlet`; with `given`, one of these for each outcome of the first parent, nested in the order of `given`.
        A row that is the same under every hypothesis is stated once, as `Same`. Or `Ratios`.
    error
        How likely it is that the item has been misunderstood: then each of its outcomes is as likely as any other,
        whatever holds. With probability e, a row p counts (1 - e) p + e / (number of outcomes). That of the case unless
        stated. `Ratios` have none: they do not say how often the item occurs.
    observed
        The outcome that was observed; None if nobody has observed it. Items with reports are not observed themselves.
    given
        Names of the items that the likelihood depends on, besides the hypothesis.
    date
        Day of the event.
    citation
        Where the assertion can be read.
    """

    place: ClassVar[str] = "evidence"
    answers: ClassVar[frozenset[str]] = frozenset({"observed"})

    name: StrictStr
    label: StrictStr | None = None
    statement: StrictStr
    likelihood: Anything[Mapping[str, Row] | Same | Ratios]
    error: Anything[Probability | None] = None
    observed: AsWritten[bool | str | None] = True
    outcomes: Ordered[AsWritten[bool | str]] = BINARY
    given: Texts = ()
    reports: Ordered[InstanceOf[Report]] = ()
    date: Day = None
    citation: StrictStr | None = None

    def model_post_init(self, _context: Any) -> None:
        if self.reports and not self.states("observed"):
            object.__setattr__(self, "observed", None)

    @classmethod
    def from_arrays(
        cls,
        likelihood: ArrayLike,
        *,
        hypotheses: Iterable[str],
        names: Iterable[str],
        statements: Iterable[str],
        observed: ArrayLike | None = True,
    ) -> tuple[Self, ...]:
        """Make many items of plain numbers at once: a million take seconds.

        They are the items that as many calls of `Evidence` make, and `Case` checks them like any others.

        Parameters
        ----------
        likelihood
            The probability that each item is True under each hypothesis; shape (item, hypothesis).
        hypotheses, names
            Names of the hypotheses and of the items, in the order of the array.
        statements
            What each item states; shape (item,).
        observed
            True, False or None: of all items, or of each, shape (item,).

        Raises
        ------
        CaseError
            ``E_TYPE`` for what is no array of numbers or no list of texts, ``E_SHAPE`` for another shape,
            ``E_DUP_NAME`` for a hypothesis that is named twice.

        Examples
        --------
        >>> numbers, names, said = [[0.8, 0.1], [0.4, 0.3]], ["e0", "e1"], ["a log has a gap", "a tool was left"]
        >>> items = Evidence.from_arrays(numbers, hypotheses=["alone", "other"], names=names, statements=said)
        >>> items[1].name, items[1].likelihood
        ('e1', {'alone': 0.4, 'other': 0.3})
        """
        columns, called, said = (
            [*map(str, listed(texts, field))]  # those of an array are texts of NumPy
            for texts, field in ((hypotheses, "hypotheses"), (names, "names"), (statements, "statements"))
        )
        rows = rows_of(likelihood, columns, called)
        found = each_of(observed, len(called))
        if len(said) != len(called):
            message = f"{len(said):,} statements for {len(called):,} names."
            raise refusal("E_SHAPE", "statements", message, "State each item in a sentence.")
        model = cls(name="-", statement="-", likelihood=dict.fromkeys(columns, 0.5), observed=None)
        stated = model.model_fields_set - ({"observed"} if observed is True else set())
        tables = Table.from_rows(columns, rows)
        others = (
            {"name": name, "statement": statement, "likelihood": table, "observed": outcome}
            for name, statement, table, outcome in zip(called, said, tables, found, strict=True)
        )
        was_collecting = gc.isenabled()
        gc.disable()  # what is new is all kept: looking through it again and again took two thirds of the time
        try:
            return tuple(_alike(model, stated, others))
        finally:
            if was_collecting:
                gc.enable()

    @property
    def is_binary(self) -> bool:
        """Whether the outcomes are True and False."""
        return are_binary(self.outcomes)

    def row(self, hypothesis: str) -> Any:
        """What is stated under a hypothesis, nested by the outcomes of the parents; not of `Ratios`."""
        assert not isinstance(self.likelihood, Ratios)
        return self.likelihood.row if isinstance(self.likelihood, Same) else self.likelihood[hypothesis]

    @property
    def is_plain(self) -> bool:
        """Whether the likelihood is a number for each hypothesis and nothing else."""
        table = self.likelihood
        return isinstance(table, Table) and table.is_packed and not self.given and self.is_binary

    @property
    def is_bare(self) -> bool:
        """Whether it states a number for each hypothesis and an outcome, and nothing that refers to another part."""
        return glance([self]) != [NOT_BARE]


NOT_BARE, UNKNOWN, DENIED, FOUND, CITED = -1, 0, 1, 2, 3
"""What is seen of an item at a glance; `CITED` is added to what is seen of a bare item that cites something."""


def glance(items: Sequence[Evidence]) -> list[int]:
    """For each item, if it is bare, what was observed of it and whether it cites something; `NOT_BARE` for the others.

    There may be a million, whose fields pydantic would take a while to look up one by one.
    """
    return [
        (UNKNOWN if observed is None else FOUND if observed else DENIED) + (0 if citation is None else CITED)
        if not given
        and not reports
        and error is None
        and (observed is None or type(observed) is bool)
        and isinstance(table, Table)
        and table.is_packed
        and (outcomes is BINARY or are_binary(outcomes))
        else NOT_BARE
        for table, error, observed, outcomes, given, reports, citation in map(_STATED, map(vars, items))
    ]


_STATED = itemgetter("likelihood", "error", "observed", "outcomes", "given", "reports", "citation")


def _alike[Made: Part](model: Made, stated: set[str], others: Iterable[dict[str, Any]]) -> Iterator[Made]:
    """Parts like another with other values, which are known to be right: pydantic takes ten times as long."""
    kind, fields = type(model), _with_shared_keys(vars(model))
    put_fields, put_stated, put_extra, put_private = (
        vars(BaseModel)[slot].__set__  # without asking `Part`, which is frozen
        for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
    )
    for changes in others:
        made, own = object.__new__(kind), fields.copy()
        own.update(changes)
        put_fields(made, own)
        put_stated(made, stated)
        put_extra(made, None)
        put_private(made, None)
        yield made


class _Holder:
    """Of its dictionary of attributes, copies share the keys (PEP 412): they take two thirds of the memory."""


def _with_shared_keys(entries: Mapping[str, Any]) -> dict[str, Any]:
    holder = _Holder()
    for name, value in entries.items():
        setattr(holder, name, value)
    return vars(holder)


class CommonCause(Part):
    """What may stand behind several items at once: planted traces, a contaminated laboratory, one misjudgement.

    Where it holds, each item that it names has the likelihood stated here in place of its own, whatever came of the
    items that it is `given`. It equals a hidden True-or-False item on which these items depend.

    Attributes
    ----------
    label
        A short name for people, as of a `Hypothesis`.
    probability
        How likely it is to hold, before any evidence; one for all hypotheses or one for each.
    likelihood
        By item, for every hypothesis the probability that the item is True where the cause holds; for named outcomes a
        number for each outcome or a `Dirichlet`. An item has one common cause at most.
    citation
        Where one can read of it.
    """

    place: ClassVar[str] = "common_cause"

    name: StrictStr
    label: StrictStr | None = None
    statement: StrictStr
    probability: Anything[Probability | Mapping[str, Probability]]
    likelihood: Anything[Mapping[str, Mapping[str, Row]]]
    citation: StrictStr | None = None


type NamedPart = Hypothesis | Source | Evidence | CommonCause
"""The parts that have a name of their own, and may have a label."""


def shown_name(part: NamedPart) -> str:
    """What people read in place of a part's name: its label, if it has one."""
    return part.label or part.name

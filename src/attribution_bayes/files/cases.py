"""Read and write case files, in strict YAML 1.2 and JSON.

A file is accepted as a whole or not at all. `syntax` turns its text into a tree, `Reader` turns the tree into the
parts of a case, and `Case` checks them. All faults found at one of these stages are reported together, with line and
column.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.representer import SafeRepresenter

from attribution_bayes.arguments import expect
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import (
    ERROR_RATES,
    NAME,
    RESERVED_NAMES,
    CommonCause,
    Evidence,
    Hypothesis,
    Part,
    Report,
    Source,
)
from attribution_bayes.declare.shares import outcome_of
from attribution_bayes.declare.way import Way
from attribution_bayes.declare.ways import Ratios, Same
from attribution_bayes.declare.written import SCHEMA, case_tree
from attribution_bayes.errors import CaseError, Problem, nearest, quoted, refusal, text
from attribution_bayes.files.atomic import ending_of, write_whole
from attribution_bayes.files.forms import (
    PRIOR_FORMS,
    PROBABILITY_FORMS,
    RATIO_FORMS,
    form_name,
    is_ratios,
    is_same,
    is_short,
)
from attribution_bayes.files.places import place
from attribution_bayes.files.raw import bounded_file, decode, read_bytes
from attribution_bayes.files.syntax import json_tree, yaml_tree

MAX_BYTES = {".yaml": 20_000_000, ".yml": 20_000_000, ".json": 200_000_000}
"""Largest file by ending: it loads in minutes, and is many times larger than any case that a person has written."""


def load_case(path: str | os.PathLike[str]) -> Case:
    """Read a case from a YAML (``.yaml``, ``.yml``) or JSON (``.json``) file.

    Parameters
    ----------
    path
        A file on this machine. It cannot include other files.

    Raises
    ------
    CaseError
        With every fault of the file, each with its address, line and column. No part of the file is accepted.
    """
    file = bounded_file(path, MAX_BYTES, "Long text belongs in the documents that the citations name.")
    text = decode(read_bytes(file))
    tree = json_tree(text) if file.suffix == ".json" else yaml_tree(text)
    try:
        return Reader().case(tree.root)
    except CaseError as error:
        placed = [place(problem, tree) for problem in error.problems]
        raise CaseError(sorted(placed, key=lambda problem: (problem.line, problem.column))) from None


def dump_case(case: Case, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Write a case to a YAML or JSON file, depending on its ending; `load_case` reads an equal case from it.

    A temporary file beside `path` is written first and then renamed, so that there is never half a file.

    Parameters
    ----------
    case
    path
        A file whose ending says the format.
    overwrite
        Whether an existing file may be replaced.

    Raises
    ------
    CaseError
        ``E_EXISTS`` if the file exists and `overwrite` is False; ``E_PATH`` if the ending is not ``.yaml``, ``.yml`` or
        ``.json``, or the file cannot be written.
    """
    expect(case, Case, "case", before=path)
    ending = ending_of(path, MAX_BYTES)
    write_whole(path, lambda: file_text(case, ending).encode(), overwrite=overwrite)


def file_text(case: Case, ending: str) -> str:
    """The text of a case file with this ending."""
    tree = case_tree(case)
    return json.dumps(tree, indent=2, ensure_ascii=False) + "\n" if ending == ".json" else _yaml_text(tree)


def case_from_text(text: str, *, faults: Iterable[Problem] = (), stand_ins: Iterable[str] = ()) -> Case:
    """Read a case from the text that `case_text` returns.

    Parameters
    ----------
    text
    faults
        What is known to be wrong already.
    stand_ins
        Addresses of what stands there in place of what could not be read, which is among these faults.

    Raises
    ------
    CaseError
        With these faults and every fault of the text, but for those of stand-ins.
    """
    return Reader([*faults], replaced={*stand_ins}).case(json_tree(text).root)


# Tree to case --------------------------------------------------------------------------------------------------------


BLANK: dict[type[Part], dict[str, Any]] = {
    Hypothesis: {"statement": "-"},
    Source: {"statement": "-"},
    Evidence: {"statement": "-", "likelihood": {}},
    Report: {},
    CommonCause: {"statement": "-", "probability": 0.5, "likelihood": {}},
}
"""What replaces a part, or a field of it, that cannot be read, so that the rest of the case can be checked. What `Case`
finds wrong with a replacement is dropped."""

FIELDS: dict[type[Part], str] = {
    Hypothesis: "Write {statement: ...}.",
    Source: "Write {statement: ..., reliability: ..., if_unreliable: ...}.",
    Evidence: "Write {statement: ..., likelihood: {...}}.",
    CommonCause: "Write {statement: ..., probability: ..., likelihood: {ITEM: {...}}}.",
}
"""What a part needs, as a file states it."""


@dataclass
class Reader:
    """Makes the parts of a case from a tree, and collects everything that is wrong with it.

    Attributes
    ----------
    replaced
        Addresses of what could not be read and was replaced.
    incomplete
        Whether something is missing that the rest cannot be checked without.
    names
        The hypotheses, where they are a mapping by name.
    """

    problems: list[Problem] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)
    incomplete: bool = False
    names: frozenset[str] = frozenset()

    def note(self, code: str, path: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(code=code, path=path, message=message, hint=hint))

    def case(self, root: Any) -> Case:
        hint = "Start with `question:` and `hypotheses:`."
        if root is None:
            raise refusal("E_EMPTY", "", "the file states nothing.", hint)
        if not isinstance(root, dict):
            raise refusal("E_TYPE", "", "the file is not a mapping.", hint)
        self.schema(root.get("schema", SCHEMA))
        hypotheses = root.get("hypotheses")
        self.names = frozenset(hypotheses) if isinstance(hypotheses, dict) else frozenset()
        readers = {
            "hypotheses": self.hypotheses,
            "prior": self.prior,
            "error": lambda tree: self.probability("error", tree),
            "sources": self.sources,
            "evidence": self.items,
            "common_causes": self.causes,
        }
        fields = {key: readers[key](tree) if key in readers else tree for key, tree in root.items() if key != "schema"}
        return self.judge(fields)

    def judge(self, fields: Mapping[str, Any]) -> Case:
        case = None
        if not self.incomplete:
            try:
                case = Case(**fields)
            except CaseError as error:
                self.problems.extend(problem for problem in error.problems if not self.concerns_stand_in(problem))
        if case is None or self.problems:
            raise CaseError(self.problems)
        return case

    def concerns_stand_in(self, problem: Problem) -> bool:
        """Whether a problem is about a replacement for what could not be read, or about a sum that includes one."""
        steps = problem.path.split(".")
        return any(".".join(steps[:length]) in self.replaced for length in range(1, len(steps) + 1)) or (
            problem.code in ("E_PRIOR_SUM", "E_OUTCOMES_SUM")
            and any(path.startswith(f"{problem.path}.") for path in self.replaced)
        )

    def schema(self, version: Any) -> None:
        if isinstance(version, bool) or version != SCHEMA:
            newer = isinstance(version, float) and version > SCHEMA
            given = f"{version:g}" if isinstance(version, float) else quoted(version)
            message = f"the file has schema {given}; this library reads schema {SCHEMA}."
            hint = "Install a newer attribution_bayes." if newer else f"Write `schema: {SCHEMA}`."
            raise refusal("E_SCHEMA_NEWER" if newer else "E_TYPE", "schema", message, hint)

    def hypotheses(self, tree: Any) -> Any:
        return None if tree is None else self.parts("hypotheses", Hypothesis, tree, lambda _, fields: fields)

    def sources(self, tree: Any) -> Any:
        return self.parts("sources", Source, tree, self.source)

    def items(self, tree: Any) -> Any:
        return self.parts("evidence", Evidence, tree, self.item)

    def causes(self, tree: Any) -> Any:
        return self.parts("common_causes", CommonCause, tree, self.cause)

    def parts(self, where: str, kind: type[Part], tree: Any, read: Callable[[str, dict[str, Any]], Any]) -> Any:
        if isinstance(tree, dict):
            return [self.named(kind, name, fields, read) for name, fields in tree.items()]
        unless = "" if where == "hypotheses" else ", or leave it out if there is none"
        self.note(
            "E_TYPE", where, text(quoted(tree), " is not a mapping by name."), f"Write {{NAME: {{...}}, ...}}{unless}."
        )
        self.incomplete = True
        return ()

    def named(self, kind: type[Part], name: str, tree: Any, read: Callable[[str, dict[str, Any]], Any]) -> Part:
        path = f"{kind.place}.{name}"
        if not isinstance(tree, dict):
            self.note("E_TYPE", path, text(quoted(tree), " is not a mapping of fields."), FIELDS[kind])
            self.replaced.add(path)
            return kind(name=name, **BLANK[kind])
        if "name" in tree:
            self.note("E_UNKNOWN_FIELD", f"{path}.name", "the name is the key itself.", "Leave `name` out.")
        return self.part(kind, {**read(path, tree), "name": name})

    def part(self, kind: type[Part], fields: Mapping[str, Any], above: str = "") -> Part:
        try:
            return kind(**fields)
        except CaseError as error:
            own = f"{kind.place}.{fields[kind.named_by]}."
            faulty = {problem.path.removeprefix(own).partition(".")[0] for problem in error.problems}
            self.problems.extend(problem.under(above) for problem in error.problems)
            self.replaced |= {".".join(filter(None, (above, own + name))) for name in faulty}
            self.incomplete |= not faulty.isdisjoint({"outcomes", "given", "reports"})
            readable = {name: value for name, value in fields.items() if name not in faulty}
            return kind(**{**BLANK[kind], **readable})

    def source(self, path: str, tree: dict[str, Any]) -> dict[str, Any]:
        readers = dict.fromkeys(("reliability", "if_unreliable", *ERROR_RATES), self.rate)
        return {key: readers[key](f"{path}.{key}", entry) if key in readers else entry for key, entry in tree.items()}

    def cause(self, path: str, tree: dict[str, Any]) -> dict[str, Any]:
        readers = {"probability": self.rate, "likelihood": self.caused}
        return {key: readers[key](f"{path}.{key}", entry) if key in readers else entry for key, entry in tree.items()}

    def caused(self, path: str, tree: Any) -> Any:
        """By item what it has in place of its own likelihood."""
        if not isinstance(tree, dict):
            return tree
        return {item: self.rows(f"{path}.{item}", rows) for item, rows in tree.items()}

    def item(self, path: str, tree: dict[str, Any]) -> dict[str, Any]:
        readers = {"likelihood": self.likelihood, "reports": self.reports, "error": self.error}
        return {key: readers[key](path, entry) if key in readers else entry for key, entry in tree.items()}

    def error(self, above: str, tree: Any) -> Any:
        return self.probability(f"{above}.error", tree)

    def reports(self, above: str, tree: Any) -> Any:
        if not isinstance(tree, list):
            return tree
        made = [self.report(above, index, report) for index, report in enumerate(tree)]
        self.incomplete |= None in made
        return [report for report in made if report is not None]

    def report(self, above: str, index: int, tree: Any) -> Part | None:
        path, hint = f"{above}.reports.{index}", "Write {source: NAME, says: true}."
        if not isinstance(tree, dict):
            self.note("E_TYPE", path, text(quoted(tree), " is not a report."), hint)
            return None
        if not isinstance(tree.get("source"), str):
            self.note("E_SOURCE", f"{path}.source", "the report names no source.", hint)
            return None
        fields = dict(tree)
        if "copy_probability" in fields:
            named = f"{above}.reports.{tree['source']}.copy_probability"
            fields["copy_probability"] = self.probability(named, fields["copy_probability"])
        return self.part(Report, fields, above)

    def likelihood(self, above: str, tree: Any) -> Any:
        path = f"{above}.likelihood"
        return self.ratios(path, tree) if isinstance(tree, dict) and is_ratios(tree) else self.rows(path, tree)

    def rows(self, path: str, tree: Any) -> Any:
        """Read a row for each hypothesis, or one that is the same under all."""
        if not isinstance(tree, dict):
            return tree
        if is_same(tree):
            return Same(self.row(path, tree["same"]))
        if set(map(type, tree.values())) == {float}:
            return tree
        return {name: self.row(f"{path}.{name}", row) for name, row in tree.items()}

    def ratios(self, path: str, tree: dict[str, Any]) -> Ratios | None:
        self.beside(path, tree, "ratios", ("reference",))
        ratios = tree["ratios"]
        if isinstance(ratios, dict) and isinstance(ratios.get("reference"), str):  # no ratio is a text
            hint = f"Write {{reference: {quoted(ratios['reference'])[1:-1]}, ratios: {{NAME: 10, ...}}}}."
            message = "`reference` belongs beside `ratios`, not inside."
            self.note("E_UNKNOWN_FIELD", f"{path}.ratios.reference", message, hint)
            self.replaced.add(path)
            return None
        if isinstance(ratios, dict):
            ratios = {name: self.short(f"{path}.{name}", ratio, RATIO_FORMS) for name, ratio in ratios.items()}
        return Ratios(reference=tree.get("reference"), ratios=ratios)  # type: ignore[arg-type]

    def row(self, path: str, tree: Any) -> Any:
        """Read a probability, or a mapping of rows by outcome or hypothesis."""
        if not isinstance(tree, dict) or is_short(tree, PROBABILITY_FORMS):
            return self.probability(path, tree)
        rows: dict[Any, Any] = {}
        for key, row in tree.items():
            outcome = outcome_of(key)
            if outcome in rows:
                self.note("E_DUPKEY", f"{path}.{outcome}", f"{outcome} is stated twice.", "Keep one of them.")
            rows[outcome] = self.row(f"{path}.{outcome}", row)
        return rows

    def rate(self, path: str, tree: Any) -> Any:
        """Read a probability, or one for each hypothesis; a mapping that names none of these is a misspelt form."""
        if isinstance(tree, dict) and self.names and self.names.isdisjoint(tree):
            return self.probability(path, tree)
        return self.row(path, tree)

    def probability(self, path: str, tree: Any) -> Any:
        return self.short(path, tree, PROBABILITY_FORMS)

    def prior(self, tree: Any) -> Any:
        if not isinstance(tree, dict):
            return tree
        if is_short(tree, PRIOR_FORMS):
            return self.short("prior", tree, PRIOR_FORMS)
        return {name: self.probability(f"prior.{name}", value) for name, value in tree.items()}

    def short(self, path: str, tree: Any, forms: Mapping[str, type[Way]]) -> Any:
        """Read a short form such as ``{between: [0.1, 0.4]}``; leave anything else to `Case`."""
        if not isinstance(tree, dict):
            return tree
        name = form_name(tree, forms)
        if name is None:
            given = next(iter(tree), "")
            self.note("E_TYPE", path, f"{quoted(tree)} is not a way to state this.", nearest(given, forms))
            self.replaced.add(path)
            return None
        beside = self.beside(path, tree, name, forms[name].beside())
        try:
            return forms[name].from_file(tree[name], beside)
        except CaseError as error:
            self.problems.extend(problem.under(path) for problem in error.problems)
            self.replaced.add(path)
            return None

    def beside(self, path: str, tree: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> dict[str, Any]:
        """Read the allowed fields beside the name of a short form, and note any others."""
        for key in tree:
            if key not in (name, *allowed):
                message = f"{quoted(key)} does not go with `{name}`."
                self.note("E_UNKNOWN_FIELD", f"{path}.{key}", message, nearest(key, allowed))
        return {key: tree[key] for key in allowed if key in tree}


# Trees to text ------------------------------------------------------------------------------------------------------


def flow_text(entry: Any) -> str:
    """One entry of a file in a single line."""
    if isinstance(entry, float):
        return repr(entry)
    return _yaml_text(entry, width=math.inf, flow=True).removesuffix("...\n").strip()


def _yaml_text(tree: Any, width: float = 110, flow: bool | None = None) -> str:
    writer = YAML(typ="safe", pure=True)
    writer.Representer = _Representer
    writer.default_flow_style = flow
    writer.allow_unicode = True
    writer.width = width  # type: ignore[assignment]
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    stream = StringIO()
    writer.dump(tree, stream)
    return stream.getvalue()


class _Representer(SafeRepresenter):
    """Writes names plain and all other text in double quotes, so that no parser takes it for something else."""

    def represent_str(self, text: str) -> Any:
        plain = NAME.fullmatch(text) and text.casefold() not in RESERVED_NAMES
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Representer.add_representer(str, _Representer.represent_str)
_Representer.add_multi_representer(str, _Representer.represent_str)

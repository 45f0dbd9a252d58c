"""A case as a Bayesian network, for tools that know nothing of sources, copies and common causes.

Each of these becomes a node. A number that is uncertain enters by its mean, which is exact where it is used once; a
network has no place for one that several reports share, so a case with such a number is refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import fsum, prod
from typing import Any

import numpy as np

from attribution_bayes.arguments import expect
from attribution_bayes.declare.address import (
    Address,
    CauseProbabilityOf,
    CommonCausePart,
    ItemPart,
    PartAddress,
    Place,
    PriorOf,
    ReliabilityOf,
    ReportPart,
    SourcePart,
)
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import Point as PointLaw
from attribution_bayes.declare.parameters import addresses, error_address
from attribution_bayes.declare.parts import CommonCause, Evidence, Report, Source
from attribution_bayes.declare.ways import Ratios, Same, ratio_distribution
from attribution_bayes.engine import reference
from attribution_bayes.engine.reference import Use, World, under
from attribution_bayes.errors import CaseError, Problem, named, quoted, refusal
from attribution_bayes.files.atomic import ending_of, write_whole
from attribution_bayes.files.bif import MAX_ENTRIES, Network, Node, bif_text, in_order
from attribution_bayes.files.names import is_name

HYPOTHESIS = "hypothesis"
"""Name of the node that is asked about."""


def dump_bif(case: Case, path: str | os.PathLike[str], *, overwrite: bool = False) -> dict[str, str]:
    """Write a case as a Bayesian network in the Interchange Format, which pyAgrum and pgmpy read.

    The node ``hypothesis`` is asked about. Each item is a node of its name; a source, a common cause and a report are
    called ``source_S``, ``common_cause_C`` and ``report_E_S``. A likelihood ratio becomes a table in the same
    proportion, which gives the same credences and says nothing of how often the item occurs.

    Parameters
    ----------
    case
    path
        A file that ends in ``.bif``.
    overwrite
        Whether an existing file may be replaced.

    Returns
    -------
    dict
        What was observed: a state for each node that was. The format has no place for it but a remark, which
        `case_from_bif` reads. Ranges, the marking and which hypothesis is the catch-all are not in the file.

    Raises
    ------
    CaseError
        ``E_NETWORK`` for an uncertain number that several nodes share, which is not its mean there, and for a node that
        would be called like another; ``E_TOO_LARGE`` for a table of more than a million entries; ``E_EXISTS`` and
        ``E_PATH`` as in `dump_case`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from attribution_bayes.declare.parts import Hypothesis
    >>> hypotheses = [Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)]
    >>> item = Evidence(name="x", statement="x", likelihood={"a": 0.2, "b": 0.6})
    >>> case = Case(question="Which?", hypotheses=hypotheses, prior={"a": 0.5, "b": 0.5}, evidence=[item])
    >>> with TemporaryDirectory() as folder:
    ...     dump_bif(case, f"{folder}/case.bif")
    {'x': 'True'}
    """
    expect(case, Case, "case", before=path)
    ending_of(path, (".bif",))
    network = network_from_case(case)
    observed = _observed(case)
    write_whole(path, lambda: bif_text(network, "case", observed).encode(), overwrite=overwrite)
    return observed


def _observed(case: Case) -> dict[str, str]:
    seen = {item.name: str(item.observed) for item in case.evidence if item.observed is not None}
    said = {_of_report(item, one): str(one.says) for item in case.evidence for one in item.reports}
    return seen | said


def _of_report(item: Evidence, report: Report) -> str:
    return f"report_{item.name}_{report.source}"


def network_from_case(case: Case) -> Network:
    """The nodes of a case, parents before children."""
    writer = _Writer(case)
    writer.hypothesis()
    for source in case.sources:
        if not source.errs_anew:
            writer.source(source)
    for cause in case.common_causes:
        writer.cause(cause)
    for item in case.evidence:
        writer.item(item)
        for report in item.reports:
            writer.report(item, report)
    problems = [*writer.problems, *writer.shared()]
    if problems:
        raise CaseError(problems)
    return in_order(writer.nodes)


type _Parent = tuple[str, PartAddress | None, Mapping[str, Any]]
"""A parent: its name, its place in a world (None for the hypothesis), and what each of its states is there."""

TRUTH = {"True": True, "False": False}
STATES = {"reliable": True, "unreliable": False}


class _Writer:
    """Makes the node of each part, and remembers in which of them each number is used.

    What a number is used for is asked of `reference`, one world at a time.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.sources = {source.name: source for source in case.sources}
        self.items = {item.name: item for item in case.evidence}
        self.nodes: dict[str, Node] = {}
        self.used: dict[Address, set[str]] = {}
        self.problems: list[Problem] = []
        self.root: _Parent = (HYPOTHESIS, None, {name: name for name in case.names})

    def hypothesis(self) -> None:
        prior = [addresses(self.case).parameter(PriorOf(name)).meaning.mean for name in self.case.names]
        self.nodes[HYPOTHESIS] = Node(HYPOTHESIS, self.case.names, (), np.array(prior))

    def source(self, source: Source) -> None:
        part = SourcePart(source.name)

        def chances(hypothesis: str, _world: World) -> list[float]:
            at = ReliabilityOf(source.name, under(source.reliability, hypothesis))
            return [self.mean(name, (at, is_reliable)) for is_reliable in (True, False)]

        name = self.named(f"source_{source.name}", str(part))
        parents = [self.root] if isinstance(source.reliability, Mapping) else []
        self.add(name, tuple(STATES), parents, chances)

    def cause(self, cause: CommonCause) -> None:
        part = CommonCausePart(cause.name)

        def chances(hypothesis: str, _world: World) -> list[float]:
            at = CauseProbabilityOf(cause.name, under(cause.probability, hypothesis))
            return [self.mean(name, (at, holds)) for holds in (True, False)]

        name = self.named(f"common_cause_{cause.name}", str(part))
        parents = [self.root] if isinstance(cause.probability, Mapping) else []
        self.add(name, tuple(TRUTH), parents, chances)

    def item(self, item: Evidence) -> None:
        part, cause = ItemPart(item.name), self.case.causes.get(item.name)

        def chances(hypothesis: str, world: World) -> list[float]:
            if isinstance(item.likelihood, Ratios):
                return self.in_proportion(item, hypothesis)
            worlds = [{**world, part: outcome} for outcome in item.outcomes]
            row = [self.mean(name, reference.of_item(item, cause, hypothesis, one)) for one in worlds]
            if (error := error_address(self.case, item)) is None:
                return row
            is_not, is_so = (self.mean(name, (error, holds)) for holds in (False, True))
            return [is_not * one + is_so / len(row) for one in row]

        name = self.named(item.name, str(part))
        parents = [] if isinstance(item.likelihood, Same) and cause is None else [self.root]
        above = [self.items[parent] for parent in item.given]
        parents += [(one.name, ItemPart(one.name), {str(out): out for out in one.outcomes}) for one in above]
        if cause is not None:
            parents.append((f"common_cause_{cause.name}", CommonCausePart(cause.name), TRUTH))
        self.add(name, tuple(map(str, item.outcomes)), parents, chances)

    def in_proportion(self, item: Evidence, hypothesis: str) -> list[float]:
        """A row of likelihood ratios, the greatest of which becomes one half."""
        assert isinstance(item.likelihood, Ratios)
        ratios = {name: ratio_distribution(ratio).mean for name, ratio in item.likelihood.ratios.items()}
        share = ratios.get(hypothesis, 1.0) / max(2.0, 2 * max(ratios.values()))
        return [share, 1 - share]

    def report(self, item: Evidence, report: Report) -> None:
        source, part = self.sources[report.source], ItemPart(item.name)

        def chances(hypothesis: str, world: World) -> list[float]:
            return [self.says(name, item, report, says, hypothesis, world) for says in (True, False)]

        name = self.named(_of_report(item, report), f"{part}.reports.{source.name}")
        parents: list[_Parent] = [(item.name, part, TRUTH)]
        if not source.errs_anew:
            parents.append((f"source_{source.name}", SourcePart(source.name), STATES))
        if any(isinstance(getattr(source, rate), Mapping) for rate in source.rates):
            parents.append(self.root)
        if report.copied_from is not None:
            parents.append(
                (f"report_{item.name}_{report.copied_from}", ReportPart(item.name, report.copied_from), TRUTH)
            )
        self.add(name, tuple(TRUTH), parents, chances)

    def says(self, name: str, item: Evidence, report: Report, says: bool, hypothesis: str, world: World) -> float:
        """P(the report says so | its parents), a copy or not."""
        said = [
            one.with_good({"says": says if one == report else world.get(ReportPart(item.name, one.source), one.says)})
            for one in item.reports
        ]
        own = next(one for one in said if one.source == report.source)
        with_them, copy = item.with_good({"reports": tuple(said)}), ReportPart(item.name, report.source)
        states = [{**world, copy: True}, {**world, copy: False}] if report.copied_from is not None else [world]
        ways = [[*reference.of_report(with_them, own, self.sources[report.source], hypothesis, one)] for one in states]
        return fsum(self.mean(name, *way) for way in ways)

    def mean(self, name: str, *used: Use | None) -> float:
        for one in used:
            if isinstance(one, tuple):
                self.used.setdefault(one[0], set()).add(name)
        return reference.probability(self.case, used)

    def named(self, name: str, part: str) -> str:
        if name in self.nodes or not is_name(name):
            message = f"its node would be called {quoted(name)}, like another, or longer than a name can be."
            self.problems.append(Problem(code="E_NETWORK", path=part, message=message, hint="Rename it."))
        return name

    def add(
        self,
        name: str,
        states: tuple[str, ...],
        parents: Sequence[_Parent],
        chances: Callable[[str, World], list[float]],
    ) -> None:
        shape = (*(len(of) for _, _, of in parents), len(states))
        if prod(shape) > MAX_ENTRIES:
            message = f"its table has {prod(shape):,} entries; at most {MAX_ENTRIES:,} are written."
            raise refusal("E_TOO_LARGE", name, message, "Declare fewer parents.")
        rows = []
        for above in product(*(of.values() for _, _, of in parents)):
            world: dict[PartAddress | Place, Any] = {
                part: state for (_, part, _), state in zip(parents, above, strict=True) if part is not None
            }
            chosen = [state for (_, part, _), state in zip(parents, above, strict=True) if part is None]
            rows.append(chances(chosen[0] if chosen else self.case.names[0], world))
        self.nodes[name] = Node(name, states, tuple(one for one, _, _ in parents), np.array(rows).reshape(shape))

    def shared(self) -> Iterator[Problem]:
        """Uncertain numbers that several nodes use: the mean of a power is not the power of the mean."""
        for address, nodes in self.used.items():
            meaning = addresses(self.case).parameter(address).meaning
            if len(nodes) > 1 and not isinstance(meaning, PointLaw):
                message = f"it is uncertain and used in {named(sorted(nodes))}; a network has no place for that."
                hint = "State it as a number, for example its mean, and compare the credences of both cases."
                yield Problem(code="E_NETWORK", path=str(address), message=message, hint=hint)

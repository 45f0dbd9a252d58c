"""One question of a case, prepared once and asked many times: numbers in, credences out, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

from attribution_bayes.arguments import expect, listed
from attribution_bayes.arrays import Floats, numpy_array
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import unknown_address
from attribution_bayes.engine.batch import MIN_ROWS_AT_ONCE, credences_of_few, credences_planned, with_their_blocks
from attribution_bayes.engine.few_rows import FewRows
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.plan import plan
from attribution_bayes.engine.slopes import Slopes
from attribution_bayes.errors import CaseError, quoted, refusal

FLOAT = np.dtype(np.float64)

ROWS_TURNED = 2**9
"""Rows that are turned into columns at a time: with 60 numbers each, they fit the processor's cache."""

ROWS_AT_ONCE = 2**15
"""Rows that are held as columns at a time."""

NUMBERS_AT_ONCE = 2**20
"""Derivatives in one block: 8 MiB."""


def prepare(case: Case, addresses: Iterable[str]) -> Prepared:
    """Prepare a question that will be asked many times: the credences with other numbers at these addresses.

    Parameters
    ----------
    case
    addresses
        Which numbers are supposed, in the order in which they will be given.

    Returns
    -------
    Prepared
        A function of arrays, such as optimisers and samplers take.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for an unknown address, ``E_DUPLICATE`` for one that stands twice, ``E_TYPE`` for anything
        but a list of texts, ``E_EMPTY`` for an empty one.
    TooLargeError
        If a component has too many joint hidden states.

    Examples
    --------
    >>> from attribution_bayes.declare.case import Case
    >>> from attribution_bayes.declare.parts import Evidence, Hypothesis
    >>> case = Case(
    ...     question="Which?",
    ...     hypotheses=[Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)],
    ...     prior={"a": 0.5, "b": 0.5},
    ...     evidence=[Evidence(name="e", statement="e", likelihood={"a": 0.9, "b": 0.3})],
    ... )
    >>> credence = prepare(case, ["evidence.e.likelihood.a"])
    >>> credence([0.6]).round(3).tolist(), credence([[0.6], [0.3]]).round(3).tolist()
    ([0.667, 0.333], [[0.667, 0.333], [0.5, 0.5]])
    >>> credence.value_and_grad([0.6])[1].round(3).tolist()
    [[0.37], [-0.37]]
    """
    expect(case, Case, "case")
    net, names = network(case), listed(addresses, "addresses")
    if not names:
        raise refusal("E_EMPTY", "addresses", "no address is given.", "`weigh(case)` gives the credence as stated.")
    if unknown := [name for name in names if name not in net.inputs.addresses]:
        raise CaseError([unknown_address(name, net.inputs.addresses) for name in unknown])
    slots = tuple(net.inputs.addresses.index(name) for name in names)
    for i, name in enumerate(names):
        if slots[i] in slots[:i]:
            raise refusal("E_DUPLICATE", "addresses", f"{quoted(name)} stands in it twice.", "Name it once.")
    return Prepared(net, slots)


class Prepared:
    """The credences of a case as a function of some of its numbers.

    It keeps nothing of what it is asked: threads can share it. It can be pickled, and a process that receives it again
    reuses what it has. Numbers of the others of a prior or of a row follow in proportion, and a range is replaced by
    the number supposed, as in `what_if`, whose credences these are to rounding error (1e-12).

    Attributes
    ----------
    addresses
        Which numbers are supposed, in their order.
    hypotheses
        The hypotheses, in the order of the credences.
    stated
        The numbers as stated, or the means of their ranges, shape (address,), read-only.
    """

    def __init__(self, network: Network, slots: tuple[int, ...]) -> None:
        self._network, self._slots = network, slots
        self.addresses = tuple(network.inputs.addresses[slot] for slot in slots)
        self.hypotheses = network.hypotheses
        self.stated: Floats = network.inputs.mean[list(slots)]
        self.stated.flags.writeable = False
        self._plan = plan(network, tuple(sorted(slots)))
        self._few_rows = FewRows.from_plan(self._plan, slots)
        self._one_row = self._few_rows.one
        self._shape = (len(slots),)

    def __call__(self, values: Any) -> Floats:
        """The credences with these numbers.

        Parameters
        ----------
        values
            Shape (address,), or (row, address) for many questions at once; many are read fastest where the numbers of
            one address lie together (``order="F"``).

        Returns
        -------
        array
            Shape (hypothesis,), or (row, hypothesis).

        Raises
        ------
        CaseError
            ``E_SHAPE`` for an array of another shape; ``E_RANGE`` and the like for a number that could not be stated.
        ContradictionError
            If every hypothesis is excluded.
        """
        values = numpy_array(values, "values")
        if values.shape == self._shape:
            if values.dtype == FLOAT and (found := self._one_row.credences(values.tolist())) is not None:
                return np.array(found)
            return np.asarray(self._credences(values[None])[0])
        return self._credences(self._checked(values))

    def value_and_grad(self, values: Any) -> tuple[Floats, Floats]:
        """The credences with these numbers, and their derivatives by each of them.

        The others of a prior or of a row follow in proportion. Where all members of one are given, which have to sum to
        one, the derivatives are right for changes that keep the sum.

        Parameters
        ----------
        values
            Shape (address,) or (row, address).

        Returns
        -------
        credence, derivative
            Shapes (hypothesis,) and (hypothesis, address), or (row, hypothesis) and (row, hypothesis, address).

        Raises
        ------
        CaseError, ContradictionError
            As when it is called.
        """
        values = numpy_array(values, "values")
        if values.shape == self._shape:
            credence, derivative = self._with_derivatives(values[None])
            return credence[0], derivative[0]
        return self._with_derivatives(self._checked(values))

    def __repr__(self) -> str:
        return f"Prepared({len(self.addresses)} numbers, {len(self.hypotheses)} hypotheses)"

    def __reduce__(self) -> tuple[object, ...]:
        return Prepared, (self._network, self._slots)

    def __dask_tokenize__(self) -> tuple[object, ...]:
        return type(self).__name__, self._network.token, self._slots

    def _checked(self, values: Any) -> Any:
        if values.ndim == 2 and values.shape[1:] == self._shape:
            return values
        message = f"an array of shape {values.shape} stands where one number for each address belongs."
        hint = f"Give an array of shape ({len(self._slots)},), or (rows, {len(self._slots)})."
        raise refusal("E_SHAPE", "values", message, hint)

    def _credences(self, rows: Any) -> Floats:
        """Credences of shape (row, hypothesis)."""
        if rows.dtype == FLOAT and 1 < len(rows) <= MIN_ROWS_AT_ONCE:
            few = credences_of_few(self._network, self._few_rows, np.ascontiguousarray(rows.T))
            if few is not None:
                return few
        if rows.dtype != FLOAT or rows.flags.f_contiguous or len(rows) <= ROWS_TURNED:
            return credences_planned(self._network, self._plan, dict(zip(self._slots, rows.T, strict=True)))
        credence = np.empty((len(self.hypotheses), len(rows)))
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            turned = np.empty(part.shape[::-1])
            for first in range(0, len(part), ROWS_TURNED):
                turned[:, first : first + ROWS_TURNED] = part[first : first + ROWS_TURNED].T
            credence[:, start : start + ROWS_AT_ONCE] = self._credences(turned.T).T
        return credence.T

    @cached_property
    def _slopes(self) -> Slopes:
        return Slopes.from_plan(self._plan)

    def _with_derivatives(self, rows: Any) -> tuple[Floats, Floats]:
        """Credences, shape (row, hypothesis), and their derivatives, shape (row, hypothesis, address)."""
        credence, rows = self._credences(rows), rows.astype(np.float64)
        derivative = np.empty((*credence.shape, len(self._slots)))
        in_order = [self._plan.moved.index(slot) for slot in self._slots]
        cells = len(self.hypotheses) * len(self._slots) * max((one.largest for one in self._plan.components), default=1)
        step = max(1, NUMBERS_AT_ONCE // cells)
        for part in (slice(start, start + step) for start in range(0, len(rows), step)):
            columns = with_their_blocks(self._plan, dict(zip(self._slots, rows[part].T, strict=True)))
            derivative[part] = self._slopes.derivatives(columns, credence[part])[..., in_order]
        return credence, derivative

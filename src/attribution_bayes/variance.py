"""How much of the doubt about the log odds each assumption brings, with all of them varying together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from attribution_bayes.assumption import Assumption, assumptions
from attribution_bayes.case import Case, place_of
from attribution_bayes.errors import quoted, refusal
from attribution_bayes.exact import CELLS_AT_ONCE, as_stated, draw_prior_values
from attribution_bayes.local import Local, local_components, movers
from attribution_bayes.network import Floats, Ints, Network, network

CONFIDENCE = 0.95
RESAMPLES = 400
"""Bootstrap resamples behind each interval: enough for its ends to be good to a tenth of its width."""


@dataclass(frozen=True, eq=False)
class _Model:
    """Log joint probabilities as a function of rows of input values, one factor at a time: the prior, each component.

    `users` says which factors an input moves.
    """

    prior: Ints
    locals: Sequence[Local]
    users: Mapping[int, list[int]]

    @classmethod
    def of(cls, net: Network) -> _Model:
        users: dict[int, list[int]] = {slot: [0] for slot in net.prior.tolist()}
        found = local_components(net)
        for place, local in enumerate(found):
            for slot in movers(net, local):
                users.setdefault(slot, []).append(1 + place)
        return cls(net.prior, found, users)

    def joint(self, values: Floats) -> Floats:
        """Log prior and log likelihoods, shape (factor, row, hypothesis)."""
        return np.stack([self.factor(place, values) for place in range(1 + len(self.locals))])

    def factor(self, place: int, values: Floats) -> Floats:
        """Shape (row, hypothesis)."""
        if place == 0:
            with np.errstate(divide="ignore"):
                return np.log(values[:, self.prior])
        local = self.locals[place - 1]
        step = max(1, CELLS_AT_ONCE // (local.component.largest * len(self.prior)))
        return np.concatenate([local.at(values[i : i + step]).log() for i in range(0, len(values), step)])


def sobol(case: Case, target: str | None = None, *, n: int = 2048, seed: int = 0) -> pd.DataFrame:
    """Share the variance of the target's log odds among the assumptions, all of them varying over what was stated.

    Distributions are drawn from as they were stated; plain numbers evenly in log odds over their plausible range (a
    plain ratio evenly in its logarithm), and scaled to sum to one where they are members of a prior or row. Members of
    one prior or row form one group.

    Parameters
    ----------
    case
    target
        A hypothesis; the one of greatest credence unless given.
    n
        Rows of each of the two sample matrices; the log odds are found at n (groups + 2) points.
    seed

    Returns
    -------
    DataFrame
        Index: address of the assumption, or ``prior`` or the address of the row for a group; most total effect first.
        Columns: ``first``, the share of the variance that this one brings by itself, ``total``, the share that it has
        a part in, each with a 95 % bootstrap interval (``first_low``, ``first_high``, ``total_low``, ``total_high``).
        All zero if nothing moves the log odds. The variance (decibans squared), `n` and `seed` stand in ``attrs``.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a target that the case does not have; ``E_EXCLUDED`` if it, or every other hypothesis,
        is excluded, so that its log odds are infinite; ``E_RANGE`` for fewer than 2 rows.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.

    References
    ----------
    A. Saltelli et al. (2010), Variance based sensitivity analysis of model output, doi:10.1016/j.cpc.2009.09.018;
    M. J. W. Jansen (1999), doi:10.1016/S0010-4655(98)00154-4
    """
    net = network(case)
    place = _target(case, target, as_stated(net))
    if not isinstance(n, int) or n < 2:
        raise refusal("E_RANGE", "n", f"{quoted(n)} rows do not make a variance.", "Give at least 2; 1000s are usual.")
    stated = assumptions(case)
    groups = {address: slots for address, slots in _groups(net).items() if _has_range(stated, slots)}
    rngs = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(3)]
    one, other = (_drawn(net, stated, n, rng) for rng in rngs[:2])
    indices, variance = _indices(net, groups, one, other, place, rngs[2])
    table = pd.DataFrame(indices, index=pd.Index(list(groups), name="assumption"), columns=list(COLUMNS))
    table = table.sort_values("total", ascending=False, kind="stable")
    table.attrs = {"target": case.names[place], "variance": variance, "n": n, "seed": seed}
    return table


COLUMNS = ("first", "first_low", "first_high", "total", "total_low", "total_high")


def _target(case: Case, target: str | None, credence: Floats) -> int:
    place = int(np.argmax(credence)) if target is None else place_of(case, target, "target")
    if credence[place] == 0 or np.delete(credence, place).sum() == 0:
        what = f"{case.names[place]!r} is excluded, or every other is: its log odds are infinite"
        raise refusal("E_EXCLUDED", "target", f"{what}.", "Ask about another hypothesis.")
    return place


def _groups(net: Network) -> dict[str, Ints]:
    """Inputs that vary together, by the address of the input or of its prior or row."""
    found: dict[str, list[int]] = {}
    for slot, address in enumerate(net.inputs.addresses):
        found.setdefault(address.rpartition(".")[0] if net.inputs.block[slot] >= 0 else address, []).append(slot)
    return {address: np.array(slots) for address, slots in found.items()}


def _has_range(stated: tuple[Assumption, ...], slots: Ints) -> bool:
    return any(stated[slot].lower < stated[slot].upper for slot in slots)


def _drawn(net: Network, stated: tuple[Assumption, ...], n: int, rng: np.random.Generator) -> Floats:
    """Rows of input values, each independent of the others; shape (row, input + 1)."""
    values = net.inputs.filled(draw_prior_values(net, n, rng))
    lower, upper = (np.array([getattr(one, end) for one in stated]) for end in ("lower", "upper"))
    plain = np.flatnonzero(~net.inputs.uncertain & (lower < upper))
    share = rng.random((n, len(plain)))
    ratio = net.inputs.is_ratio[plain]
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.where(ratio, np.log([lower[plain], upper[plain]]), logit([lower[plain], upper[plain]]))
        along = ends[0] + (ends[1] - ends[0]) * share
        values[:, plain] = np.where(ratio, np.exp(along), expit(along))
    for slots in _groups(net).values():
        if len(slots) > 1 and not net.inputs.uncertain[slots].any():
            values[:, slots] /= values[:, slots].sum(axis=1, keepdims=True)
    return values


def _indices(
    net: Network, groups: dict[str, Ints], one: Floats, other: Floats, place: int, rng: np.random.Generator
) -> tuple[list[list[float]], float]:
    """For each group first and total index with their intervals, in the order of `COLUMNS`; and the variance."""
    model = _Model.of(net)
    joint_one, joint_other = model.joint(one), model.joint(other)
    log_one = joint_one.sum(axis=0)
    f_one, f_other = _log_odds(log_one, place), _log_odds(joint_other.sum(axis=0), place)
    middle = np.concatenate([f_one, f_other]).mean()
    counts = np.vstack([np.ones(len(one)), rng.multinomial(len(one), np.full(len(one), 1 / len(one)), size=RESAMPLES)])
    rows = []
    for slots in groups.values():
        mixed, log_mixed = one.copy(), log_one.copy()
        mixed[:, slots] = other[:, slots]
        for factor in sorted({factor for slot in slots.tolist() for factor in model.users.get(slot, ())}):
            with np.errstate(invalid="ignore"):  # an excluded hypothesis stays excluded
                change = model.factor(factor, mixed) - joint_one[factor]
            log_mixed += np.where(np.isneginf(log_one), 0.0, change)
        rows.append(_estimates(f_one - middle, f_other - middle, _log_odds(log_mixed, place) - middle, counts))
    return rows, float(np.concatenate([f_one, f_other]).var())


def _log_odds(log_joint: Floats, place: int) -> Floats:
    """Of one hypothesis against all others, in decibans; shape (row,)."""
    others = np.logaddexp.reduce(np.delete(log_joint, place, axis=1), axis=1)
    return np.asarray((log_joint[:, place] - others) * 10 / np.log(10))


def _estimates(one: Floats, other: Floats, mixed: Floats, counts: Floats) -> list[float]:
    """Saltelli's first and Jansen's total index, on all rows and on bootstrap resamples of them."""
    total = counts.sum(axis=1)
    mean = counts @ (one + other) / (2 * total)
    variance = counts @ (one**2 + other**2) / (2 * total) - mean**2
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(variance > 0, counts @ (other * (mixed - one)) / total / variance, 0.0)
        whole = np.where(variance > 0, counts @ (one - mixed) ** 2 / (2 * total) / variance, 0.0)
    tails = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    return [first[0], *np.quantile(first[1:], tails), whole[0], *np.quantile(whole[1:], tails)]

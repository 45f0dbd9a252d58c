"""What was measured: one way of ours against one of somebody else's, and whether it is as much faster as was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Comparison:
    """Seconds of ours and of a peer, round by round.

    Attributes
    ----------
    ours, peer
        What was done, in words.
    ours_seconds, peer_seconds
        Of the same work in each, one for each round; if the peer did it in fewer rounds, ratios are of those.
    asked
        How many times faster ours should be: 3 is three times as fast, 0.1 at most ten times as slow; None if nothing
        is asked, and the figure is there to know.
    why
        Why the peer wins, if it does.
    """

    ours: str
    peer: str
    ours_seconds: list[float]
    peer_seconds: list[float]
    asked: float | None = None
    why: str = ""

    @property
    def ratios(self) -> list[float]:
        """Peer's seconds by ours in each round: above 1 ours is faster."""
        rounds = min(len(self.ours_seconds), len(self.peer_seconds))
        pairs = zip(self.ours_seconds[:rounds], self.peer_seconds[:rounds], strict=True)
        return [theirs / own for own, theirs in pairs]

    @property
    def ratio(self) -> float:
        return float(np.median(self.ratios))

    @property
    def is_met(self) -> bool:
        return self.asked is None or self.ratio >= self.asked


@dataclass(frozen=True)
class Row:
    """One kind of work: what was timed, the comparisons, and what else was seen while measuring."""

    work: str
    timed: str
    comparisons: list[Comparison]
    facts: list[str] = field(default_factory=list)


def in_words(ratio: float) -> str:
    """How much faster or slower, with as many figures as such a ratio bears."""
    factor = _factor(max(ratio, 1 / ratio))
    if factor == "1":
        return "as fast"
    return f"{factor}x {'faster' if ratio > 1 else 'slower'}"


def _factor(factor: float) -> str:
    return f"{factor:,.0f}" if factor >= 9.95 else f"{factor:.2g}"


def asked_in_words(asked: float | None) -> str:
    if asked is None:
        return "nothing"
    if asked == 1:
        return "to be first"
    return f"{_factor(asked)}x faster" if asked > 1 else f"at most {1 / asked:.3g}x slower"


def verdict(comparison: Comparison) -> str:
    """Whether what was asked is met, in the median of the rounds and in each of them."""
    if comparison.asked is None:
        return "to know" if comparison.ratio >= 1 else "to know: the peer wins"
    if comparison.is_met:
        return "met" if min(comparison.ratios) >= comparison.asked else "met, but not in each round"
    return "**not met**" if comparison.ratio >= 1 or comparison.asked < 1 else "**not met: the peer wins**"


def spread(values: Sequence[float]) -> float:
    """Half the distance of the least and the greatest, as a share of the median."""
    return (max(values) - min(values)) / 2 / float(np.median(values))

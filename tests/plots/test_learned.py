"""The picture of one uncertain input: what was stated, and the draws."""

from __future__ import annotations

import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import stats
from scipy.special import logit

import attribution_bayes as ab
from pictures import EVEN, labelled, of_three, saved, texts

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


def outline(figure: Figure, label: str) -> tuple[np.ndarray, np.ndarray]:
    (drawn,) = labelled(figure, label)
    return drawn.get_data().values, drawn.get_data().edges


PRIORS = {
    "prior.alone": stats.beta(4, 5),
    "source.agency.reliability": stats.beta(6, 3),
    "source.agency.if_unreliable": stats.uniform(0.3, 0.5),
    "evidence.calls.likelihood.crew.False": stats.beta(3, 3),
    "evidence.paid.reports.paper.copy_probability": stats.beta(2, 2),
    "evidence.tool.likelihood.alone.gun": stats.beta(2, 7),
    "evidence.tone.likelihood.crew": stats.lognorm(np.log(2) / stats.norm.ppf(0.95), scale=1.0),
}
"""What is stated in the rich case, as SciPy says it."""


@pytest.mark.parametrize("address", PRIORS)
def test_prior_and_posterior_of_an_input(weighed_rich: ab.Posterior, address: str) -> None:
    """The outline is the probability of each bar as stated, the filled bars are shares of the posterior draws."""
    figure = ab.plot_assumption(weighed_rich, address)
    group, (first, _, name) = weighed_rich.draws["posterior"], address.partition(".")
    found = group["prior"].sel(hypothesis=name) if first == "prior" else group["assumption"].sel(address=address)
    shares, edges = outline(figure, "_posterior")
    assert shares == pytest.approx(np.histogram(found.values, edges)[0] / found.size)
    assert shares.sum() > 0.99
    prior, same = outline(figure, "_prior")
    assert np.array_equal(same, edges)
    assert prior == pytest.approx(np.diff(PRIORS[address].cdf(edges)), abs=1e-9)
    (low, high), is_ratio = np.quantile(found.values, [0.05, 0.95]), ".tone." in address
    kind, centre = ("geometric mean", stats.gmean) if is_ratio else ("mean", np.mean)
    assert (
        f"given the evidence: {kind} {centre(found.values.ravel()):.2g}, central 90 % from {low:.2g} to {high:.2g}"
        in texts(figure)
    )
    (said,) = (text for text in texts(figure) if text.startswith(f"as stated: {kind}"))
    middle = PRIORS[address].median() if is_ratio else PRIORS[address].mean()
    numbers = [float(number) for number in re.findall(r"[\d.]+\b(?! %)", said)]
    assert numbers == pytest.approx([middle, *PRIORS[address].ppf([0.05, 0.95])], rel=0.05)
    saved(figure)


def test_a_number_is_no_range(weighed_outage: ab.Posterior) -> None:
    """Of what is stated as a plain number nothing is learned: it is refused."""
    with pytest.raises(ab.CaseError, match=r"E_TYPE source\.chat\.if_unreliable: it is stated as a number, 0\.6"):
        ab.plot_assumption(weighed_outage, "source.chat.if_unreliable")


def test_tiny_inputs_stand_by_their_log_odds() -> None:
    """An input over powers of ten has bars of one width in log odds."""
    case = of_three(EVEN, {"a": ab.Between(1e-7, 1e-3), "b": 0.1, "c": 0.2})
    figure = ab.plot_assumption(ab.weigh(case, sampling=ab.Sampling(draws=200)), "evidence.i0.likelihood.a")
    _, edges = outline(figure, "_prior")
    assert np.diff(logit(edges)) == pytest.approx(np.diff(logit(edges)).mean())
    saved(figure)

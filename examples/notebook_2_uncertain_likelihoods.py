# %% [markdown]
# # Uncertain likelihoods, and the average that is wrong
#
# **One idea: to draw the uncertain numbers, compute the answer each time and average the answers gives a different
# number from the credence, and the wrong one.**
#
# All numbers are made up.

# %%
import warnings

import numpy as np
import pandas as pd

import attribution_bayes as ab

warnings.simplefilter("ignore", ab.CaseWarning)  # a range from 0 to 1 draws a caution; here it is the point


def two_hypotheses(*evidence):
    return ab.Case(
        question="Was the document forged?",
        hypotheses=[
            ab.Hypothesis(name="forged", statement="it was"),
            ab.Hypothesis(name="genuine", statement="it was not, or something else holds", catch_all=True),
        ],
        prior={"forged": 0.5, "genuine": 0.5},
        evidence=evidence,
    )


def item(name, way):
    return ab.Evidence(name=name, statement=name, likelihood={"forged": way, "genuine": 0.05})


# %% [markdown]
# ## What a range means
#
# A stamp and a paper size are wrong. In a genuine document that happens in one case in twenty. In a forged one:
# nobody knows how careful this forger was, so anything from 0 to 1, none more likely than another. That is `Beta(1,
# 1)`.

# %%
case = two_hypotheses(item("wrong_stamp", ab.Beta(1, 1)), item("wrong_size", ab.Beta(1, 1)))
posterior = ab.weigh(case)
posterior

# %% [markdown]
# By hand. Each item is expected with probability 1/2 under `forged`, whatever the careful forger's rate turns out to
# be; the two rates are separate unknowns. So the odds are 1/4 against 1/400, and the credence 100/101.

# %%
pd.Series({"by hand": 100 / 101, "weighed": float(posterior.credence.sel(hypothesis="forged"))}).to_frame(
    "forged"
).round(6)

# %% [markdown]
# ## The usual average
#
# What is often done: draw both rates from what was stated, apply Bayes' theorem, average.

# %%
addresses = ["evidence.wrong_stamp.likelihood.forged", "evidence.wrong_size.likelihood.forged"]
drawn = dict(zip(addresses, np.random.default_rng(0).random((2, 200_000)), strict=True))
answers = ab.what_if(case, drawn).sel(hypothesis="forged")
round(float(answers.mean()), 3)

# %% [markdown]
# That is less than 100/101, and no more draws will mend it. The average gives a draw in which the forger hardly ever
# errs as much weight as one in which he often does. But two errors *were* found, and that is itself evidence about
# how careful the forger would be: draws that fit the evidence have to count more. Weighted by how likely the evidence
# is under each draw, the average is right:

# %%
likely = sum(0.5 * a * b for a, b in [(drawn[addresses[0]], drawn[addresses[1]]), (0.05, 0.05)])
round(float((answers * likely).sum() / likely.sum()), 4)

# %% [markdown]
# The library's draws are from the posterior, so that their plain average is right:

# %%
draws = posterior.draws["posterior"]["credence"].sel(hypothesis="forged")
round(float(draws.mean()), 3)

# %% [markdown]
# ## What the evidence says about the inputs
#
# The rate of wrong stamps among this forger's documents, as stated and after the evidence:

# %%
ab.plot_assumption(posterior, addresses[0])

# %% [markdown]
# ## How wide a range is does not move the credence
#
# Each rate is used once, so that only its mean enters. A sharp and a vague statement with the same mean give the same
# credence. What differs is the spread: how far the credence would move if the rate became known.

# %%
ways = {"0.5": 0.5, "Beta(50, 50)": ab.Beta(50, 50), "Beta(5, 5)": ab.Beta(5, 5), "Beta(1, 1)": ab.Beta(1, 1)}
rows = {name: ab.weigh(two_hypotheses(item("wrong_stamp", way))).summary().loc["forged"] for name, way in ways.items()}
pd.DataFrame(rows).T[["credence", "spread_low", "spread_high"]].astype(float).rename_axis("likelihood").round(3)

# %% [markdown]
# That surprises many readers, and it is the reason why a wide range must not be used to say "this does not count for
# much". An item that counts for little has likelihoods that are nearly equal.
#
# ## Where width does matter: one unknown, used twice
#
# Two separate rates were two separate unknowns. If both items come from *one* source whose way of speaking is not
# known, there is one unknown, used twice, and its width counts: one agreement makes the next more likely.


# %%
def two_reports(if_unreliable):
    reports = [ab.Report(source="informant")]
    names = ("first", "second")
    base = two_hypotheses()
    evidence = [
        ab.Evidence(name=name, statement=name, likelihood={"forged": 0.5, "genuine": 0.45}, reports=reports)
        for name in names
    ]
    informant = ab.Source(
        name="informant",
        statement="an informant who knows nothing",
        reliability=0.1,
        if_unreliable={"forged": if_unreliable, "genuine": 0.5},
    )
    return base.model_copy(update={"sources": [informant], "evidence": evidence})


ab.weigh_many({name: two_reports(way) for name, way in ways.items()}).to_pandas().rename_axis(
    "if_unreliable under 'forged'"
).round(4)

# %% [markdown]
# The mean is one half in all four. The library notices that the number is used twice and sums it out exactly.
#
# ## What could go wrong
#
# - **Averaging answers over draws from what was stated.** Most spreadsheet simulations do. Here it takes off four
#   percentage points; with other numbers it may turn the answer round.
# - **Reading the spread as an error of the credence.** It says what learning the inputs would do. More draws do not
#   change it.
# - **One unknown written down as two.** Two items whose likelihoods rest on the same unknown (how careful the forger
#   is) are not independent given the hypothesis. Here they were treated as separate; if one forger made both, say so:
#   with a hidden item "the forger is careful", and both items `given` it.

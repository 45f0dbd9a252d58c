# %% [markdown]
# # Property tests for cases of one's own
#
# **One idea: what must hold of every case can be tried on hundreds of random ones, and the library has the
# generators.**
#
# It needs the package `hypothesis`; `attribution_bayes.testing` is imported explicitly.

# %%
import warnings

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings

import attribution_bayes as ab
from attribution_bayes.testing import assert_coherent, cases

warnings.simplefilter("ignore", ab.CaseWarning)  # random cases deserve cautions, which are not the point here
quick = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)

# %% [markdown]
# ## A function of one's own, and a law
#
# Suppose that you write a function which drops all items from before a date. A law that it must obey: dropping
# nothing changes nothing.


# %%
def since(case, date):
    """The case with the items dated `date` or later, and those without a date."""
    kept = [item for item in case.evidence if item.date is None or item.date >= date]
    names = {item.name for item in kept}
    kept = [item for item in kept if set(item.given) <= names]
    return case.model_copy(update={"evidence": kept})


@quick
@given(cases(exclusions=False))
def dropping_nothing_changes_nothing(case):
    dates = [item.date for item in case.evidence if item.date is not None]
    assert since(case, min(dates, default=None)) == case


dropping_nothing_changes_nothing()
print("held for 60 random cases")

# %% [markdown]
# ## A law that finds a mistake
#
# A colleague computes "the answer without this item" by dividing its likelihood ratio out of the odds. That is right
# as long as items are independent. Is it right in general? The law: it agrees with weighing again without the item.


# %%
def odds(case):
    credence = ab.what_if(case, {})
    return float(credence[0] / credence[1:].sum())


def divided_out(case, name):
    """The odds of the first hypothesis without an item, the colleague's way."""
    alone = case.model_copy(update={"evidence": [item for item in case.evidence if item.name == name]})
    return odds(case) / (odds(alone) / odds(case.model_copy(update={"evidence": []})))


def weighed_again(case, name):
    return odds(case.model_copy(update={"evidence": [item for item in case.evidence if item.name != name]}))


def law(case):
    for item in case.evidence:
        if not any(item.name in other.given for other in case.evidence) and not item.given:
            np.testing.assert_allclose(divided_out(case, item.name), weighed_again(case, item.name), rtol=1e-6)


@quick
@given(cases(max_hypotheses=2, exclusions=False, uncertain=False, parents=False, reports=False, common_causes=False))
def dividing_out_is_leaving_out_for_independent_items(case):
    law(case)


dividing_out_is_leaving_out_for_independent_items()
print("two hypotheses, independent items: held for 60 random cases")


# %%
@settings(quick, phases=[Phase.generate])
@given(cases(max_hypotheses=2, exclusions=False, uncertain=False, parents=False, common_causes=False))
def dividing_out_is_leaving_out_with_sources(case):
    law(case)


try:
    dividing_out_is_leaving_out_with_sources()
except AssertionError:
    print("with reports by shared sources: Hypothesis found a case in which the two differ")

# %% [markdown]
# So the colleague's way is wrong as soon as two reports share a source. Left to shrink what it found, Hypothesis
# prints a small case; here is one that can be read:

# %%
source = ab.Source(name="clerk", statement="one clerk", reliability=0.5, if_unreliable=0.9)
small = ab.Case(
    question="Was it signed?",
    hypotheses=[
        ab.Hypothesis(name="yes", statement="it was"),
        ab.Hypothesis(name="no", statement="it was not", catch_all=True),
    ],
    prior={"yes": 0.5, "no": 0.5},
    sources=[source],
    evidence=[
        ab.Evidence(name=name, statement=name, likelihood={"yes": 0.9, "no": 0.1}, reports=[ab.Report(source="clerk")])
        for name in ("stamp", "date")
    ],
)
pd.Series({"divided out": divided_out(small, "date"), "weighed again": weighed_again(small, "date")}).to_frame(
    "odds"
).round(3)

# %% [markdown]
# ## Whatever makes a posterior
#
# If you build posteriors by other means, a service or a cache, hold them to `assert_coherent`: credences sum to one,
# the prior is that of the case, draws have the right layout, and so on.


# %%
@settings(quick, max_examples=15)
@given(cases(exclusions=False))
def what_we_serve_is_coherent(case):
    assert_coherent(ab.weigh(case, sampling=ab.Sampling(draws=100)))


what_we_serve_is_coherent()
print("held for 15 random cases")

# %% [markdown]
# ## What could go wrong
#
# - **A law that cannot fail.** Break the function once, and see the test turn red.
# - **A tolerance that was widened until it passed.** The exact engine is good to a relative 1e-12; what differs by
#   more than rounding is another number.
# - **Laws for your own kind of case only.** Switch parts of the generator off (`uncertain`, `parents`, `reports`,
#   ...) only if your function refuses them as well.
# - **A test instead of thought.** Hypothesis tries sixty cases; that two ways agree on them does not say that either
#   is what you wanted to know.

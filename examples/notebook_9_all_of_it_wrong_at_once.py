# %% [markdown]
# # All of it wrong at once
#
# **One idea: an answer that no single number can overturn may still fall to all of them together, each a little off;
# so ask how much the whole can bear before you publish.**
#
# Somebody broke into a firm's network. An analyst has weighed who did it, and the report is due tomorrow. The case and
# its groups are made up, and all numbers are illustrative.

# %%
import pandas as pd

import attribution_bayes as ab

case = ab.Case(
    question="Who broke into the network?",
    hypotheses=[
        ab.Hypothesis(name="crew", statement="a criminal crew, for money"),
        ab.Hypothesis(name="tasked", statement="a group that works to order and hides behind crime"),
        ab.Hypothesis(name="other", statement="somebody else", catch_all=True),
    ],
    prior=ab.BaseRates({"crew": 12, "tasked": 3, "other": 10}),
    prior_basis=["Intrusions at 25 comparable firms in three years (made up)"],
    sources=[
        ab.Source(
            name="vendor",
            statement="a security vendor, which sells protection from such groups",
            reliability=ab.Between(0.5, 0.9),
            if_unreliable=0.8,
        )
    ],
    evidence=[
        ab.Evidence(
            name="tool",
            statement="a tool was found that was mostly seen with groups that work to order",
            likelihood={"crew": ab.Between(0.05, 0.25), "tasked": ab.Between(0.4, 0.8), "other": ab.Between(0.1, 0.4)},
        ),
        ab.Evidence(
            name="hours",
            statement="the intruders worked in the office hours of one time zone",
            likelihood={"crew": ab.Between(0.1, 0.4), "tasked": ab.Between(0.4, 0.8), "other": ab.Between(0.1, 0.4)},
        ),
        ab.Evidence(
            name="language",
            statement="comments in the tool are in one language",
            likelihood={"crew": ab.Between(0.1, 0.4), "tasked": ab.Between(0.3, 0.7), "other": ab.Between(0.1, 0.5)},
        ),
        ab.Evidence(
            name="no_ransom",
            statement="nobody asked for money within a month",
            likelihood={"crew": ab.Between(0.1, 0.4), "tasked": ab.Between(0.6, 0.9), "other": ab.Between(0.4, 0.8)},
        ),
        ab.Evidence(
            name="servers",
            statement="the servers had been rented by the group working to order",
            likelihood={"crew": ab.Between(0.02, 0.2), "tasked": ab.Between(0.3, 0.7), "other": ab.Between(0.05, 0.3)},
            reports=[ab.Report(source="vendor")],
        ),
    ],
)
posterior = ab.weigh(case)
posterior

# %% [markdown]
# ## The answer, and what it rests on
#
# 88 % for a group that works to order. Every item but the prior speaks for it, none of them loudly: 10 decibans are
# tenfold odds.

# %%
ab.plot_weights(case, "tasked")

# %% [markdown]
# ## One number at a time: nothing is near
#
# How far would each number have to move, all others as stated, before another hypothesis leads?

# %%
flips = ab.flip_points(case)
flips[["stated", "flip_at", "distance_db", "new_leader"]].head(5).round(2)

# %% [markdown]
# Even the nearest, the prior, would have to be off by more than 9 decibans, which is odds wrong by a factor of nearly
# nine. Many reports stop here and call the answer robust.
#
# ## Everything at once: a little is enough
#
# But whoever overstated one likelihood may have overstated the others, too. `robustness` asks how far off *all*
# numbers may be together, each in the worst direction, before another hypothesis leads.

# %%
radius = ab.robustness(case)
radius[["radius_db", "new_leader", "exact"]].round(2)

# %%
ab.plot_robustness(case)

# %% [markdown]
# 1.5 decibans, odds wrong by a factor of 1.4, in every number. Somebody who says 0.61 where 0.53 is right is off by as
# much. Infinity stands where no error will do: however unreliable the vendor is, that alone cannot turn the answer
# round. As a share of the way from what the analyst stated to the ends of the plausible ranges:

# %%
radius.loc[["everything", "likelihoods"], ["share_of_range"]].round(2)

# %% [markdown]
# This is the worst case and not a likely one. But it can be shown: these numbers go back into the case, and another
# hypothesis draws level.

# %%
overturned = ab.suppose(case, radius.attrs["overturned_at"])
ab.weigh_many({"as stated": case, "just beyond the radius": overturned}).to_pandas().round(3)

# %% [markdown]
# ## The fewest numbers that overturn it
#
# Not everything has to be wrong. Which numbers would do, each inside the range that was stated for it? No single one,
# no two of them; but some sets of three.

# %%
sets = ab.fewest(case)
pd.Series(sets.attrs["counts"]).to_frame("sets").rename_axis("numbers in a set")

# %% [markdown]
# The first of them, which can overturn by most, moved just far enough. The prior counts as one number, because its
# members sum to one.

# %%
sets.loc[[1], ["stated", "value", "moved_db", "new_leader"]].round(2)

# %% [markdown]
# These are the numbers to ask a colleague about first: how often tools and languages look like this when *somebody
# else* is behind it. "Other" is easily given too little thought.
#
# ## If all of it is overstated
#
# Another way to be wrong in everything: every item is worth less than was stated. At 50 %, likelihood ratios of 9 count
# as ratios of 3.

# %%
ab.plot_discount(case)

# %% [markdown]
# The lead stands as long as the evidence is worth at least 34 % of what was stated. The words "very likely", which
# begin at 80 %, stand only down to 83 %.

# %%
worth = ab.discount(case, threshold=0.8).attrs
pd.Series({"the lead": worth["lead_from"], "80 %": worth["threshold_at"]}).to_frame("worth at least").round(2)

# %% [markdown]
# ## If the items are not independent
#
# Tool, office hours and language were declared independent. But one careful intruder may have staged all three.
# `dependence` asks what a correlation that nobody declared would do: for each pair, and for all together, up to the
# greatest correlation that the likelihoods allow, `rho_upper`.

# %%
ab.dependence(case)[["rho_upper", "credence_upper", "new_leader"]].round(3)

# %% [markdown]
# None turns the answer round. The worst pair, tool and office hours, would take it from 88 % to 75 %. (The correlation
# is the same under every hypothesis; `under` asks about one alone.) If you have a reason to think that the traces were
# staged, do not leave it at that: state a `CommonCause`, with a probability of its own.
#
# ## What the report can say
#
# > On these numbers a group that works to order leads with 88 %. No single number and no two numbers, inside their
# > ranges, put another hypothesis first; 35 sets of three do. The lead does not survive all numbers being off by a
# > factor of 1.4 in odds. It stands if the evidence is worth at least 34 % of what we stated, and under any one
# > correlation of two observed items. What to look into first: how often such tools and traces are seen when somebody
# > else is behind them.
#
# `ab.report(case, "network.html")` has the same under the heading "Everything at once".
#
# ## What could go wrong
#
# - **Taking the radius for a probability.** It says how far off is far enough. How likely that is, it does not say.
# - **Stopping at one number at a time.** Here each is safe by a factor of eight, and all together by a factor of 1.4.
# - **Narrowing ranges until nothing is overturned.** The share and the sets take the ranges as stated; the radius does
#   not depend on them.
# - **Discounting to be modest.** If you believe that an item is worth less, state its likelihoods nearer to each other,
#   and say why. The discount is a question and not a correction.
# - **Correlations of reports.** `dependence` asks about what was observed directly. What ties reports together is
#   their source.

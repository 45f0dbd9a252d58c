# %% [markdown]
# # Which assumption matters
#
# **One idea: ask first which number could overturn the answer, then how far it is from doing so, then what one could
# learn about it.**
#
# The case is made up (`outage.yaml`): what took a service down?

# %%
import attribution_bayes as ab

case = ab.load_case("outage.yaml")
posterior = ab.weigh(case)
posterior

# %% [markdown]
# ## One at a time: the tornado
#
# Each bar moves one assumption over its plausible range, all others as stated (but for the other members of a prior,
# which scale in proportion).

# %%
ab.plot_tornado(case, most=10)

# %% [markdown]
# A wide bar means that the number matters inside its range. The marks are another question: where, inside or outside
# of the range, would another hypothesis lead?
#
# ## How far from overturning: the flip points

# %%
flips = ab.flip_points(case)
flips[["stated", "flip_at", "distance_db", "new_leader"]].head(6).round(3)

# %% [markdown]
# The distance is in decibans of the assumption's odds: 10 decibans are ten times the odds. The nearest is the most
# dangerous, whether or not its range reaches there; ranges are assumptions, too.

# %%
nearest = flips.index[0]
ab.plot_response(case, nearest)

# %% [markdown]
# ## By hand
#
# In a notebook that runs, this cell shows the sliders of a report's page: move several numbers at once, and the
# credences follow. What is moved can also be set; here the nearest number stands where the lead changes.

# %%
widget = ab.explore(case)
widget.moved = {nearest: float(flips.at[nearest, "flip_at"])}
widget

# %% [markdown]
# What is on view is a case like any other:

# %%
ab.weigh(ab.suppose(case, widget.moved)).summary()[["prior", "credence"]].round(3)

# %% [markdown]
# ## Two together
#
# Two numbers may each be harmless alone and overturn the answer together.

# %%
pair = [address for address in flips.index if not address.startswith("prior.")][:2]
ab.plot_two_way(case, *pair)

# %% [markdown]
# ## All together: the worst case, and the shares of doubt
#
# Bounds let every number be at its worst at once:

# %%
ab.credence_bounds(case)[["lower", "upper"]].round(4)

# %% [markdown]
# Sobol indices ask what is likely instead of what is possible: of the variance of the leader's log odds, how much
# would go if this number were known (`first`), and how much would stay if only this one were unknown (`total`).

# %%
ab.sobol(case, n=2048, seed=1)[["first", "total"]].head(6).round(2)

# %% [markdown]
# ## Assumptions that are not numbers
#
# Is a source believed at all? Is a copy a copy? Does one item depend on another?

# %%
ab.structure(case)[["leader", "change_db"]].head(8).round(1)

# %% [markdown]
# ## What to learn next
#
# Assumptions are numbers that somebody could know better. Facts are what somebody could go and look at. The most
# informative fact need not be the one that is most in dispute:

# %%
ab.expected_information(case)[["information", "leader_changes", "probability", "leader"]].round(3)

# %% [markdown]
# And in one table, the most dangerous first, with who stands behind each number:

# %%
ab.sensitivity_table(case)[["behind", "swing", "distance_db", "total"]].head(6).round(2)

# %% [markdown]
# ## What could go wrong
#
# - **Taking a short bar for a harmless number.** A bar is as long as the range that somebody stated. Look at the flip
#   point as well.
# - **Moving one number only.** The worst case is a conspiracy of all of them; the usual case is a few that rest on
#   the same misjudgement, which no table can know.
# - **Mixing up assumptions and items.** "This number could be otherwise" and "this fact was observed" are different
#   questions. `weight_of_evidence`, `leave_one_out` and `shapley` are about items.
# - **Expecting information to reassure.** It is an expectation. What is learned may leave more doubt than there was.

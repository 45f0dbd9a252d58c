# %% [markdown]
# # One contested event, three readings
#
# **One idea: three readings of the same evidence differ in many numbers, and disagree because of a few; those are
# what the sides should ask each other about.**
#
# **What this is.** An exercise in keeping assumptions in the open, about the attack on Crocus City Hall, Krasnogorsk,
# 22 March 2024, in which about 145 people were killed. **What this is not.** A finding. Who was behind the attack is
# not for this library to say. All numbers are illustrative; every item is worded as somebody's assertion.
#
# What is on record: the attack was claimed by Islamic State. US and European officials and most independent analysts
# attribute it to ISIS-K. Russian officials assert Ukrainian involvement, which Ukraine and its partners deny and for
# which no public evidence has been independently confirmed.

# %%
import pandas as pd

import attribution_bayes as ab

pd.options.display.max_colwidth = None  # statements in full

panel = ab.Panel(
    {
        "agnostic": ab.load_case("crocus_city_hall.yaml"),
        "mainstream": ab.load_case("crocus_city_hall_mainstream.yaml"),
        "article": ab.load_case("crocus_city_hall_article.yaml"),
    }
)
agnostic = panel["agnostic"]

# %% [markdown]
# - **agnostic**: wide ranges everywhere, low reliability for every interested party
# - **mainstream** (counter-terrorism): group claims with attacker footage are rarely false; prior operations and a
#   dated warning fit ISIS-K; coerced statements carry little
# - **article** (A. Crooke): the manner of the attack does not fit ISIS volunteers; money and flight fit hired men;
#   early Western certainty is itself evidence
#
# The three have the same hypotheses, sources and items. The hypotheses exclude one another by construction; they are
# about who directed and resourced the operation.

# %%
pd.DataFrame({"statement": {one.name: one.statement for one in agnostic.hypotheses}})

# %% [markdown]
# ## The items, and who asserts them

# %%
pd.DataFrame({"statement": {one.name: one.statement for one in agnostic.evidence}})

# %% [markdown]
# Some things to notice about how they are declared:
#
# - Statements of suspects under interrogation come through a source that may say what interrogators want, whatever
#   holds; there are visible injuries and reports of torture. Where officials repeat them, the repetition may be a
#   copy.
# - Two sources contradict each other on `warning_passed_on`, and on `toward_ukraine`.
# - The group's earlier operations (Kabul 2022, Kerman 2024) are in the prior, and not among the items: using them
#   twice would be the mistake.
# - Nobody has observed `independent_confirmation`. It is listed to show what would be worth learning.
#
# ## The three answers, side by side

# %%
ab.plot_credences(panel)

# %%
summaries = {name: ab.weigh(case).summary() for name, case in panel.items()}
pd.concat(summaries, names=["reading"])[["prior", "credence", "words"]].round(4)

# %% [markdown]
# Each answer follows from its reading's numbers. None of them is more correct arithmetic than another.
#
# ## What each item does, under each reading
#
# In decibans, for `isis_k_alone` against the other hypotheses together. The same item may speak for a hypothesis in
# one reading and against it in another, because the likelihoods differ.

# %%
weights = {name: ab.weight_of_evidence(case, for_="isis_k_alone")["weight"] for name, case in panel.items()}
pd.DataFrame(weights).round(1)

# %% [markdown]
# ## Which assumptions drive them apart
#
# `difference` shares the distance between two readings among the parts that differ; the shares add up to the whole.
# Here between the mainstream and the article's reading, all numbers illustrative.

# %%
apart = ab.difference(panel["mainstream"], panel["article"], target="isis_k_alone")
ab.plot_difference(apart.head(10))

# %% [markdown]
# `disagreement` puts the numbers of all three side by side. `closes_db` says by how many decibans the gap between the
# two readings that are furthest apart would close if all agreed on that number.

# %%
ab.disagreement(panel, by="number").drop(columns="part").head(8).round(2)

# %% [markdown]
# A few of more than sixty numbers carry most of the distance: the prior, and likelihoods about how the group and
# others act. Those are questions of fact about *other* events, which can be looked into without deciding this one. No
# statement under interrogation is among them.
#
# ## How firm is each answer against its own numbers?
#
# For each reading, the three assumptions nearest to where another hypothesis would lead: the value there, and how far
# that is in decibans of odds.

# %%
flips = {name: ab.flip_points(case).head(3) for name, case in panel.items()}
pd.concat(flips, names=["reading"])[["stated", "flip_at", "distance_db", "new_leader"]].round(3)

# %% [markdown]
# ## What evidence could bring them together
#
# By how many bits the three can expect to disagree less, once a fact is known that none of them has observed. Below
# zero, learning it would set them further apart.

# %%
ab.expected_agreement(panel).round(3)

# %% [markdown]
# `ab.report(panel, "readings.html")` makes a page of all this, with the same space for each reading.
#
# ## What could go wrong
#
# - **Reading one of the three as the library's answer.** It has none. It says what follows from whose numbers.
# - **Averaging the three.** The mean belongs to nobody, and hides which numbers the sides disagree about.
# - **Taking a named hypothesis for a named culprit.** The hypotheses name no state and no client; the case does not
#   ask.
# - **Taking assertions for facts.** Every item has a name behind it; the reliabilities of those names are
#   assumptions, too, and stand in the files with their reasons.
# - **Forgetting the date.** The evidence is that of spring 2024; nothing later is weighed.

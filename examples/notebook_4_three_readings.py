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
import runpy
import textwrap

import pandas as pd

import attribution_bayes as ab
from attribution_bayes.engine.posterior import in_percent

READINGS = {
    "agnostic": "crocus_city_hall.yaml",
    "mainstream": "crocus_city_hall_mainstream.yaml",
    "article": "crocus_city_hall_article.yaml",
}
cases = {name: ab.load_case(file) for name, file in READINGS.items()}
agnostic = cases["agnostic"]

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
def told(name, *lines):
    """A name, and lines under it."""
    print(name, *(textwrap.fill(line, 84, initial_indent="    ", subsequent_indent="    ") for line in lines), sep="\n")


for hypothesis in agnostic.hypotheses:
    told(hypothesis.name, hypothesis.statement)

# %% [markdown]
# ## The items, and who asserts them

# %%
for item in agnostic.evidence:
    said = ", ".join(f"{r.source} says {'so' if r.says else 'not so'}" for r in item.reports)
    state = said or ("not asserted by anybody yet" if item.observed is None else "taken as observed")
    told(item.name, item.statement, f"({state})")

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
posteriors = {name: ab.weigh(case) for name, case in cases.items()}
ab.plot_credences(posteriors)


# %%
for name, posterior in posteriors.items():
    print(f"{name:<25} prior  credence   spread (90 %)   in words")
    for row in posterior.summary().itertuples():
        spread = f"{in_percent(row.spread_low)} to {in_percent(row.spread_high)}"
        print(f"  {row.Index:<22} {in_percent(row.prior):>6} {in_percent(row.credence):>9}   {spread:<15} {row.words}")
    print()

# %% [markdown]
# Each answer follows from its reading's numbers. None of them is more correct arithmetic than another.
#
# ## What each item does, under each reading
#
# In decibans, for `isis_k_alone` against the other hypotheses together. The same item may speak for a hypothesis in
# one reading and against it in another, because the likelihoods differ.

# %%
weights = {name: ab.weight_of_evidence(case, for_="isis_k_alone")["weight"] for name, case in cases.items()}
print((pd.DataFrame(weights).round(1) + 0.0).to_string())

# %% [markdown]
# ## Which assumptions drive them apart
#
# Between the mainstream and the article's reading, all numbers illustrative: what putting the one's number into the
# other does to the log odds of `isis_k_alone`, on average of both directions (numbered example 09 has the few lines
# that compute it).

# %%
separating = runpy.run_path("09_what_separates_two_readings.py")["separating"]
print(separating(cases["mainstream"], cases["article"]).head(5).round(1).to_string())

# %% [markdown]
# Five of more than sixty numbers carry most of the distance: the prior, and four likelihoods about how the group and
# others act. Those are questions of fact about *other* events, which can be looked into without deciding this one. No
# statement under interrogation is among them.
#
# ## How firm is each answer against its own numbers?
#
# For each reading, the three assumptions nearest to where another hypothesis would lead: the value there, and how far
# that is in decibans of odds.

# %%
for name, case in cases.items():
    flips = ab.flip_points(case)
    print(f"{name} (leads: {flips.attrs['target']})")
    for row in flips.head(3).itertuples():
        where = f"{row.stated:.2g}, another leads at {row.flip_at:.2g}"
        print(f"    {row.Index:<58} {where:<32} {row.distance_db:4.1f} db  {row.new_leader}")

# %% [markdown]
# ## What evidence could still move them
#
# For each reading, what learning each unknown fact would tell about who was behind it, in bits on average; the facts
# behind reports are among them.

# %%
learned = {name: ab.expected_information(case)["information"].groupby("item").first() for name, case in cases.items()}
print(pd.DataFrame(learned).sort_values("agnostic", ascending=False).map("{:.2g}".format).to_string())

# %% [markdown]
# ## What could go wrong
#
# - **Reading one of the three as the library's answer.** It has none. It says what follows from whose numbers.
# - **Averaging the three.** The mean belongs to nobody, and hides which numbers the sides disagree about.
# - **Taking a named hypothesis for a named culprit.** The hypotheses name no state and no client; the case does not
#   ask.
# - **Taking assertions for facts.** Every item has a name behind it; the reliabilities of those names are
#   assumptions, too, and stand in the files with their reasons.
# - **Forgetting the date.** The evidence is that of spring 2024; nothing later is weighed.

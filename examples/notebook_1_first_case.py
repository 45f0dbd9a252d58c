# %% [markdown]
# # A first case in ten minutes
#
# **One idea: an answer is prior odds times what the evidence says, and every number in it can be pointed at.**
#
# The case is made up, and so is every number. A small company found a stranger's program on one of its machines. How
# did it get in?

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from IPython.display import Markdown

import attribution_bayes as ab

# %% [markdown]
# ## The question, the rival answers, and what was thought beforehand
#
# The hypotheses have to exclude one another, and one of them stands for everything else. The prior is what one would
# have said on the day before: here from the incidents of comparable companies, which are cited, because they must not
# come back as evidence later.

# %%
hypotheses = [
    ab.Hypothesis(name="mail", statement="somebody opened an attachment"),
    ab.Hypothesis(name="supplier", statement="it came through the remote access of a supplier"),
    ab.Hypothesis(name="other", statement="it came in any other way", catch_all=True),
]
prior = ab.BaseRates({"mail": 11, "supplier": 3, "other": 5})


def the_case(evidence, sources=()):
    return ab.Case(
        question="How did the program get in?",
        hypotheses=hypotheses,
        prior=prior,
        prior_basis=["Incidents of 19 comparable companies, 2022 to 2024 (made up)"],
        sources=sources,
        evidence=evidence,
    )


# %% [markdown]
# ## One item, checked by hand
#
# The supplier's account was used at night. How likely would that be *if* the program came by mail, *if* it came
# through the supplier, *if* it came in any other way?

# %%
night = ab.Evidence(
    name="night_login",
    statement="the supplier's account was used at night",
    likelihood={"mail": 0.05, "supplier": 0.6, "other": 0.1},
)
first = the_case([night])
posterior = ab.weigh(first)
posterior

# %% [markdown]
# By hand: each count plus a half, over the sum, is the prior; times the likelihood; over the sum of these.

# %%
sums = pd.DataFrame(
    {
        "prior": {"mail": 11.5 / 20.5, "supplier": 3.5 / 20.5, "other": 5.5 / 20.5},
        "likelihood": {"mail": 0.05, "supplier": 0.6, "other": 0.1},
    }
)
sums["product"] = sums["prior"] * sums["likelihood"]
sums["by hand"] = sums["product"] / sums["product"].sum()
sums["weighed"] = posterior.credence.to_pandas()
sums.round(4)

# %% [markdown]
# ## Numbers that are not known so well
#
# Nobody knows that 0.6. A range says so: `Between(0.4, 0.8)` means 90 % sure that it lies in there. A second item is
# not seen but *said*: the supplier states that its own machines were clean. That would serve it, true or not
# (`serves=False`: it is served by the item's being false); how often it says what serves it when it does not follow
# the facts is a number of its own.

# %%
supplier = ab.Source(
    name="supplier_it",
    statement="the supplier's own IT department; a party to the matter",
    reliability=ab.Between(0.4, 0.8),
    if_unreliable=0.95,
)
evidence = [
    ab.Evidence(
        name="night_login",
        statement="the supplier's account was used at night",
        likelihood={"mail": ab.Between(0.02, 0.1), "supplier": ab.Between(0.4, 0.8), "other": ab.Uniform(0.02, 0.2)},
    ),
    ab.Evidence(
        name="supplier_infected",
        statement="the same program was on the supplier's machines",
        likelihood={"mail": 0.05, "supplier": 0.8, "other": 0.1},
        reports=[ab.Report(source="supplier_it", says=False, serves=False)],
    ),
    ab.Evidence(
        name="odd_mail",
        statement="a mail with a suspicious attachment was found",
        likelihood={"mail": ab.Between(0.6, 0.95), "supplier": 0.2, "other": 0.2},
    ),
    ab.Evidence(
        name="attachment_matches",
        statement="the attachment contains the program; the laboratory has not answered yet",
        likelihood={"mail": 0.9, "supplier": 0.01, "other": 0.01},
        observed=None,
    ),
]
case = the_case(evidence, [supplier])
posterior = ab.weigh(case)
posterior

# %% [markdown]
# The case as a picture: who says what about which fact, and what nobody has looked at.

# %%
ab.plot_case(case)

# %% [markdown]
# ## What each item does

# %%
ab.plot_weights(case, "mail", "supplier")

# %% [markdown]
# Decibans: ten of them make odds ten times as large. The login speaks for `supplier`, the mail for `mail`. The
# supplier's denial speaks against `supplier`, but little: a denial was to be expected.
#
# ## What the answer hangs on

# %%
ab.plot_tornado(case, most=8)

# %% [markdown]
# ## What would settle it

# %%
ab.expected_information(case)[["information", "probability", "leader", "credence_mail"]].round(3)

# %% [markdown]
# The laboratory's answer is worth more than anything else on the list, and either way it comes out it all but decides
# between the two. Write the case down, so that others can dispute it:

# %%
with TemporaryDirectory() as folder:
    path = Path(folder) / "first_case.yaml"
    ab.dump_case(case, path)
    text = path.read_text()
Markdown(f"```yaml\n{text}```")

# %% [markdown]
# ## What could go wrong
#
# - **The number for "how likely it is" instead of "how likely this would be if".** 0.6 for the login under `supplier`
#   does not say that it was the supplier.
# - **The register used twice.** It made the prior. "It is mostly mail" must not come back as an item.
# - **A catch-all without thought.** `other` has likelihoods, too; set too low, they make it vanish by assumption.
# - **The denial taken at face value, or for nothing.** What counts is how often such a denial would come in either
#   case.

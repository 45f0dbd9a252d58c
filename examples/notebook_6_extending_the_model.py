# %% [markdown]
# # Extending the PyMC model with data of one's own
#
# **One idea: a case is a PyMC model, so measurements with a likelihood of their own can be put beside its items.**
#
# The case is made up, and so is every number. Two extensions: measurements whose distribution depends on the
# hypothesis, and a count that bears on one of the inputs. Each is checked against an answer that is known.

# %%
import logging
import warnings

import arviz as az
import numpy as np
import pandas as pd
import pymc as pm

import attribution_bayes as ab

logging.getLogger("pymc").setLevel(logging.ERROR)  # the remarks of the sampler differ from one machine to the next

case = ab.Case(
    question="Why did the line drop?",
    hypotheses=[
        ab.Hypothesis(name="overload", statement="too much traffic"),
        ab.Hypothesis(name="cable", statement="a damaged cable"),
        ab.Hypothesis(name="other", statement="anything else", catch_all=True),
    ],
    prior={"overload": 0.5, "cable": 0.3, "other": 0.2},
    evidence=[
        ab.Evidence(
            name="peak_hour",
            statement="it was at the peak hour",
            likelihood={"overload": ab.Between(0.5, 0.9), "cable": 0.2, "other": 0.2},
        ),
        ab.Evidence(
            name="digging",
            statement="there were works in the street",
            likelihood={"overload": 0.1, "cable": ab.Beta(4, 4), "other": 0.1},
        ),
    ],
)
ab.weigh(case)

# %% [markdown]
# ## Measurements that depend on the hypothesis
#
# Before the drop, four delays were measured, in milliseconds. Under `overload` they would be long, under `cable` as
# usual, otherwise anything; how long, and how much they vary, are assumptions of whoever states them, with a reason
# and a name.
#
# The log likelihood of the data under each hypothesis, in nats, goes into the model as a potential, together with the
# credences that the model has already. The credence given both is the softmax of the same sum.

# %%
delays = np.array([181.0, 166.0, 172.0, 158.0])
centre, width = np.array([170.0, 140.0, 150.0]), np.array([40.0, 40.0, 70.0])  # of each hypothesis, in order

model = ab.build_model(case)
with model:
    own = pm.logp(pm.Normal.dist(centre, width), delays[:, None]).sum(axis=0)  # dims: hypothesis
    joint = pm.math.log(model["credence"]) + own
    pm.Potential("delays", pm.math.logsumexp(joint))
    pm.Deterministic("credence_given_all", pm.math.softmax(joint), dims="hypothesis")

# %% [markdown]
# ## A count that bears on an input
#
# How often are there works in the street when a cable is damaged? Stated was `Beta(4, 4)`. Somebody looks at the
# archive: of 20 damaged cables 14 had works beside them. That is data about an input, not about this event, and goes
# to the model's variable `assumption`, which has one entry for each uncertain address.

# %%
address = "evidence.digging.likelihood.cable"
place = list(model.coords["address"]).index(address)
with model:
    pm.Binomial("archive", n=20, p=model["assumption"][place], observed=14)
    drawn = pm.sample(500, tune=500, chains=4, random_seed=1, nuts_sampler="pymc", progressbar=False)

_ = az.plot_forest(drawn, var_names=["credence_given_all"], combined=True)

# %% [markdown]
# The credence is the mean of the draws, which the dot is; the lines show how far it would move if the uncertain inputs
# were known.
#
# ## From the draws to a result
#
# `ab.posterior_from_trace` takes the draws through the gate of `ab.weigh(case, method="pymc")`, which gives no credence
# unless R-hat, effective sample sizes, divergences and energy are as they should be. Its result is a posterior like
# any other. Reports and sensitivity are computed from a case, so the posterior has one of its own, which says what was
# added: the input that the archive bears on is a Beta fitted to the draws, and the measurements are an item with
# ratios. A warning says so for each. Draws that this case does not repeat within five Monte-Carlo errors are refused.

# %%
sampling = ab.Sampling(draws=500, tune=500, chains=4, seed=1, nuts_sampler="pymc")
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ab.CaseWarning)  # they are shown below
    posterior = ab.posterior_from_trace(
        case, drawn, sampling=sampling, informed=[address], credence="credence_given_all"
    )
print("Added to the case, or fitted:")
print(*(warning.path for warning in posterior.warnings if warning.code == "W_TRACE"), sep="\n")

# %% [markdown]
# What is shown of a case can be shown of this one. How far each number moves the credence of the leader, the data of
# one's own counted:

# %%
ab.plot_tornado(posterior.case)

# %% [markdown]
# ## Checked against an answer that is known
#
# These two extensions happen to have closed forms, so that the sampled answer can be checked. The measurements depend
# on no uncertain input: their likelihood ratios can be put into the case. A Beta updated by a count is a Beta:
# `Beta(4 + 14, 4 + 6)`.

# %%
density = np.exp(-(((delays[:, None] - centre) / width) ** 2) / 2) / width
ratio = (density / density[:, [2]]).prod(axis=0)
measured = ab.Evidence(
    name="delays",
    statement="four delays were measured",
    likelihood=ab.Ratios(reference="other", ratios={"overload": ratio[0], "cable": ratio[1]}),
)
known = ab.suppose(case, {address: ab.Beta(18, 10)})
exact = ab.weigh(known.model_copy(update={"evidence": [*known.evidence, measured]})).credence
pd.DataFrame(
    {
        "ratio of the measurements to 'other'": dict(zip(case.names, ratio, strict=True)),
        "credence given all, exact": exact.to_pandas(),
        "sampled value within 5 Monte-Carlo errors": (abs(exact - posterior.credence) < 5 * posterior.mcse).to_pandas(),
    }
).round(3)

# %% [markdown]
# What each of the two did:

# %%
ab.weigh_many(
    {
        "the case": case,
        "with the measurements": case.model_copy(update={"evidence": [*case.evidence, measured]}),
        "with the archive": known,
    }
).to_pandas().round(2)

# %% [markdown]
# ## What could go wrong
#
# - **Data used twice.** If the delays were one of the reasons for the likelihoods in the case, they must not come in
#   again.
# - **A likelihood that is not normalised.** A constant that differs between hypotheses shifts the answer. Use log
#   densities that integrate to one, as `pm.logp` gives them.
# - **A model of the measurements that no hypothesis fits.** The credence goes to the least bad. Plot the data against
#   what each hypothesis predicts.
# - **Independent measurements that are not.** Four delays within a second are hardly four. Too small a width makes
#   the data decide everything.
# - **Draws that seldom cross.** A parameter that means something under one hypothesis only can hold a chain there, and
#   the figures of the gate need not show it. Integrate it out: "Data of your own" in the documentation shows how.

# %% [markdown]
# # Two analysts, three weeks
#
# **One idea: why an answer differs, between two people or two dates, is one question, and `difference` answers it in
# shares that add up.**
#
# A file got out. Anna and Ben weigh the same two explanations for three weeks. All numbers are made up.

# %%
import contextlib
import tempfile
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

import attribution_bayes as ab
from attribution_bayes.cli import main

pd.options.display.max_colwidth = None  # what changed in full

hypotheses = [
    ab.Hypothesis(name="leak", statement="Somebody inside passed the file on."),
    ab.Hypothesis(name="hack", statement="Somebody outside took the file.", catch_all=True),
]


def week_one(prior, log_gap, metadata):
    """What an analyst states in the first week: two items, and one that nobody has looked into yet."""
    return ab.Case(
        question="How did the file get out?",
        hypotheses=hypotheses,
        prior={"leak": prior, "hack": 1 - prior},
        evidence=[
            ab.Evidence(name="log_gap", statement="An hour of the log is missing.", likelihood=log_gap),
            ab.Evidence(name="metadata", statement="The metadata were removed.", likelihood=metadata),
            ab.Evidence(
                name="badge",
                statement="A badge was used at night.",
                likelihood={"leak": 0.5, "hack": 0.05},
                observed=None,
            ),
        ],
    )


anna = week_one(0.6, {"leak": 0.3, "hack": 0.2}, {"leak": 0.7, "hack": 0.4})
ben = week_one(0.3, {"leak": 0.1, "hack": 0.6}, {"leak": 0.7, "hack": 0.4})
panel = ab.Panel({"anna": anna, "ben": ben})

# %% [markdown]
# ## Week one: two answers
#
# Anna holds a leak for the better explanation, Ben a hack.

# %%
ab.plot_credences(panel)

# %% [markdown]
# On what do they differ? If both agreed on the missing hour of the log, nearly two thirds of the gap would close. On
# the metadata they agree already.

# %%
ab.disagreement(panel).drop(columns="differs").round(2)

# %% [markdown]
# What should they find out together? One fact is open, and it is expected to bring them nearer each other.

# %%
ab.expected_agreement(panel).round(3)

# %% [markdown]
# ## Week two: the badge was used
#
# The fact comes in. Each of them puts it into the case: `observed=True` in place of `None`.


# %%
def with_badge(case):
    """The case once the badge is known to have been used."""
    *others, badge = case.evidence
    return case.model_copy(update={"evidence": (*others, badge.model_copy(update={"observed": True}))})


week_two = ab.Panel({name: with_badge(case) for name, case in panel.items()})
pd.DataFrame(
    {"week one": ab.pool(panel, "linear")["credence"], "week two": ab.pool(week_two, "linear")["credence"]}
).round(3)

# %%
ab.plot_credences(week_two)

# %% [markdown]
# ## Week three: Ben hears that the log is often incomplete
#
# The administrators say that the log loses an hour every other week, whoever is at work. Ben states the log anew, and a
# new item comes in.

# %%
log_gap, metadata, badge = week_two["ben"].evidence
ben_in_week_three = week_two["ben"].model_copy(
    update={
        "evidence": (
            log_gap.model_copy(update={"likelihood": {"leak": 0.4, "hack": 0.5}}),
            metadata,
            badge,
            ab.Evidence(
                name="offer",
                statement="The file was offered on a forum.",
                likelihood={"leak": 0.1, "hack": 0.3},
            ),
        )
    }
)
changed = ab.difference(ben, ben_in_week_three, target="leak")
changed.drop(columns="mcse").round(2)

# %%
ab.plot_difference(changed)

# %% [markdown]
# The shares add up to the change in Ben's log odds, to the last digit.

# %%
pd.Series({"sum of the shares": changed["share_db"].sum(), "change": changed.attrs["change_db"]}).to_frame(
    "decibans"
).round(6)

# %% [markdown]
# ## The page of what changed
#
# From two files the command `attribution-bayes diff` says the same, and writes a page; here in Markdown. Its exit
# code is 1 where another hypothesis leads, 3 where numbers moved and the same one leads.

# %%
folder = Path(tempfile.mkdtemp())
ab.dump_case(ben, folder / "week_1.yaml")
ab.dump_case(ben_in_week_three, folder / "week_3.yaml")
with contextlib.chdir(folder):
    exit_code = main(["diff", "week_1.yaml", "week_3.yaml", "--page", "diff.md"])
exit_code

# %%
Markdown((folder / "diff.md").read_text(encoding="utf-8"))

# %% [markdown]
# ## What could go wrong
#
# - **Taking the nearer answer for the better one.** That two analysts come together does not make either right.
# - **Editing the old case.** Keep each week's file: without the old one nobody can say what changed.
# - **Adding the new item to one case only.** Then the two no longer weigh the same evidence, and what separates them is
#   partly who has heard of what.
# - **Changing a number after seeing where the answer goes.** `difference` shows that it was changed. It cannot show
#   why: write a reason beside it.

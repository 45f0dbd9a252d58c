# %% [markdown]
# # Who could have planted this
#
# **One idea: traces that all point to one party are worth as much as it is hard for somebody else to plant them; so
# state the false flag, as a common cause with a probability of its own, and see what the answer makes of it.**
#
# The archive of a newspaper was wiped. Three traces point to one group, which has a rival. The case and its groups are
# made up, and all numbers are illustrative.

# %%
import attribution_bayes as ab

traces = {
    "tool": "the tool that wiped the archive has been seen only with the group that is accused",
    "hours": "the intruders kept that group's office hours",
    "note": "a note in the code is in that group's language",
}
case = ab.Case(
    question="Who wiped the archive?",
    hypotheses=[
        ab.Hypothesis(name="accused", statement="the group to which the traces point"),
        ab.Hypothesis(name="rival", statement="its rival, who gains if the group is blamed"),
        ab.Hypothesis(name="other", statement="somebody else", catch_all=True),
    ],
    prior=ab.Odds({"accused": 2, "rival": 2, "other": 1}),
    evidence=[
        ab.Evidence(
            name=name,
            statement=statement,
            likelihood={
                "accused": ab.Between(0.4, 0.8),
                "rival": ab.Between(0.05, 0.25),
                "other": ab.Between(0.05, 0.25),
            },
        )
        for name, statement in traces.items()
    ]
    + [
        ab.Evidence(
            name="motive",
            statement="the newspaper was about to publish on the accused group",
            likelihood={"accused": ab.Between(0.4, 0.8), "rival": ab.Between(0.3, 0.6), "other": ab.Between(0.1, 0.4)},
        ),
    ],
)
genuine = ab.weigh(case)
genuine

# %% [markdown]
# ## As found, the traces decide it
#
# 99 % for the accused group. Each trace is more than four times as likely if that group did it, and three such traces
# multiply, because they were declared independent. They are, if nobody arranged them.
#
# ## The false flag, stated
#
# Whoever wants the group to be blamed leaves all three traces at once. That is one act, so it is one `CommonCause`. It
# has a probability under each hypothesis: the accused group does not frame itself, the rival might, and somebody else
# has less of a reason. Where it holds, each trace has the likelihood stated here in place of its own.

# %%
success = dict.fromkeys(case.names, ab.Between(0.5, 0.95))  # whoever plants a trace mostly succeeds
false_flag = ab.CommonCause(
    name="false_flag",
    statement="the traces were left so that the group would be blamed",
    probability={
        "accused": ab.Impossible("the group does not frame itself"),
        "rival": ab.Between(0.1, 0.5),
        "other": ab.Between(0.01, 0.1),
    },
    likelihood=dict.fromkeys(traces, success),
)
framed = case.model_copy(update={"common_causes": [false_flag]})
ab.plot_case(framed)

# %%
perhaps_planted = ab.weigh(framed)
perhaps_planted

# %%
ab.plot_credences({"as found": genuine, "perhaps planted": perhaps_planted})

# %% [markdown]
# The same traces, and 70 % where it was 99 %. Nothing new was found. What changed is that the case now says who else
# could have left them.
#
# ## How much each trace still adds
#
# In decibans, in the order in which they were found, for the accused group against its rival:

# %%
ab.weight_of_evidence(framed, for_="accused", against="rival")[["weight"]].round(2)

# %% [markdown]
# The first trace adds 2.9 decibans, a factor of two; the second next to nothing; and the third speaks *against* the
# group: by then, one more trace in the row is more to be expected of somebody who arranges them than of somebody who
# leaves them by carelessness.
#
# ## The answer without the false flag, and with one for certain
#
# `structure` drops the cause, and takes it to hold whoever did it.

# %%
structure = ab.structure(framed)
structure[["leader", *(f"credence_{name}" for name in case.names)]].round(3)

# %% [markdown]
# The first two lines are what the two sides of such a dispute tend to say: the traces are genuine, so 99 %; or they are
# planted and say nothing, which leaves prior and motive, and 52 %. The probability of the false flag stands between.
#
# ## What it would take
#
# How likely would a false flag by the rival have to be, before any evidence, for the rival to lead?

# %%
address = "common_cause.false_flag.probability.rival"
ab.plot_response(framed, address)

# %%
flips = ab.flip_points(framed)
flips.loc[[address], ["stated", "flip_at", "distance_db", "new_leader"]].round(3)

# %% [markdown]
# 0.69 where 0.28 was stated, and the range ends at 0.5. Whoever says "the rival" has to hold, without looking at these
# traces, that the rival frames the group in two of three of its attacks. That can be argued about: it is a question
# about earlier attacks.
#
# ## What the evidence says of the false flag itself

# %%
ab.beliefs(framed, groups={"not the accused": ["rival", "other"]}).round(3)

# %% [markdown]
# A false flag has become more probable, from 12 % to nearly 30 %, because all three traces came out as it would have
# made them. It is nearly as probable as that the group did not do it: on these numbers, whoever says that it was
# somebody else says that there was a false flag.

# %% [markdown]
# ## What to look for
#
# A trace that only a false flag leaves tells more than a fourth trace of the group. Backups might show that note and
# tool were added after the wipe: hardly ever if the traces are genuine, often if they were planted. Nobody has looked
# yet, so the item is open, and the common cause gives it a likelihood, too.

# %%
added_later = ab.Evidence(
    name="added_later",
    statement="backups show that note and tool were added after the wipe",
    observed=None,
    likelihood=ab.Same(0.03),
)
often = dict.fromkeys(case.names, ab.Between(0.2, 0.6))
wider = false_flag.model_copy(update={"likelihood": {**false_flag.likelihood, "added_later": often}})
asked = framed.model_copy(update={"evidence": [*case.evidence, added_later], "common_causes": [wider]})
learned = ab.expected_information(asked)
learned[["probability", "leader", *(f"credence_{name}" for name in case.names)]].round(3)

# %% [markdown]
# If they show it, the rival leads with 81 %; if they do not, the accused group is back at 79 %. A fourth trace of the
# group would have done neither.
#
# ## What could go wrong
#
# - **A false flag for everything.** With a likelihood of 0.99 for whatever was found, a cause explains anything, and so
#   nothing. State its probability from how often such things were done, and its success from how hard they are to do.
# - **One probability for all hypotheses.** Then the cause says "these traces may be worthless", as of a contaminated
#   laboratory. A false flag has an author: its probability differs by hypothesis.
# - **Leaving `other` out.** Somebody else may plant traces, too, and may be the one whom nobody thought of.
# - **Signs of planting.** They are items as well; state their likelihood with the cause and without it, as here the
#   last item.
# - **A trace that nobody could plant.** Leave it out of the cause. It then counts in full, whatever the others are
#   worth.

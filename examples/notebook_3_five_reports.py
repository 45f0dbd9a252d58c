# %% [markdown]
# # Five reports from one source
#
# **One idea: a source that is wrong once is likely to be wrong five times, so five of its reports are not five
# witnesses.**
#
# All numbers are made up.

# %%
import pandas as pd

import attribution_bayes as ab

DETAILS = ("uniforms", "vehicles", "language", "insignia", "radio")


def the_case(reports_of, sources):
    """Five details, each two and a half times as likely if it was the army; `reports_of` says who reports each."""
    return ab.Case(
        question="Who held the checkpoint?",
        hypotheses=[
            ab.Hypothesis(name="army", statement="a unit of the army"),
            ab.Hypothesis(name="militia", statement="a militia, or anybody else", catch_all=True),
        ],
        prior={"army": 0.3, "militia": 0.7},
        sources=sources,
        evidence=[
            ab.Evidence(
                name=detail,
                statement=f"the {detail} were those of the army",
                likelihood={"army": 0.75, "militia": 0.3},
                reports=reports_of(detail),
            )
            for detail in DETAILS
        ],
    )


def witness(name):
    return ab.Source(name=name, statement="an eyewitness", reliability=0.7, if_unreliable=0.8)


# %% [markdown]
# ## The same five reports, from one witness and from five
#
# Each witness is reliable with probability 0.7. One that is not says "army" in four cases out of five, whatever was
# there.

# %%
one = the_case(lambda _: [ab.Report(source="driver")], [witness("driver")])
five = the_case(lambda detail: [ab.Report(source=f"witness_{detail}")], [witness(f"witness_{d}") for d in DETAILS])
ab.weigh_many({"five reports by one witness": one, "one report by each of five": five}).to_pandas().round(3)

# %% [markdown]
# With one witness there are two stories: he saw it, and five details fit; or he did not, and would have said it all
# anyway. The second story is worth the same however many details he adds. So what he can add is bounded; and in the
# end he says too much: had he seen it, one of five details would mostly have been another.


# %%
def first(case, count):
    """The case with the first items only."""
    return case.model_copy(update={"evidence": case.evidence[:count]})


growing = {
    name: ab.weigh_many({str(n): first(case, n) for n in range(1, 6)}).sel(hypothesis="army").to_pandas()
    for name, case in {"by one witness": one, "by as many witnesses": five}.items()
}
pd.DataFrame(growing).rename_axis("reports").round(3)

# %% [markdown]
# ## What the mistake would be
#
# `double_counting` weighs any case both ways, source by source, so that the mistake can be seen before somebody else
# points it out.

# %%
ab.double_counting(one)[["reports", "copies", "leader", "mistake_db"]].round(1)

# %% [markdown]
# ## The weights in order: each report given those before it

# %%
ab.plot_weights(one, "army", "militia")

# %% [markdown]
# The first report says most. The later ones say less and less: if the first was made up, so are they. (Items that
# depend on one another stand in a band and bear the same letter.)
#
# ## A copy is not a witness
#
# A newspaper repeats what the driver said. How likely is it that it only repeats? That is a number like any other.


# %%
def with_newspaper(copy_probability):
    def reports(detail):
        heard = ab.Report(source="driver")
        if detail != "uniforms":
            return [heard]
        printed = ab.Report(source="newspaper", copied_from="driver", copy_probability=copy_probability)
        return [heard, printed]

    paper = ab.Source(name="newspaper", statement="a newspaper", reliability=0.8, if_unreliable=0.5)
    return the_case(reports, [witness("driver"), paper])


papers = {f"copied with probability {p}": with_newspaper(p) for p in (0.99, 0.8, 0.4, 0.01)}
ab.weigh_many({"without the newspaper": one, **papers}).to_pandas().round(3)

# %%
ab.plot_case(with_newspaper(0.8))

# %% [markdown]
# ## A contradiction speaks for the witness
#
# An unreliable witness of this kind says "army" to most things. If he once says "not of the army", that is
# informative about what he saw, and about him.

# %%
mixed = the_case(lambda detail: [ab.Report(source="driver", says=detail != "radio", serves=True)], [witness("driver")])
tried = {"five times yes": one, "four times yes, once no": mixed, "four times yes": first(one, 4)}
ab.weigh_many(tried).to_pandas().round(3)

# %% [markdown]
# The detail that he denies speaks against the army, and that he denies it speaks for him, and with him for the four
# that he affirms. Which counts more is a matter of the numbers. With these, four times yes and once no is *more* than
# five times yes.
#
# ## What could go wrong
#
# - **Two names for one source.** Two newspapers with one correspondent are one source. The library believes what is
#   declared.
# - **Sources that share a reason to be wrong.** Two officials of one service are dependent even if neither copies.
#   Make them one source, or give both reports a hidden item that says what the service wants.
# - **Reliability read as a rate of true statements.** It is the probability that what is said depends on the facts. A
#   witness who says "army" to everything is right whenever it was the army.
# - **No `if_unreliable` for a party to the conflict.** What a party says when it does not follow the facts is what
#   serves it; 0.5 is hardly ever the number.

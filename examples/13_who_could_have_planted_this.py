"""One idea: what one act, or one mistake, can put behind several items is a common cause; it counts once."""

import attribution_bayes as ab

traces = {
    "tool": "the tool is one that only the rival has used so far",
    "hours": "the intruders kept the rival's working hours",
    "note": "a note in the code is in the rival's language",
}
case = ab.Case(
    question="Who broke in?",
    hypotheses=[
        ab.Hypothesis(name="rival", statement="the rival, whom the traces point to"),
        ab.Hypothesis(name="other", statement="somebody else", catch_all=True),
    ],
    prior=ab.Odds({"rival": 1, "other": 4}),
    evidence=[
        ab.Evidence(name=name, statement=statement, likelihood={"rival": 0.6, "other": 0.1})
        for name, statement in traces.items()
    ],
)
print(f"Three independent traces: {ab.weigh(case).credence.sel(hypothesis='rival').item():.3f}")

# Somebody else who wants the rival to be blamed leaves all three; the rival has no reason to.
framed = case.model_copy(
    update={
        "common_causes": [
            ab.CommonCause(
                name="false_flag",
                statement="the traces were left to be found",
                probability={"rival": ab.Impossible("nobody frames himself"), "other": ab.Between(0.02, 0.2)},
                likelihood={name: {"rival": 0.9, "other": 0.9} for name in traces},
            )
        ]
    }
)
print(f"Unless they were planted: {ab.weigh(framed).credence.sel(hypothesis='rival').item():.3f}")

# How likely a false flag has to be for the lead to change hands, and the answers with and without one.
flip = ab.flip_points(framed).loc["common_cause.false_flag.probability.other"]
print(f"The two are level where a false flag has probability {flip.flip_at:.3f}")
print(ab.structure(framed)[["leader", "change_db"]].round(2).to_string())

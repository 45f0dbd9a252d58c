"""The words that the report uses."""

from __future__ import annotations

from attribution_bayes.report.render.document import (
    Folded,
    Terms,
    text,
)

GLOSSARY = (
    ("prior", "the probability of a hypothesis before the evidence in this case"),
    ("likelihood", "how likely an item is if a hypothesis is true"),
    ("credence", "the probability of a hypothesis given all the evidence, uncertain numbers averaged out"),
    ("spread", "how far a credence would move if the uncertain numbers became known"),
    ("bounds", "the least and greatest credence with every number anywhere in its plausible range"),
    (
        "plausible range",
        "where a number may be: the central part of what its author stated, or a policy if that was one plain number",
    ),
    ("odds", "a probability over what it leaves to certainty: two thirds are odds of two to one"),
    ("decibans", "odds or ratios on a scale on which steps add up: ten are a factor of ten, three about two"),
    (
        "weight",
        "how many times likelier an item is under one hypothesis than under the others, given the items above it, in "
        "decibans",
    ),
    ("flip", "the nearest value of a number at which another hypothesis would lead, all others held"),
    ("bits", "doubt: one bit is the doubt between two explanations that are equally probable"),
)


def glossary() -> Folded:
    """What the words of the report mean."""
    return Folded(text("Words used here"), "words", (Terms(tuple((word, text(said)) for word, said in GLOSSARY)),))

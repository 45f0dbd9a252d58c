"""Verbal scales: the figures are those cited, and every number gets the right words."""

from __future__ import annotations

import dataclasses
import math
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution_bayes.declare.scales import SCALES, Scale, Term

FIGURES = {
    "icd203-2015": [
        ("almost no chance", ("remote",), 0.01, 0.05),
        ("very unlikely", ("highly improbable",), 0.05, 0.20),
        ("unlikely", ("improbable", "improbably"), 0.20, 0.45),
        ("roughly even chance", ("roughly even odds",), 0.45, 0.55),
        ("likely", ("probable", "probably"), 0.55, 0.80),
        ("very likely", ("highly probable",), 0.80, 0.95),
        ("almost certain", ("almost certainly", "nearly certain"), 0.95, 0.99),
    ],
    "phia-2018": [
        ("remote chance", (), 0.0, 0.05),
        ("highly unlikely", (), 0.10, 0.20),
        ("unlikely", (), 0.25, 0.35),
        ("realistic possibility", (), 0.40, 0.50),
        ("likely", ("probable",), 0.55, 0.75),
        ("highly likely", (), 0.80, 0.90),
        ("almost certain", (), 0.95, 1.0),
    ],
    "enfsi-2015": [
        ("weak support", (), 2.0, 10.0),
        ("moderate support", (), 10.0, 100.0),
        ("moderately strong support", (), 100.0, 1000.0),
        ("strong support", (), 1000.0, 10000.0),
        ("very strong support", (), 10000.0, 1000000.0),
        ("extremely strong support", (), 1000000.0, None),
    ],
    "admiralty-stix-2.1": [
        ("Improbable", ("5",), 0.0, 0.20),
        ("Doubtful", ("4",), 0.20, 0.40),
        ("Possibly True", ("3",), 0.40, 0.60),
        ("Probably True", ("2",), 0.60, 0.80),
        ("Confirmed by other sources", ("1",), 0.80, 1.0),
    ],
}

KINDS = {
    "icd203-2015": "probability",
    "phia-2018": "probability",
    "enfsi-2015": "ratio",
    "admiralty-stix-2.1": "probability",
}

STIX_RANGES = {"5": (0, 19), "4": (20, 39), "3": (40, 59), "2": (60, 79), "1": (80, 100)}
"""Whole numbers on the 0..100 scale, as STIX 2.1 Appendix A prints them."""

every_scale = pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES.keys())
probabilities = st.floats(0.0, 1.0, exclude_min=True, exclude_max=True)
ratios = st.floats(0.0, math.inf)


def values_of(scale: Scale) -> st.SearchStrategy[float]:
    """Values of the scale's kind, its range ends among them."""
    ends = [end for term in scale.terms for end in (term.lower, term.upper) if end is not None]
    return st.one_of(probabilities if scale.kind == "probability" else ratios, st.sampled_from(ends))


def places(scale: Scale) -> list[str]:
    """All words that `describe` may use, lowest first."""
    terms = scale.terms
    words = [f"less than {terms[0].name}"]
    for lower, higher in pairwise(terms):
        words += [lower.name, f"between {lower.name} and {higher.name}"]
    return [*words, terms[-1].name, f"more than {terms[-1].name}"]


def words_by_hand(scale: Scale, value: float) -> str:
    """The same words found another way: by the last range that starts at or under the value."""
    started = [term for term in scale.terms if term.lower <= value]
    if not started:
        return f"less than {scale.terms[0].name}"
    last, topmost = started[-1], len(started) == len(scale.terms)
    if last.upper is None or value < last.upper or (topmost and value == last.upper):
        return last.name
    return f"more than {last.name}" if topmost else f"between {last.name} and {scale.terms[len(started)].name}"


def test_scale_ids() -> None:
    """The library knows exactly these scales, each under its own id."""
    assert list(SCALES) == list(FIGURES)
    assert [scale.id for scale in SCALES.values()] == list(SCALES)


@every_scale
def test_figures(scale: Scale) -> None:
    """Names, synonyms and ranges are the literal figures of the table, in its order."""
    assert [(term.name, term.synonyms, term.lower, term.upper) for term in scale.terms] == FIGURES[scale.id]


@every_scale
def test_kind(scale: Scale) -> None:
    """Only the ENFSI scale is about likelihood ratios."""
    assert scale.kind == KINDS[scale.id]


@every_scale
def test_id_carries_a_version(scale: Scale) -> None:
    """Every id ends in a year or a version number."""
    assert re.search(r"-(\d{4}|\d+\.\d+)$", scale.id)


@every_scale
def test_provenance(scale: Scale) -> None:
    """Every scale says where it comes from and whether the primary document was read."""
    assert scale.title
    assert scale.citation
    assert scale.url.startswith("https://")
    assert scale.checked.startswith(("Checked against ", "Not checked against the primary document"))


@every_scale
def test_order(scale: Scale) -> None:
    """Ranges rise from term to term, have a width and never overlap; only the topmost may be open."""
    for lower, higher in pairwise(scale.terms):
        assert lower.upper is not None
        assert lower.lower < lower.upper <= higher.lower
    top = scale.terms[-1]
    assert top.upper is None or top.lower < top.upper


@every_scale
def test_ranges_are_of_the_kind(scale: Scale) -> None:
    """Probability ranges lie inside 0..1 and are closed; ratio ranges start above 1."""
    for term in scale.terms:
        if scale.kind == "probability":
            assert term.upper is not None
            assert 0.0 <= term.lower < term.upper <= 1.0
        else:
            assert term.lower > 1.0


@every_scale
def test_find_accepts_exactly_the_names(scale: Scale) -> None:
    """Each name and synonym finds its own term, and no two terms share one."""
    assert len(set(scale.names())) == len(scale.names())
    for term in scale.terms:
        for name in (term.name, *term.synonyms):
            assert scale.find(name) is term
            assert name in scale.names()
    assert len(scale.names()) == sum(1 + len(term.synonyms) for term in scale.terms)


def test_names_come_lowest_first() -> None:
    """Names are listed in increasing order, each followed by its synonyms."""
    assert SCALES["icd203-2015"].names()[:4] == (
        "almost no chance",
        "remote",
        "very unlikely",
        "highly improbable",
    )


@pytest.mark.parametrize("name", ["Likely", "likely ", "likly", "like", "unlikelyy", "", "likely / probable"])
def test_find_never_guesses(name: str) -> None:
    """A name that differs by case, a space or a letter finds nothing."""
    assert SCALES["icd203-2015"].find(name) is None


def test_admiralty_six_has_no_range() -> None:
    """Code 6 of the Admiralty scale is no term, and the note says why."""
    scale = SCALES["admiralty-stix-2.1"]
    assert scale.find("6") is None
    assert scale.find("Truth cannot be judged") is None
    assert "Truth cannot be judged" in scale.note


@pytest.mark.parametrize("confidence", range(101))
def test_admiralty_holds_the_published_whole_numbers(confidence: int) -> None:
    """Each whole confidence from 0 to 100 gets the code whose published range holds it."""
    scale = SCALES["admiralty-stix-2.1"]
    (code,) = [code for code, (least, most) in STIX_RANGES.items() if least <= confidence <= most]
    term = scale.find(code)
    assert term is not None
    assert scale.describe(confidence / 100) == term.name


@every_scale
@given(data=st.data())
def test_every_value_gets_words(scale: Scale, data: st.DataObject) -> None:
    """Every value of the scale's kind is described by a term, a gap or an end, found another way too."""
    value = data.draw(values_of(scale))
    words = scale.describe(value)
    assert words in places(scale)
    assert words == words_by_hand(scale, value)


@every_scale
@given(data=st.data())
def test_words_rise_with_the_value(scale: Scale, data: st.DataObject) -> None:
    """A higher value never gets lower words."""
    lower, higher = sorted(data.draw(st.tuples(values_of(scale), values_of(scale))))
    order = places(scale)
    assert order.index(scale.describe(lower)) <= order.index(scale.describe(higher))


@every_scale
def test_lower_end_belongs_to_its_term(scale: Scale) -> None:
    """A range holds its lower end, also where the range below ends there, and nothing just under it."""
    for term in scale.terms:
        assert scale.describe(term.lower) == term.name
        if term.lower > 0.0:
            assert scale.describe(math.nextafter(term.lower, 0.0)) != term.name


@every_scale
def test_upper_end_is_excluded_but_at_the_top(scale: Scale) -> None:
    """A range reaches up to its upper end without holding it; the topmost range holds it."""
    for term in scale.terms[:-1]:
        assert term.upper is not None
        assert scale.describe(math.nextafter(term.upper, 0.0)) == term.name
        assert scale.describe(term.upper) != term.name
    top = scale.terms[-1]
    assert scale.describe(math.inf if top.upper is None else top.upper) == top.name


@pytest.mark.parametrize(
    ("scale_id", "value", "words"),
    [
        ("icd203-2015", 0.2, "unlikely"),
        ("icd203-2015", 0.5, "roughly even chance"),
        ("icd203-2015", 0.99, "almost certain"),
        ("icd203-2015", 0.995, "more than almost certain"),
        ("icd203-2015", 0.005, "less than almost no chance"),
        ("phia-2018", 0.0, "remote chance"),
        ("phia-2018", 0.07, "between remote chance and highly unlikely"),
        ("phia-2018", 0.45, "realistic possibility"),
        ("phia-2018", 0.5, "between realistic possibility and likely"),
        ("phia-2018", 1.0, "almost certain"),
        ("enfsi-2015", 1.5, "less than weak support"),
        ("enfsi-2015", 100.0, "moderately strong support"),
        ("enfsi-2015", 1e9, "extremely strong support"),
        ("admiralty-stix-2.1", 0.195, "Improbable"),
    ],
)
def test_described(scale_id: str, value: float, words: str) -> None:
    """Shared boundaries go to the higher term; gaps and ends are named as such."""
    assert SCALES[scale_id].describe(value) == words


@pytest.mark.parametrize("value", [math.nan, -0.1, 1.1, math.inf])
def test_probability_out_of_range(value: float) -> None:
    """What is no probability is refused, naming the scale and the value."""
    with pytest.raises(ValueError, match=rf"'icd203-2015' describes a probability between 0 and 1; {value!r} was"):
        SCALES["icd203-2015"].describe(value)


@pytest.mark.parametrize("value", [math.nan, -1.0])
def test_ratio_out_of_range(value: float) -> None:
    """What is no likelihood ratio is refused, naming the scale and the value."""
    with pytest.raises(ValueError, match=rf"'enfsi-2015' describes a ratio of at least 0; {value!r} was"):
        SCALES["enfsi-2015"].describe(value)


@every_scale
def test_frozen(scale: Scale) -> None:
    """Neither a scale nor a term can be changed, and both can be keys."""
    for record, field in ((scale, "terms"), (scale.terms[0], "lower")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, field, None)
    assert len({scale, *scale.terms}) == 1 + len(scale.terms)


def test_scales_cannot_be_replaced() -> None:
    """The table of scales is read-only."""
    with pytest.raises(TypeError, match="does not support item assignment"):
        SCALES["icd203-2015"] = SCALES["phia-2018"]  # type: ignore[index]


def test_terms_by_name_only() -> None:
    """A term is stated with named fields, so that two numbers are never swapped unseen."""
    with pytest.raises(TypeError, match="positional"):
        Term("likely", 0.55, 0.80)  # type: ignore[call-arg]

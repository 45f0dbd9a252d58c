"""Results as STIX: bundles that the validator of the standard accepts, and that say what the posterior says."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from stix2validator import ValidationOptions, validate_string

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.scales import SCALES
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.files.stix import CONFIDENCE, MARKINGS, dump_stix, stix_bundle
from crafted import ALWAYS, NEVER, item
from crafted import case as made
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

DAY = date(2024, 3, 22)
CASE = made(
    {"a": 0.2, "b": 0.5, "c": 0.3}, item("x", {"a": 0.9, "b": 0.1, "c": NEVER}), item("y", dict.fromkeys("abc", ALWAYS))
)


def weighed(case: Case) -> Posterior:
    return weigh(case, sampling=Sampling(draws=100))


def of_kind(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in bundle["objects"] if one["type"] == kind]


def assert_valid(bundle: dict[str, Any]) -> None:
    found = validate_string(json.dumps(bundle), ValidationOptions(version="2.1", strict_types=True))
    assert found.is_valid, [result.errors for result in found.object_results]


@settings(REPEATABLE, max_examples=25)
@given(cases())
def test_random_cases_are_valid(case: Case) -> None:
    """The validator of the standard accepts every bundle; a case that excludes every hypothesis has no posterior."""
    try:
        posterior = weighed(case)
    except ContradictionError:
        return
    assert_valid(stix_bundle(posterior, DAY))


@pytest.mark.parametrize("marking", [*MARKINGS, "TLP:CLEAR", "for the commission", None])
def test_markings_and_author(marking: str | None) -> None:
    """Known markings are those of the standard, others are statements; the author has made everything."""
    bundle = stix_bundle(weighed(CASE.model_copy(update={"marking": marking, "author": "A. Analyst"})), DAY)
    assert_valid(bundle)
    author = next(one for one in of_kind(bundle, "identity") if one["name"] == "A. Analyst")
    for one in [*of_kind(bundle, "report"), *of_kind(bundle, "note")]:
        assert one["created_by_ref"] == author["id"]
        assert ("object_marking_refs" in one) == (marking is not None)
    stated = [one["definition"]["statement"] for one in of_kind(bundle, "marking-definition")]
    assert stated == ([] if marking is None or marking in MARKINGS else [marking])


def test_notes() -> None:
    """Each note has the number of its words, and the credence in its text; what is excluded has 0."""
    posterior = weighed(CASE)
    notes = {one["abstract"]: one for one in of_kind(stix_bundle(posterior, DAY), "note")}
    assert {name: note["confidence"] for name, note in notes.items()} == {"a": 70, "b": 30, "c": 0}
    assert notes["a"]["content"] == "it was a. Credence 78 % (likely)."
    assert notes["c"]["content"] == "it was c. Credence 0 % (excluded by assumption)."


def test_confidence_has_every_term() -> None:
    """Each term of the scale has a confidence, in the order of the scale."""
    assert [*CONFIDENCE] == [term.name for term in SCALES["icd203-2015"].terms]
    assert sorted(CONFIDENCE.values()) == [*CONFIDENCE.values()]


@pytest.mark.parametrize(("share", "confidence"), [(1e-9, 5), (1 - 1e-9, 95)])
def test_beyond_the_scale(share: float, confidence: int) -> None:
    """What lies beyond the ends of the scale has the number of its last term: nobody is certain."""
    bundle = stix_bundle(weighed(made({"a": share, "b": 1 - share})), DAY)
    assert of_kind(bundle, "note")[0]["confidence"] == confidence


def test_same_bytes_and_day(tmp_path: Path) -> None:
    """The same posterior gives the same file; its day is that of the case unless another is stated."""
    posterior = weighed(CASE.model_copy(update={"date": DAY}))
    dump_stix(posterior, tmp_path / "a.json")
    dump_stix(posterior, tmp_path / "b.json", published=DAY)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert (
        of_kind(json.loads((tmp_path / "a.json").read_text()), "report")[0]["published"] == "2024-03-22T00:00:00.000Z"
    )


def test_refusals(tmp_path: Path) -> None:
    """A report without a day, an existing file and another ending are refused."""
    with pytest.raises(CaseError, match="E_DATE published"):
        dump_stix(weighed(CASE), tmp_path / "a.json")
    dump_stix(weighed(CASE), tmp_path / "a.json", published=DAY)
    with pytest.raises(CaseError, match="E_EXISTS"):
        dump_stix(weighed(CASE), tmp_path / "a.json", published=DAY)
    with pytest.raises(CaseError, match="E_PATH"):
        dump_stix(weighed(CASE), tmp_path / "a.xml", published=DAY)


def test_an_exercise_says_so() -> None:
    """The description of a case that nobody stands behind says that it is no finding; of another it does not."""
    signed = {"exercise": False, "author": "A. Author", "date": DAY, "prior_basis": ["b"]}
    for case, said in ((CASE, True), (CASE.model_copy(update=signed), False)):
        report = of_kind(stix_bundle(weighed(case), DAY), "report")[0]
        assert report["description"].startswith("An exercise, not a finding. ") is said


def test_condition_is_stated() -> None:
    """Without a catch-all the report says on what condition the credences hold."""
    report = of_kind(stix_bundle(weighed(CASE), DAY), "report")[0]
    assert "given that one of the listed hypotheses is true" in report["description"]

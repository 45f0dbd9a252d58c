"""Every public function says what it was given and what it takes."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import attribution_bayes as ab
from attribution_bayes import arguments
from attribution_bayes.arguments import MAX_WHOLE, expect, listed, one_of, seed_number, shown, whole_number
from attribution_bayes.declare import scales, ways
from attribution_bayes.engine.weigh import METHODS, Method
from attribution_bayes.errors import CaseError
from attribution_bayes.testing import assert_coherent

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: function for name in ab.__all__ if inspect.isfunction(function := getattr(ab, name))
} | {"assert_coherent": assert_coherent}

ADDRESS, OTHER = "evidence.e.likelihood.a", "evidence.e.likelihood.b"
CASE = ab.Case(
    question="Which?",
    hypotheses=[ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b", catch_all=True)],
    prior={"a": 0.5, "b": 0.5},
    evidence=[ab.Evidence(name="e", statement="e", likelihood={"a": ab.Between(0.2, 0.6), "b": 0.1})],
)
POSTERIOR = ab.weigh(CASE, sampling=ab.Sampling(draws=100))


ASIA = Path(__file__).parent / "data" / "networks" / "asia.bif"
POLICY = ab.Policy(name="made-up-1", ranges={"C": 0.6})
TABLE = pd.DataFrame({"weight": [3.0]}, index=pd.Index(["e"], name="item"))
MATRIX = pd.DataFrame({"a": ["C"], "b": ["C"]}, index=["e"])

SHARED = {
    "case": CASE,
    "old": CASE,
    "new": CASE,
    "table": CASE,
    "difference": ab.difference(CASE, CASE),
    "samples": xr.Dataset({ADDRESS: (("matrix", "draw"), np.linspace(0.2, 0.6, 40).reshape(2, 20))}),
    "posterior": POSTERIOR,
    "trace": POSTERIOR.draws,
    "sampling": POSTERIOR.sampling,
    "weighed": POSTERIOR,
    "address": ADDRESS,
    "addresses": [ADDRESS],
    "a": ADDRESS,
    "b": OTHER,
    "hypothesis": "a",
    "n": 8,
    "seed": 0,
    "values": [0.3],
    "changes": {ADDRESS: 0.3},
    "suppositions": {ADDRESS: [0.3]},
    "cases": [CASE],
    "panel": ab.Panel({"one": CASE, "other": CASE}),
    "past": ab.Past.from_ratios({"a": [3.0, 0.5], "b": [0.2]}),
    "method": "linear",
    "matrix": MATRIX,
    "question": "Which?",
    "marks": POLICY,
    "prior": {"a": 0.5, "b": 0.5},
    "numbers": ab.table_from_case(CASE),
}
"""What is right for each parameter without a default."""


OUTPUT = {
    "dump_case": "case.json",
    "save_posterior": "result.nc",
    "dump_stix": "out.json",
    "archive": "out.zip",
    "dump_bif": "out.bif",
}
"""The file that a function writes, where it is not a page."""


def good(name: str, folder: Path) -> dict[str, Any]:
    """Arguments that a function takes."""
    needed = [
        one.name
        for one in inspect.signature(FUNCTIONS[name]).parameters.values()
        if one.default is inspect.Parameter.empty
    ]
    right = {
        **SHARED,
        "method": "linear",
        "path": folder / OUTPUT.get(name, "out.md"),
        **({"table": TABLE} if name in ("to_latex", "to_markdown") else {}),
        **({"path": ASIA, "hypothesis": "lung"} if name == "case_from_bif" else {}),
    }
    return {one: right[one] for one in needed}


WRONG = ["x.yaml", [CASE, CASE], 5, None, 0.5, object(), np.array([0.1, 0.2]), {1: 2}, xr.Dataset(), CASE, POSTERIOR]
"""Things of all kinds; which of them are wrong depends on the parameter."""

TAKEN: dict[str, tuple[type, ...]] = {
    "case": (ab.Case,),
    "matrix": (),
    "question": (str,),
    "marks": (),
    "grades": (type(None),),
    "prior": (),
    "if_unreliable": (type(None),),
    "catch_all": (type(None), xr.Dataset),
    "evidence": (type(None), xr.Dataset),
    "published": (),
    "license": (str, type(None)),
    "sheet": (type(None), str),
    "numbers": (),
    "old": (ab.Case,),
    "new": (ab.Case,),
    "difference": (),
    "by": (type(None),),
    "posterior": (ab.Posterior,),
    "weighed": (ab.Case, ab.Posterior),
    "functions": (),
    "address": (),
    "addresses": (),
    "a": (),
    "b": (),
    "hypothesis": (),
    "changes": (xr.Dataset,),
    "suppositions": (xr.Dataset,),
    "cases": (list,),
    "panel": (),
    "past": (),
    "path": (str,),
    "target": (type(None),),
    "against": (type(None),),
    "for_": (type(None),),
    "threshold": (type(None), float),
    "fitted": (type(None), pd.DataFrame),
    "only": (type(None),),
    "items": (type(None),),
    "groups": (type(None), xr.Dataset),
    "cost": (type(None),),
    "utility": (type(None),),
    "under": (type(None),),
    "at": (np.ndarray,),
    "n": (int,),
    "seed": (int,),
    "most": (int,),
    "method": (),
    "sampling": (type(None),),
    "trace": (),
    "informed": (),
    "credence": (),
    "own": (type(None),),
    "samples": (),
    "table": (ab.Case,),
    "preface": (str,),
    "previous": (ab.Case, ab.Posterior, type(None)),
    "overwrite": (),
    "ax": (type(None),),
    "title": (str, type(None)),
    "legend": (),
    "labels": (type(None), ab.Case),
    "caption": (str,),
    "label": (str,),
}
"""Which of the wrong things are right for a parameter."""

NUMBERS = {"values", "a_values", "b_values"}
"""Parameters that take numbers: what is wrong with these is tested with `what_if`."""

PARAMETERS = [
    (name, parameter)
    for name, function in FUNCTIONS.items()
    for parameter in inspect.signature(function).parameters
    if parameter not in NUMBERS
]


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS, ids=[".".join(pair) for pair in PARAMETERS])
def test_an_argument_of_the_wrong_kind_gets_the_librarys_own_error(name: str, parameter: str, tmp_path: Path) -> None:
    """Whatever the function and the parameter, never a raw error, and never a result."""
    for wrong in WRONG:
        if not isinstance(wrong, TAKEN[parameter]):
            with pytest.raises(CaseError) as caught:
                FUNCTIONS[name](**{**good(name, tmp_path), parameter: wrong})
            assert caught.value.problems
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "parameter"), [pair for pair in PARAMETERS if pair[1] in ("case", "posterior")])
def test_the_error_says_what_makes_the_right_kind(name: str, parameter: str, tmp_path: Path) -> None:
    """A path, a list, a case for a posterior and a posterior for a case: each with the call that is missing."""
    wanted = {"case": ab.Case, "posterior": ab.Posterior}[parameter]
    other = {"case": POSTERIOR, "posterior": CASE}[parameter]
    for wrong in ("x.yaml", [CASE], other, 3):
        with pytest.raises(CaseError) as caught:
            FUNCTIONS[name](**{**good(name, tmp_path), parameter: wrong})
        (problem,) = caught.value.problems
        assert (problem.code, problem.path) == ("E_TYPE", parameter)
        assert problem.message == f"{shown(wrong)} stands where a {wanted.__name__} belongs."
        assert "`" in problem.hint
    assert not list(tmp_path.iterdir())


SEEDS = [-1, True, np.bool_(True), None, 0.0, "3", np.random.default_rng(0), [1, 2], 2**63]


@pytest.mark.parametrize(("name", "parameter"), [pair for pair in PARAMETERS if pair[1] == "seed"])
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: repr(seed)[:12])
def test_a_seed_is_refused_in_the_same_words_everywhere(name: str, parameter: str, seed: Any, tmp_path: Path) -> None:
    """What cannot be repeated is no result: the code, the message and the hint are those of `Sampling`."""
    with pytest.raises(CaseError) as of_sampling:
        ab.Sampling(seed=seed)
    with pytest.raises(CaseError) as caught:
        FUNCTIONS[name](**{**good(name, tmp_path), "seed": seed})
    (problem,), (same,) = caught.value.problems, of_sampling.value.problems
    assert (problem.code, problem.message, problem.hint) == (same.code, same.message, same.hint)
    assert problem.code == "E_SEED"


@pytest.mark.parametrize(("name", "parameter"), [pair for pair in PARAMETERS if pair[1] in ("n", "most")])
@pytest.mark.parametrize("size", [-5, 0, 2.5, True, "3", None, [3], np.array([3, 4]), 2.0], ids=repr)
def test_a_count_is_a_whole_number_everywhere(name: str, parameter: str, size: Any, tmp_path: Path) -> None:
    """Anything else has one code, wherever it is given."""
    with pytest.raises(CaseError, match=f"E_RANGE {parameter}: "):
        FUNCTIONS[name](**{**good(name, tmp_path), parameter: size})


@pytest.mark.parametrize(("name", "parameter"), [pair for pair in PARAMETERS if pair[1] in ("n", "most", "seed")])
def test_whole_numbers_of_numpy_are_whole_numbers(name: str, parameter: str, tmp_path: Path) -> None:
    """They give the result of the number of Python, and the result says that number."""
    given = good(name, tmp_path)
    plain, numpys = (FUNCTIONS[name](**{**given, parameter: kind(64)}) for kind in (int, np.int64))
    if isinstance(plain, pd.DataFrame):
        pd.testing.assert_frame_equal(plain, numpys)
        assert repr(plain.attrs) == repr(numpys.attrs)


def test_a_sampling_of_numpys_numbers_can_be_saved(tmp_path: Path) -> None:
    """It holds numbers of Python, which every file can."""
    ab.save_posterior(ab.weigh(CASE, sampling=ab.Sampling(draws=np.int64(100), seed=np.int32(3))), tmp_path / "a.nc")  # type: ignore[arg-type]
    assert ab.load_posterior(tmp_path / "a.nc").sampling == ab.Sampling(draws=100, seed=3)


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        (POSTERIOR, "Give its case: `posterior.case`."),
        ("x.yaml", "Read the file first: `ab.load_case(path)`."),
        ("x.nc", "Read the file first: `ab.load_posterior(path).case`."),
        (Path("x.yaml"), "Read the file first: `ab.load_case(path)`."),
        ([CASE], "Give one case, such as `cases[0]`."),
        (3, "Make one with `ab.Case(...)`, or read one with `ab.load_case(path)`."),
    ],
)
def test_the_hint_is_that_of_the_mistake(given: Any, hint: str) -> None:
    """Each of the usual mistakes has its own way out."""
    with pytest.raises(CaseError) as caught:
        expect(given, ab.Case, "case")
    assert caught.value.problems[0].hint == hint


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("c.yaml", "Read and weigh the case first: `ab.weigh(ab.load_case(path))`."),
        (Path("c.yml"), "Read and weigh the case first: `ab.weigh(ab.load_case(path))`."),
        ("c.JSON", "Read and weigh the case first: `ab.weigh(ab.load_case(path))`."),
        ("c.nc", "Read the file first: `ab.load_posterior(path)`."),
        ("c", "Read the file first: `ab.load_posterior(path)`."),
    ],
)
def test_the_ending_of_a_path_says_what_makes_a_posterior_of_it(given: Any, hint: str) -> None:
    """A case file has to be read and weighed, a result only read."""
    with pytest.raises(CaseError) as caught:
        ab.audit(given)
    assert caught.value.problems[0].hint == hint


def test_swapped_arguments_are_told_apart(tmp_path: Path) -> None:
    """Where the path comes first, the message says that it comes second, and nothing is written."""
    swapped: list[tuple[Callable[..., None], str, Any, str]] = [
        (ab.report, "x.html", POSTERIOR, "posterior"),
        (ab.save_posterior, "y.nc", POSTERIOR, "posterior"),
        (ab.dump_case, "z.yaml", CASE, "case"),
    ]
    for function, name, thing, field in swapped:
        for path in (tmp_path / name, str(tmp_path / name)):
            with pytest.raises(CaseError, match=f"E_TYPE {field}: .* the path comes second") as caught:
                function(path, thing)
            assert f"`({field}, path)`" in caught.value.problems[0].hint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        (CASE, "It is a case already"),
        (POSTERIOR, "It is a posterior already"),
        ({"question": "q"}, r"`ab.Case\(...\)`"),
        (123, "name of a file in quotes"),
    ],
)
def test_what_is_no_path_is_told_what_it_is(given: Any, hint: str) -> None:
    """What reads a file says that it wants a path, and what is done with the thing that it was given."""
    for read in (ab.load_case, ab.load_posterior):
        with pytest.raises(CaseError, match=f"E_TYPE path: .* stands where a path belongs.*{hint}"):
            read(given)


def test_many_are_weighed_by_another_function() -> None:
    """Only where a list can be taken elsewhere does the hint say where."""
    with pytest.raises(CaseError, match=r"such as `cases\[0\]`\. `ab\.weigh_many\(cases\)` weighs many\."):
        ab.weigh([CASE])  # type: ignore[arg-type]


def test_every_hint_names_calls_that_there_are() -> None:
    """What a hint says to call can be called."""
    for hints in arguments.FROM.values():
        assert "" in hints
        for hint in hints.values():
            for called in [part.split("(")[0] for part in hint.split("ab.")[1:]]:
                assert called in ab.__all__


def test_values_are_shown_and_objects_are_named() -> None:
    """A message repeats a value, and of an object only its kind: to print it may take long."""
    assert shown("x") == "'x'"
    assert shown(2.5) == "2.5"
    assert shown(None) == "None"
    assert shown(Path("a")) == repr(Path("a"))
    assert shown([1, 2]) == "an object of the type list"


def test_what_is_right_is_given_back() -> None:
    """As a number of Python, up to the largest that there is."""
    for number in (seed_number(np.uint64(MAX_WHOLE)), whole_number(np.int16(3), "n", least=3)):
        assert type(number) is int
    assert seed_number(0) == 0
    with pytest.raises(CaseError, match="E_SEED seed"):
        seed_number(MAX_WHOLE + 1)
    with pytest.raises(CaseError, match=r"E_SAMPLER n: 2 is not allowed\. Give a whole number from 3 on"):
        whole_number(2, "n", least=3, code="E_SAMPLER")
    with pytest.raises(CaseError, match="E_RANGE n"):
        whole_number(MAX_WHOLE + 1, "n", least=3)


def test_a_word_is_one_of_those_that_there_are() -> None:
    """Another gets the nearest; what is no word gets the same error."""
    one_of("exact", ("exact", "pymc"), "method", "E_METHOD")
    with pytest.raises(CaseError, match=r"E_METHOD method: there is no method 'exakt'\. Did you mean 'exact'"):
        one_of("exakt", ("exact", "pymc"), "method", "E_METHOD")
    with pytest.raises(CaseError, match="E_TYPE method: an object of the type list stands where a text"):
        one_of(["exact"], ("exact", "pymc"), "method", "E_METHOD")


def test_names_are_listed() -> None:
    """Any list of texts, also one that can be read only once; one text, and a list of anything else, are refused."""
    assert listed(("e", "f"), "items") == ["e", "f"] == listed(iter("ef"), "items")
    for wrong in ("ef", b"ef", {"e": 1}, ["e", 1], 3):
        with pytest.raises(CaseError, match=r'E_TYPE items: .* a list of names belongs\. Write `\["NAME"\]`'):
            listed(wrong, "items")


def test_editors_are_told_the_words_that_are_allowed() -> None:
    """The types of parameters name exactly what is accepted."""
    assert typing.get_args(Method.__value__) == METHODS
    about = typing.get_args(scales.ProbabilityScale.__value__)
    assert {*about} == {scale.id for scale in scales.SCALES.values() if scale.kind == "probability"}
    assert {*about, "enfsi-2015"} == {*scales.SCALES}
    assert "ScaleId" in str(ways.Words.__annotations__["scale"])


def test_an_array_of_no_dimensions_is_no_list_of_names() -> None:
    """It can be asked for its members, and has none: the library says so, and not NumPy."""
    with pytest.raises(CaseError, match=r"E_TYPE only: .* stands where a list of names belongs"):
        listed(np.array("prior.a"), "only")

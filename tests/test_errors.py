"""What each error says, what it carries, and that it can be sent from one process to another."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable

import pytest
import xarray as xr

from attribution_bayes import errors
from attribution_bayes.errors import (
    MAX_COMPARED,
    MAX_LISTED_PROBLEMS,
    MAX_NAMED,
    MAX_QUOTED_CHARACTERS,
    MAX_SHOWN_PATH,
    AttributionBayesError,
    CaseError,
    CaseWarning,
    ContradictionError,
    ConvergenceError,
    IntegrityError,
    Problem,
    TooLargeError,
    in_file,
    named,
    nearest,
    quoted,
    refusal,
    text,
)

DRAWS = xr.DataTree.from_dict({"posterior": xr.Dataset({"credence": ("hypothesis", [0.25, 0.75])})})
CONNECTED = {"component": "e+f", "items": ("e", "f"), "sources": ("s", "t")}
ERRORS = [
    (
        lambda: refusal("E_RANGE", "prior.a", "2.0 is not a probability.", position=(3, 5)),
        "1 problem:\n  line 3, column 5: E_RANGE prior.a: 2.0 is not a probability.",
    ),
    (
        lambda: CaseError([Problem(code="E_X", message="m.", hint="Mend it."), Problem(code="E_Y", message="n.")]),
        "2 problems:\n  E_X m. Mend it.\n  E_Y n.",
    ),
    (
        lambda: ContradictionError({"a": ("e", "f"), "b": ("prior",)}),
        "every hypothesis is excluded: 'a' by e, f; 'b' by prior. At least one `Impossible` or `Certain` here is "
        "wrong, or an explanation is missing from the hypotheses.",
    ),
    (
        lambda: TooLargeError(**CONNECTED, worlds=2**21, limit=2**20),  # type: ignore[arg-type]
        "component 'e+f' does not fit: summing out its hidden states takes a table of 2,097,152 entries per "
        "hypothesis, the limit is 1,048,576. It connects the items e, f and the sources s, t. Declare fewer parents "
        "or sources per item, or observe some of them.",
    ),
    (
        lambda: TooLargeError(component="e", items=("e",), sources=(), worlds=10, limit=5),
        "component 'e' does not fit: summing out its hidden states takes a table of 10 entries per hypothesis, the "
        "limit is 5. It connects the items e. Declare fewer parents or sources per item, or observe some of them.",
    ),
    (
        lambda: ConvergenceError(["3 divergences", "4 draws are not finite"], DRAWS),
        "the draws did not pass the convergence gate, so no credence is given: 3 divergences; 4 draws are not finite. "
        "The draws are in the error's `draws`. More tuning and draws may help; method='exact' needs neither.",
    ),
    (lambda: IntegrityError(["a is not b", "c is missing"]), "E_INTEGRITY: a is not b; c is missing."),
    (lambda: IntegrityError(["schema 9"], code="E_SCHEMA_NEWER"), "E_SCHEMA_NEWER: schema 9."),
    (lambda: CaseWarning(Problem(code="W_X", path="evidence.e", message="m.")), "W_X evidence.e: m."),
]


@pytest.mark.parametrize(("make", "expected"), ERRORS, ids=range(len(ERRORS)))
def test_an_error_says_what_is_wrong_and_survives_being_sent(make: Callable[[], Exception], expected: str) -> None:
    """Its text names what it carries, a debugger shows all of that, and a copy from another process has it."""
    error = make()
    copy = pickle.loads(pickle.dumps(error))
    assert str(error) == expected
    assert all(repr(value) in repr(error) for value in vars(error).values())
    assert (type(copy), str(copy)) == (type(error), str(error))
    assert {name: str(value) for name, value in vars(copy).items()} == {
        name: str(value) for name, value in vars(error).items()
    }


def test_an_error_carries_what_it_was_given() -> None:
    """Under the names that its docstring gives."""
    stopped = ConvergenceError(["3 divergences"], DRAWS)
    assert (stopped.failures, stopped.draws) == (("3 divergences",), DRAWS)
    assert IntegrityError(["a"]).code == "E_INTEGRITY"
    assert IntegrityError(["a"], code="E_SCHEMA_NEWER").code == "E_SCHEMA_NEWER"
    too_large = TooLargeError(**CONNECTED, worlds=3, limit=2)  # type: ignore[arg-type]
    assert vars(too_large) == CONNECTED | {"worlds": 3, "limit": 2, "where": ""}
    assert vars(too_large.in_case("cases[7]")) == CONNECTED | {"worlds": 3, "limit": 2, "where": "cases[7]"}
    assert refusal("E_X", "a", "m.").problems == (Problem(code="E_X", path="a", message="m."),)


def test_the_tree_is_as_drawn() -> None:
    """The docstring of the module draws every class, and each below the class that it is."""
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert drawn[0] == "AttributionBayesError"
    assert drawn[1:-1] == [kind.__name__ for kind in AttributionBayesError.__subclasses__()]
    assert drawn[-1] == CaseWarning.__name__
    assert issubclass(CaseError, ValueError)
    assert issubclass(CaseWarning, UserWarning)


def test_differences_beyond_a_hundred_are_counted() -> None:
    """The text of a damaged file's error has an end, and the error holds them all."""
    differences = [f"variable {n} differs" for n in range(MAX_LISTED_PROBLEMS + 30)]
    error = IntegrityError(differences)
    assert str(error).endswith(f"variable {MAX_LISTED_PROBLEMS - 1} differs; and 30 more.")
    assert error.differences == tuple(differences)


def test_a_warning_says_what_its_problem_says() -> None:
    """It carries the problem."""
    problem = Problem(code="W_VACUOUS_ITEM", path="evidence.e", message="it tells nothing.", hint="Leave it out.")
    assert str(CaseWarning(problem)) == "W_VACUOUS_ITEM evidence.e: it tells nothing. Leave it out."
    assert CaseWarning(problem).problem is problem


def test_a_hint_is_made_for_the_problems_that_are_listed() -> None:
    """Of a name that does not exist the nearest is looked for a hundred times; the rest keeps the hint it has."""
    one = Problem(code="E_X", path="a", message="m.", hint="Mend it.", meant=("alfa", ["alpha"]))
    problems = CaseError([one] * (MAX_LISTED_PROBLEMS + 2)).problems
    assert [problem.hint for problem in problems[-3:]] == ["Did you mean 'alpha'?", "Mend it.", "Mend it."]
    assert {problem.meant for problem in problems} == {None}
    (far,) = CaseError([Problem(code="E_X", message="m.", hint="Mend it.", meant=("alfa", []))]).problems
    assert (far.hint, far.meant) == ("Mend it.", None)


def test_a_text_is_cut_where_it_is_too_long() -> None:
    """One that just fits is whole, and what is cut off has no influence on what is shown."""
    fits = "x" * (MAX_QUOTED_CHARACTERS - 2)
    assert quoted(fits) == f"'{fits}'"
    assert quoted(f"{fits}x") == f"'{fits[:-2]}..."
    assert quoted("x" * 90 + "'") == quoted("x" * 90)


def test_a_path_is_shown_for_longer_than_other_texts() -> None:
    """One of several long names is whole; one without end is not."""
    whole = ".".join(["x" * 64] * 5)
    assert str(Problem(code="E_X", path=whole, message="m.")) == f"E_X {whole}: m."
    assert len(str(Problem(code="E_X", path="x" * 10**6, message="m."))) < MAX_SHOWN_PATH + 10


def test_few_names_are_listed_and_the_nearest_is_sought_among_many() -> None:
    """Twelve are few; beyond a thousand none is looked at."""
    twelve = [f"n{i}" for i in range(MAX_NAMED)]
    assert named(twelve) == ", ".join(f"'{name}'" for name in twelve)
    assert named([*twelve, "n"]) == f"{named(twelve)} and 1 more"
    assert nearest("zzzzz", twelve) == f"Allowed: {', '.join(twelve)}."
    assert nearest("zzzzz", [*twelve, "n"]) == ""
    many = [f"n{i}" for i in range(MAX_COMPARED)]
    assert nearest("alfa", [*many[1:], "alpha"]) == "Did you mean 'alpha'?"
    assert nearest("alfa", [*many, "alpha"]) == ""


def test_a_text_has_a_second_reading_for_files_which_is_sent_with_it() -> None:
    """Python's values read as they stand in a file, in any text that has them as parts, and in a copy of it."""
    said = text("either ", quoted(True), " or ", named([None, 2.0]), "; ", quoted("True"))
    for copied in (said, pickle.loads(pickle.dumps(said)), copy.deepcopy(said)):
        assert copied == "either True or None, 2.0; 'True'"
        assert in_file(copied) == "either true or null, 2; 'True'"
    assert in_file("None") == "None"


def test_no_case_error_without_a_problem() -> None:
    """An error that says nothing cannot be made."""
    with pytest.raises(ValueError, match="at least one problem"):
        CaseError([])

"""What each error says, what it carries, and that it can be sent from one process to another."""

from __future__ import annotations

import pickle
import re

import pytest
import xarray as xr

from attribution_bayes import errors
from attribution_bayes.errors import (
    MAX_LISTED_PROBLEMS,
    AttributionBayesError,
    CaseError,
    CaseWarning,
    ContradictionError,
    ConvergenceError,
    IntegrityError,
    Problem,
    TooLargeError,
    refusal,
)

DRAWS = xr.DataTree.from_dict({"posterior": xr.Dataset({"credence": ("hypothesis", [0.25, 0.75])})})
TOO_LARGE = TooLargeError(component="e+f", items=("e", "f"), sources=("s", "t"), worlds=2**21, limit=2**20)
ERRORS = [
    (refusal("E_RANGE", "prior.a", "2.0 is not a probability.", position=(3, 5)), "line 3, column 5: E_RANGE prior.a:"),
    (ContradictionError({"a": ("e", "f"), "b": ("prior",)}), "'a' by e, f; 'b' by prior. At least one `Impossible`"),
    (TOO_LARGE, "a table of 2,097,152 entries per hypothesis, the limit is 1,048,576. It connects the items e, f and "
     "the sources s, t. Declare fewer"),
    (TooLargeError(component="e", items=("e",), sources=(), worlds=10, limit=5), "It connects the items e. Declare"),
    (ConvergenceError(["3 divergences", "4 draws are not finite"], DRAWS), "3 divergences; 4 draws are not finite. T"),
    (IntegrityError(["a is not b", "c is missing"]), "E_INTEGRITY: a is not b; c is missing."),
    (IntegrityError(["schema 9"], code="E_SCHEMA_NEWER"), "E_SCHEMA_NEWER: schema 9."),
]  # fmt: skip


@pytest.mark.parametrize(("error", "expected"), ERRORS, ids=lambda value: type(value).__name__)
def test_an_error_says_what_is_wrong_and_survives_being_sent(error: AttributionBayesError, expected: str) -> None:
    """Its text names what it carries, and a copy from another process has all of it."""
    copy = pickle.loads(pickle.dumps(error))
    assert expected in str(error)
    assert (type(copy), str(copy)) == (type(error), str(error))
    assert {name: str(value) for name, value in vars(copy).items()} == {
        name: str(value) for name, value in vars(error).items()
    }


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

"""What can be a name, as a glance at many texts tells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from attribution_bayes.declare.naming import _are_distinct, _are_names, bad_name
from attribution_bayes.declare.parts import MAX_NAME

LETTERS = st.sampled_from("aZ09_ .\n\u00e9\u0661\u212a")
NAMES = st.text(LETTERS, max_size=4) | st.sampled_from(["a" * MAX_NAME, "a" * (MAX_NAME + 1), "true", "False"])


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_a_glance_at_names_tells_what_a_look_at_each_does(names: list[str]) -> None:
    """A glance passes texts, all together, if each can be a name and no two differ in capital letters alone."""
    sound = not any(problem for name in names for problem in bad_name(name, ""))
    different = len({name.casefold() for name in names}) == len(names)
    assert (_are_names(names) and _are_distinct(names)) is (sound and different)

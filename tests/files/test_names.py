"""Names made of free text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution_bayes.files.names import Named, is_name, made_name, read_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("insider", Named("insider", "insider")),
        ("insider: it was an insider", Named("insider", "it was an insider")),
        ("Logs were wiped!", Named("logs_were_wiped", "Logs were wiped!", "Logs were wiped!")),
        ("2nd visit", Named("n_2nd_visit", "2nd visit", "2nd visit")),
        ("true", Named("n_true", "true", "true")),
        ("x" * 70, Named("x" * 64, "x" * 70)),
        ("insider:", Named("insider", "insider:", "insider:")),
    ],
)
def test_read_name(text: str, name: Named) -> None:
    """A name stays, free text gets one and stays as label and statement, and both may be stated."""
    assert read_name(text) == name


@given(st.text("aZ9_ é-:", min_size=1).filter(lambda text: any(sign.isalnum() for sign in text)))
def test_made_names_are_names(text: str) -> None:
    """Whatever has a letter or a digit gets a name that a part can have, which gets itself."""
    assert is_name(made_name(text))
    assert made_name(made_name(text)) == made_name(text)

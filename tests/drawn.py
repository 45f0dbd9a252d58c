"""Random cases for tests that were written before rows stated once, errors and common causes, and are not put to them.

A test that holds of these too takes `cases` from `attribution_bayes.testing`, as the laws of probability do.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from attribution_bayes import testing
from attribution_bayes.declare.case import Case

LATER = {"same": False, "errors": False, "common_causes": False}


def cases(**switches: Any) -> st.SearchStrategy[Case]:
    """As `attribution_bayes.testing.cases`, with these parts only where they are asked for."""
    return testing.cases(**(LATER | switches))

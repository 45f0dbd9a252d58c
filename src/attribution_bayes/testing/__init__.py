"""Hypothesis strategies for cases, and a check that a posterior is coherent, for your own property tests.

Import this module explicitly; it needs the package ``hypothesis``. Suppose that a function of yours collects the
evidence items that nobody has observed yet. A property test can run it on any case:

>>> from hypothesis import given, settings
>>> def still_open(case):
...     return [item.name for item in case.evidence if item.observed is None and not item.reports]
>>> @settings(max_examples=20, deadline=None)
... @given(cases(hidden=False))
... def without_hidden_items_nothing_is_open(case):
...     assert still_open(case) == []
>>> without_hidden_items_nothing_is_open()

Use `assert_coherent` to test anything that makes a `Posterior` from a case; its docstring has an example.
"""

from attribution_bayes.engine.coherence import assert_coherent
from attribution_bayes.testing.case import cases
from attribution_bayes.testing.ways import priors, probabilities

__all__ = ["assert_coherent", "cases", "priors", "probabilities"]

"""How random cases are drawn in tests that must give the same result each time."""

from unittest import mock

from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers

NO_CONSTANTS = providers.Constants()
mock.patch.object(providers, "_get_local_constants", return_value=NO_CONSTANTS).start()
"""Hypothesis draws constants from the modules that happen to be loaded, which the order of the tests decides."""

REPEATABLE = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

FILTERED = settings(REPEATABLE, suppress_health_check=list(HealthCheck))
"""The same for laws of a kind of case that most random cases are not of."""

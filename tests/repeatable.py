"""How random cases are drawn in tests that must give the same result each time."""

from hypothesis import HealthCheck, Phase, settings

REPEATABLE = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

FILTERED = settings(REPEATABLE, suppress_health_check=list(HealthCheck))
"""The same for laws of a kind of case that most random cases are not of."""

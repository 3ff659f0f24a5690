"""Hypothesis chooses the same examples in every run, however slow the machine is just now.

Without this a test failed where the first examples took over a second, or one over 200 ms, beside others; and a new
example would fail whoever changed something else. `linli soak fuzz` looks for new ones.
"""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "linli", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("linli")

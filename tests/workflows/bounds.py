"""How much is played at random: the same plays in every run of the suite; with `make soak` new ones, many and longer."""

import os

from hypothesis import HealthCheck, settings

SOAK = "TORITSUGI_SOAK"
"""How many plays of each kind are soaked; without it the suite plays its own."""
LONGER = 3


def bounded(plays: int, steps: int) -> settings:
    """So many plays of so many acts, always the same; soaked, as many as are asked for, each of another beginning."""
    asked = int(os.environ.get(SOAK, "0"))
    return settings(
        max_examples=asked or plays,
        stateful_step_count=steps * LONGER if asked else steps,
        derandomize=not asked,
        print_blob=bool(asked),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )

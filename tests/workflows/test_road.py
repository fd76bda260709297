"""The road as a whole: whatever people try, in whatever order, nobody is lost and nothing is lodged twice."""

from hypothesis import HealthCheck, settings

from tests.workflows.played import PlayedRoad

TestPlayedRoad = PlayedRoad.TestCase
TestPlayedRoad.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

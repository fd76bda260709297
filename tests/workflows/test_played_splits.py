"""Groups that are split while everything else goes on: each person is in exactly one application at every moment."""

from hypothesis import HealthCheck, settings

from tests.workflows.played_splits import PlayedSplits

TestPlayedSplits = PlayedSplits.TestCase
TestPlayedSplits.settings = settings(
    max_examples=50,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

"""Groups that are split while everything else goes on: each person is in exactly one application at every moment."""

from tests.workflows.bounds import bounded
from tests.workflows.played_splits import PlayedSplits

TestPlayedSplits = PlayedSplits.TestCase
TestPlayedSplits.settings = bounded(50, 30)

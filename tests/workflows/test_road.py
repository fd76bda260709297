"""The road as a whole: whatever people try, in whatever order, nobody is lost and nothing is lodged twice."""

from tests.workflows.bounds import bounded
from tests.workflows.played import PlayedRoad

TestPlayedRoad = PlayedRoad.TestCase
TestPlayedRoad.settings = bounded(60, 30)

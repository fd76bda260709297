"""`make demo`: every story of the sample day arrives; one that does not is told, and the others go on."""

from dataclasses import dataclass, replace

import pytest

from infra.dev.demo.__main__ import play
from infra.dev.demo.day import STORIES, People, Story, Tell, extension_permitted
from tests.journeys.office import Office

WALKED_BY_A_TEST_OF_ITS_OWN = extension_permitted


@dataclass(frozen=True)
class Played:
    """What became of the day: its exit code, and the numbers of its applications by title."""

    code: int
    numbers: dict[str, str]


def ends_as(number: str, results: dict[str, int]) -> Story:
    """A story whose application has ended before."""
    return Story("終了済み", "Ended before", lambda people, tell: number, results)


def is_refused(people: People, tell: Tell) -> str:
    return str(people.client.get("/v1/applications/T26-00000000")["number"])


@pytest.fixture(scope="module")
def played(office: Office) -> Played:
    numbers: dict[str, str] = {}

    def noted(story: Story) -> Story:
        def run(people: People, tell: Tell) -> str:
            numbers[story.title_en] = story.run(people, tell)
            return numbers[story.title_en]

        return replace(story, run=run)

    stories = [noted(story) for story in STORIES if story.run is not WALKED_BY_A_TEST_OF_ITS_OWN]
    return Played(play(office.desk.place, stories), numbers)


def test_every_story_is_of_several_persons() -> None:
    assert {story.title_en for story in STORIES if sum(story.results.values()) < 2} == set()


def test_every_story_of_the_day_arrives_where_it_should(played: Played) -> None:
    assert played.code == 0
    assert len(played.numbers) == len(STORIES) - 1


def test_a_wrong_end_is_told_and_the_other_stories_go_on(
    office: Office, played: Played, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = STORIES[-1]
    number, results = played.numbers[ended.title_en], dict(ended.results)
    stories = [
        Story("断られる", "Refused", is_refused, {"permitted": 1}),
        ends_as(number, results | {"permitted": 2}),
        ends_as(number, results),
    ]

    code = play(office.desk.place, stories)

    printed = capsys.readouterr().out
    assert (code, printed.count("×"), printed.count("○")) == (1, 2, 1)
    assert "not_found" in printed
    assert "1 of 3" in printed

"""Whatever is written and whatever happens: the engine refuses or decides, and its state stays whole."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop.definition import Compiled
from tests.sop.engine_stories import Story, definition
from tests.sop.owner_stories import OwnedStory

CHANCE = st.randoms(use_true_random=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANCE)
def test_any_story_of_any_definition_leaves_the_state_whole(chance: Random) -> None:
    story = Story(definition(chance), chance)

    for _ in range(30):
        story.go_on()

    story.wind_up()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANCE)
def test_any_story_of_a_shipped_definition_leaves_the_state_whole(library: dict[str, Compiled], chance: Random) -> None:
    story = Story(library[chance.choice([name for name in sorted(library) if ".sop." in name])], chance)

    for _ in range(40):
        story.go_on()

    story.wind_up()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANCE)
def test_whatever_happens_to_an_open_ticket_somebody_answers_for_it(chance: Random) -> None:
    story = OwnedStory.of(chance)
    story.look()

    for _ in range(10):
        for _ in range(4):
            story.go_on()
        story.look()

    story.wind_up()

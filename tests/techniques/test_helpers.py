"""Helpers of steps: found by a map, whoever brings them, and told to each audience as the helper says."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from techniques import content_schema, helper_registry, room_log, room_updates
from techniques.helper_registry import Helper, take_number
from techniques.models import RoomEvent
from techniques.room_visibility import Audience
from tests.techniques.conftest import NOW, inside


def _see(state, viewer):
    """Its own words for each audience; the state itself is a secret."""
    return SimpleNamespace(asked=SimpleNamespace(in_words=f"Words from above for the {viewer.audience}"))


# What an app above would bring: no line of ``techniques`` knows it.
FROM_ABOVE = Helper(
    key="from-above",
    read=lambda stages: {stage.pk: "overruled-by-the-consultant" for stage in stages},
    see=_see,
    drawing="techniques/helpers/consent_outcome.html",
    tell=lambda seen: seen.asked.in_words,
)
HELPERS = {"from-above": "tests.techniques.test_helpers.FROM_ABOVE"}


@pytest.fixture
def helped(room, settings):
    settings.HELPERS = "tests.techniques.test_helpers.HELPERS"
    room.stages.filter(key="happened").update(takes="from-above")
    return room


def test_every_word_in_a_script_names_a_helper_and_every_helper_is_there():
    words = {stage.takes for technique in content_schema.read().techniques for stage in technique.stages}
    registered = helper_registry.registered()
    assert words - {""} == set(registered)
    assert all(helper.key == word for word, helper in registered.items())


def test_a_helper_of_an_app_above_is_drawn_everywhere(helped, enter, as_, farah, reza):
    pages = {
        Audience.PARTICIPANT: enter(helped).get(reverse("join_room", args=[helped.code])),
        Audience.FACILITATOR: as_(farah).get(inside("session_room", helped)),
        Audience.SCREEN: as_(reza).get(inside("session_screen", helped)),
    }
    for audience, page in pages.items():
        assert f"Words from above for the {audience}" in page.content.decode()
        assert "overruled" not in page.content.decode()


@pytest.mark.parametrize(("kind", "told"), [("helper", 3), ("helper_desk", 2)])
def test_an_event_is_told_with_what_each_audience_may_see(helped, kind, told):
    stage = helped.stages.get(key="happened")
    room_log.append_event(room_log.lock_session(helped), RoomEvent.Kind(kind), stage.pk, at=NOW)
    heard = []
    for audience in Audience:
        page = room_updates.updates_since(helped.pk, 0, audience, at=NOW)
        heard += [piece.values for piece in page.pieces if piece.values["kind"] == "helper"]
        assert "overruled" not in str(heard)
    assert len(heard) == told
    assert all(piece["stage"] == "happened" for piece in heard)


def test_a_word_that_names_no_helper_draws_nothing(room, enter):
    room.stages.filter(key="happened").update(takes="gone")
    assert helper_registry.helper_of("gone") is None
    assert enter(room, "Kim").get(reverse("join_room", args=[room.code])).status_code == 200


@pytest.mark.parametrize("typed", ["", "eleven", "-1", "1.5", "9999999999", "٣"])
def test_what_is_no_small_number_is_refused(typed):
    with pytest.raises(Refusal):
        take_number("value")(typed)

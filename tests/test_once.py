"""Sending once: every form that makes something, sent, reached by Back and sent again, makes one thing."""

import hmac
import re
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from communities.models import Post
from kmportal.lib.days import long_day
from kmportal.lib.exceptions import Refusal
from lessons.actions import review
from lessons.models import ImportRun, Lesson
from organisations import once
from organisations.models import Group, Invitation, Membership, Person, SentForm
from people.models import Profile
from roadmap.forms import EMPTY
from selfassessment.models import Decision
from techniques.models import Session
from tests.acts import ODD as WHO
from tests.acts import _check
from tests.cast import as_member
from tests.test_doors import CLASS_OF, patterns
from tests.test_models import OURS

DAY = long_day(timezone.localdate() + timedelta(days=9))
LATER = long_day(timezone.localdate() + timedelta(days=400))
TECHNIQUE = "?technique=after-action-review"


def _file(words: str = "title,lesson\nAsk late,Ask pharmacy late\n") -> SimpleUploadedFile:
    return SimpleUploadedFile("late.csv", words.encode(), "text/csv")


def _listed() -> list[int]:
    """Cara’s profile: somebody else to ask."""
    return list(Profile.objects.exclude(listed_at=None).values_list("pk", flat=True)[:1])


def _three() -> list[int]:
    """Members of a set."""
    emails = [f"{name}@riverside.example" for name in ("cara", "reza", "sam")]
    return list(Person.objects.filter(email__in=emails).values_list("pk", flat=True))


# Address → who, what they fill in, and what comes after the address. ``once`` and the key come from the page.
MAKING = {
    "action_new": ("cara", {"title": "Ask the porters"}, ""),
    "intervention_action_new": ("cara", {"title": "Ask the porters"}, ""),
    "lesson_action_new": ("lena", {"title": "Ask the porters"}, ""),
    "session_action_new": ("cara", {"title": "Ask the porters"}, ""),
    "lesson_quote_new": ("cara", {"text": "It works.", "signed": "A nurse", "agreed_on": "yesterday"}, ""),
    "session_quote_new": ("cara", {"text": "It works.", "signed": "A nurse", "agreed_on": "yesterday"}, ""),
    "programme_new": ("lena", {"name": "Second", "starts_on": DAY, "ends_on": LATER, "starter": EMPTY}, ""),
    "intervention_new": (
        "lena", {"title": "Walks", "step": "2", "kind": "quick-win", "effort": "quick"}, "",
    ),
    "session_new": (
        "farah",
        {
            "title": "Next", "length": "short", "starts_at_day": DAY, "starts_at_time": "14:00", "place_kind": "room",
            "facilitator": "farah",
        },
        TECHNIQUE,
    ),
    "assessment_new": (
        "farah",
        {
            "title": "Another", "capacity": "organisation", "anonymous": "yes", "facilitator": "farah",
            "closes_on": DAY, "results_at_day": DAY, "results_at_time": "14:00",
        },
        "",
    ),
    "lesson_new": (
        "cara",
        {
            "happened": "It came late.", "then_do": "ask", "then": "send", "title": "Ask",
            "share_with": "organisation", "kind": "lesson",
        },
        "",
    ),
    "decision_new": ("farah", {"becomes": "action", "words": "Ask them", "owner": "farah", "until": DAY}, ""),
    "decision_reject": ("farah", {"reason": "No time"}, ""),
    "invitation_new": ("ada", {"email": "new@x.example", "role": "reader"}, ""),
    "invitation_many": ("ada", {"addresses": "a@x.example, b@x.example", "role": "reader"}, ""),
    "group_new": ("ada", {"name": "Night staff", "kind": "team"}, ""),
    "import_list": ("farah", {"file": _file}, ""),
    "community_new": ("cara", {"name": "Trolleys", "question": "Which door do they leave by?", "access": "open"}, ""),
    "kickoff_new": ("farah", {"title": "What is stuck?", "form": "page"}, ""),
    "problem_new": ("farah", {"line": "Nobody knows the rota"}, ""),
    "topic_begin": (
        "cara", {"name": "Keys", "question": "Which door is it?", "access": "open", "facilitator": "cara"}, ""
    ),
    "problem_begin": (
        "cara", {"name": "Locks", "question": "Which bell is it?", "access": "open", "facilitator": "cara"}, ""
    ),
    "thread_new": ("farah", {"kind": "question", "title": "Who knows?", "text": "I do not.", "reach": "group"}, ""),
    "pin_new": ("cara", {"kind": "link", "title": "Rota", "url": "https://rota.example/"}, ""),
    "story_new": ("cara", {"title": "Ten", "used": "At ten", "reach": "group", "sureness": "told"}, ""),
    "meeting_new": (
        "cara", {"title": "Cases", "repeats": "once", "first_on": DAY, "clock": "14:00", "minutes": "60"}, "",
    ),
    "follow_new": ("reza", {"name": "All of them", "how": "digest"}, ""),
    "saved_list_new": ("cara", {"name": "Keys"}, "?q=keys"),
    "work_new": ("cara", {"title": "Open the day clinic", "text": "Beds and keys"}, ""),
    "asset_new": ("cara", {"title": "Keys", "share_with": "organisation"}, ""),
    "risk_new": ("farah", {"title": "Old boiler", "matter": "3", "loss": "3"}, ""),
    "risk_holder_new": ("farah", {"name": "The night porter"}, ""),
    "asset_part_new": ("cara", {"kind": "link", "title": "Rota", "url": "https://rota.example/"}, ""),
    "learning_set_new": (
        "farah",
        {
            "name": "Night sisters", "people": _three, "starts_at_day": DAY, "starts_at_time": "10:00",
            "meetings": "4", "weeks": "5", "length": "short",
        },
        "",
    ),
    "own_action_new": ("cara", {"text": "Ask for a mentor"}, ""),
    "trial_new": (
        "farah",
        {"title": "Tea", "rule": "random", "weeks": "6", "pairs_on": DAY, "coordinator": "farah"},
        "",
    ),
    "enquiry_new": ("farah", {"line": "Who keeps the keys?", "people": _listed}, ""),
}  # fmt: skip
COUNTED = [model for model in OURS if model is not SentForm]


def hidden_of(page: str) -> dict[str, str]:
    found = {}
    for tag in re.findall(r"<input [^>]*>", page):
        if 'type="hidden"' in tag and "csrf" not in tag:
            name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
            if name:
                found[name[1]] = value[1] if value else ""
    return found


def counts() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in COUNTED}


def filled(world, typed: dict) -> dict:
    people = world.people
    return {
        name: value() if callable(value) else (people[value].pk if value in people else value)
        for name, value in typed.items()
    }


def test_every_form_that_makes_something_is_walked():
    making = {name for name in CLASS_OF if name.endswith("_new")}
    # Nobody signs in at a poster: tests/lessons/test_posters.py sends it twice.
    assert making <= set(MAKING) | {"assessment_new", "left_new"}
    assert WHO


def address_of(world, name: str) -> str:
    route = next(route for found, route, _ in patterns() if found == name)
    things = world.things
    if name == "lesson_action_new":
        lesson = Lesson.objects.get(pk=things.claimed.pk)
        checked = review.validate_lesson(
            lesson, by=as_member(world.people["farah"]), at=timezone.now(), **_check(world)
        )
        return reverse(name, args=["riverside", checked.pk])
    if name == "session_action_new":
        Session.objects.filter(pk=things.session.pk).update(state="closed", code="")
        return reverse(name, args=["riverside", things.session.pk])
    return world.address(name, route)


@pytest.mark.parametrize("name", MAKING)
def test_sent_again_it_makes_one_thing(name, world, as_):
    who, typed, query = MAKING[name]
    url, browser = address_of(world, name) + query, as_(world.people[who])
    page = browser.get(url)
    assert page.status_code == 200
    hidden, before = hidden_of(page.text), counts()
    first = browser.post(url, {**hidden, **filled(world, typed)})
    assert first.status_code == 302, re.findall(r"govuk-error-message.{0,300}", first.text, re.DOTALL)[:3]
    after = counts()
    assert after != before
    again = browser.post(url, {**hidden, **filled(world, typed)})
    assert (again.status_code, again.url) == (302, first.url)
    assert counts() == after


@pytest.mark.parametrize("name", ["action_new", "intervention_new", "session_new", "community_new", "thread_new"])
def test_gone_back_to_and_written_anew_it_makes_another(name, world, as_):
    who, typed, query = MAKING[name]
    url, browser = address_of(world, name) + query, as_(world.people[who])
    hidden = hidden_of(browser.get(url).text)
    words = filled(world, typed)
    field = "name" if "name" in words else "title"
    rows = []
    for text in (words[field], "Quite another matter"):
        before = counts()
        sent = {**hidden, **words, field: text}
        answer = browser.post(url, sent)
        if answer.status_code != 302:  # shown those that are alike first
            answer = browser.post(url, {**sent, **hidden_of(answer.text)})
        assert answer.status_code == 302
        assert counts() != before
        rows.append(answer.url)
    assert rows[0] != rows[1] or name == "action_new"


def test_another_answer_is_another_post(world, cara, as_):
    url, browser = address_of(world, "thread_detail"), as_(cara)
    hidden = hidden_of(browser.get(url).text)
    for text in ("Ask pharmacy", "Ask pharmacy", "Ask pharmacy, and transport"):
        browser.post(url, {**hidden, "text": text})
    assert Post.objects.filter(text__startswith="Ask pharmacy").count() == 2


def test_other_words_are_another_form(world, ada, as_):
    url, browser = reverse("group_new", args=["riverside"]), as_(ada)
    hidden = hidden_of(browser.get(url).text)
    for name in ("Night staff", "Day staff"):
        assert browser.post(url, {**hidden, "name": name, "kind": "team"}).status_code == 302
    assert Group.objects.filter(name__in=["Night staff", "Day staff"]).count() == 2


def test_what_is_kept_of_a_form_does_not_say_what_was_in_it(world, cara, as_, rf):
    """Beside a line that is kept without a name, a hash that anybody can make of it would say whose form it was."""
    url, key = reverse("action_new", args=["riverside"]), uuid4()
    said = {"title": "Ask the porters"}
    assert as_(cara).post(url, {**said, "form_key": str(key)}).status_code == 302
    row, request = SentForm.objects.get(), rf.post(url, said)
    assert row.fingerprint == once._fingerprint(request, key), "nothing is tried"
    assert key not in (row.key, UUID(row.fingerprint[:32]))
    guessed = repr((url, [("title", ["Ask the porters"])], [])).encode()
    keys = [row.key.bytes, str(row.key).encode(), b""]
    assert row.fingerprint not in {hmac.new(one, guessed, sha256).hexdigest() for one in keys}
    assert row.fingerprint != sha256(guessed).hexdigest()
    SentForm.objects.update(at=timezone.now() - timedelta(days=3))
    call_command("forget_moments")
    assert not SentForm.objects.exists()


def test_a_form_with_mistakes_is_not_remembered(world, ada, as_):
    url, browser = reverse("invitation_new", args=["riverside"]), as_(ada)
    key = {"form_key": str(uuid4())}
    assert browser.post(url, {**key, "email": "no address", "role": "reader"}).status_code == 422
    assert not SentForm.objects.exists()
    assert browser.post(url, {**key, "email": "new@x.example", "role": "reader"}).status_code == 302
    assert Invitation.objects.filter(email="new@x.example").count() == 1


def test_another_file_of_the_same_name_and_size_is_another_form(world, farah, as_):
    url, browser = reverse("import_list", args=["riverside"]), as_(farah)
    key = {"form_key": str(uuid4())}
    before = ImportRun.objects.count()
    for words in ("title,lesson\nAsk late,Ask pharmacy late\n", "title,lesson\nAsk late,Ask pharmacy bate\n"):
        assert browser.post(url, {**key, "file": _file(words)}).status_code == 302
    assert ImportRun.objects.count() == before + 2


def test_what_was_refused_may_be_tried_again(world, ada, cara, as_, monkeypatch):
    hers = Membership.objects.get(person=cara, organisation=world.riverside)
    url, browser, key = reverse("person_suspend", args=["riverside", hers.pk]), as_(ada), {"form_key": str(uuid4())}

    def refuse(*args, **options):
        raise Refusal("Not while she leads a meeting.")

    with monkeypatch.context() as patched:
        patched.setattr("organisations.actions.suspend_member", refuse)
        assert "Not while she leads" in browser.post(url, key, follow=True).text
    assert browser.post(url, key, follow=True).status_code == 200
    assert Membership.objects.get(pk=hers.pk).suspended_at


def test_a_key_is_its_owners_alone_and_a_broken_one_is_none(world, cara, farah, as_):
    url = reverse("action_new", args=["riverside"])
    words = {"title": "Ask the porters", "form_key": str(uuid4())}
    for person in (cara, farah):
        as_(person).post(url, words)
    assert Action.objects.filter(title="Ask the porters").count() == 2
    assert as_(cara).post(url, {"title": "Broken key", "form_key": "x"}).status_code == 302
    assert not Decision.objects.exists()

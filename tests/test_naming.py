"""Words about people: wherever somebody types about others they are asked once, decide, and lose nothing."""

import re

import pytest
from django import forms
from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from kmportal.lib import naming
from kmportal.lib.forms import LineField
from kmportal.lib.naming import AboutPeople
from selfassessment.models import Answer
from techniques.actions.room import stages
from techniques.models import Note, Stage
from tests.cast import as_member
from tests.markup import tidy
from tests.test_names import FORMS

BAD = "Ask Sister Mary Smith"
# Text that is not about people, by form and field; or that is looked at elsewhere, and where.
EXEMPT = {
    "LessonForm.tags", "CheckForm.tags",  # words to file under
    "LessonForm.contact", "CheckForm.contact",  # a name belongs there
    "LessonRowForm.title", "LessonRowForm.when_you", "LessonRowForm.then_do", "LessonRowForm.stage",  # at sending
    "NoteForm.text", "NoteForm.stage", "NoteForm.column",  # a quiet hint beside the note
    "ActionRowForm.detail", "SummaryForm.known", "CodeForm.code",
    "UploadForm.source", "ReadingForm.source", "ReadingForm.group_name",  # what a file is called
    "AddressesForm.addresses", "InviteForm.addresses",
    "_ProgrammeWords.vision", "_ProgrammeWords.mission", "_ProgrammeWords.ambition", "_ProgrammeWords.name",
    "ProgrammeForm.vision", "ProgrammeForm.mission", "ProgrammeForm.ambition", "ProgrammeForm.name",
    "ProgrammeEditForm.vision", "ProgrammeEditForm.mission", "ProgrammeEditForm.ambition", "ProgrammeEditForm.name",
    "SessionForm.place", "RoundForm.results_place",
    "_InterventionWords.title", "_InterventionWords.summary", "_InterventionWords.output",  # its two heirs ask
    "LessonForm.incident_number",
    "ActionRowForm.mark", "LessonRowForm.mark", "CommunityForm.sister",  # what the page knows, not typed
    "CommunityForm.name", "CommunityEditForm.name", "FinderForm.q", "ProfileForm.how_to_ask", "ProfileForm.site",
    "ProfileForm.languages",
}  # fmt: skip
NAMES = {"guest_name", "name"}  # somebody’s own, or that of whom one gives something to
OF_THE_ACCOUNT = ("kmportal.lib.account_forms", "organisations.forms", "kmportal.lib.samples")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_text_about_others_is_looked_at(form):
    if form.__module__.startswith(OF_THE_ACCOUNT):
        return
    about = set(getattr(form, "about_people", ()))
    for name, field in form.base_fields.items():
        if type(field) in (forms.CharField, LineField) and name not in NAMES | about:
            assert f"{form.__name__}.{name}" in EXEMPT, f"{form.__name__}.{name}"
    assert about <= set(form.base_fields)
    assert not about or issubclass(form, AboutPeople)


def box_of(page, field: str) -> tuple[str, str]:
    """The name and the value of the box with which one keeps a field as it is."""
    found = re.search(rf'<input [^>]*id="{field}-keep" name="([^"]+)" value="([^"]+)"', tidy(page.content.decode()))
    assert found
    return found[1], found[2]


class Sample(AboutPeople, forms.Form):
    about_people = ("words",)
    words = forms.CharField(required=False)
    number = forms.IntegerField()


def test_what_was_found_is_said_and_kept_only_as_it_was_found():
    form = Sample({"words": BAD, "number": "3"})
    assert form.errors["words"] == [
        "“Sister Mary Smith” looks like somebody’s name. Change it, or tick the box to keep it"
    ]
    keep = form["words"].keep
    assert not Sample({"words": BAD, "number": "3", keep.name: keep.value}).errors
    other = Sample({"words": "Ask Nurse Ann Lee", "number": "3", keep.name: keep.value})
    assert "Ann Lee" in str(other.errors["words"])
    assert not Sample({"words": "Ask the night staff", "number": "3"}).errors
    assert not Sample({"words": BAD, "number": "3"}, initial={"words": BAD}).errors  # it was asked about before
    ticked = Sample({"words": BAD, "number": "x", keep.name: keep.value})
    assert (list(ticked.errors), ticked["words"].keep.is_ticked) == (["number"], True)


def test_names_are_known_for_the_request_alone():
    with naming.names_known(lambda: ["Ann Lee"]):
        assert [hint.words for hint in naming.hints_in("Ask ann lee or Ann Lee")] == ["Ann Lee"]
    assert naming.hints_in("Ask Ann Lee") == []


def test_an_action_that_names_a_colleague_is_kept_when_its_author_says_so(cara, lena, riverside, as_):
    browser, url = as_(cara), reverse("action_new", args=["riverside"])
    words = {"title": f"Ask {lena.name} for the list", "detail": "Kept as typed", "owner": str(cara.pk)}
    page = browser.post(url, words)
    assert page.status_code == 422
    text = page.content.decode()
    assert f"“{lena.name}” looks like the name of somebody who works here" in text
    assert "Kept as typed" in text
    name, value = box_of(page, "id_title")
    assert not Action.objects.exists()
    assert browser.post(url, {**words, name: value}).status_code == 302
    assert Action.objects.get().title == words["title"]


def test_ones_own_name_is_nobody_elses(cara, riverside, as_):
    words = {"title": f"{cara.name} asks pharmacy", "owner": str(cara.pk)}
    assert as_(cara).post(reverse("action_new", args=["riverside"]), words).status_code == 302


def test_a_comment_is_saved_and_asked_about_once(world, cara, as_):
    browser = as_(cara)
    start = reverse("assessment_answer", args=["riverside", world.things.round_open.pk])
    url = reverse("assessment_question", args=["riverside", world.things.round_open.pk, 1])
    browser.post(start)
    words = {"now": "2", "wanted": "4", "version": "0", "comment": f"{BAD} of ward 4"}
    page = browser.post(url, words)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Your answer is saved." in text
    assert "“Sister Mary Smith” looks like somebody’s name." in text
    assert Answer.objects.filter(comment=words["comment"]).exists()
    name, value = box_of(page, "id_comment")
    version = re.search(r'name="version" value="(\d+)"', tidy(text))[1]
    assert version != "0"
    again = {**words, "version": version, name: value}
    assert browser.post(url, again).status_code == 302
    version = str(Answer.objects.get(comment=words["comment"]).version)
    said = browser.post(url, {**again, name: "", "version": version}, headers={"accept": "application/json"}).json()
    assert said["kept"] == {name: value}
    assert "Sister Mary Smith" in said["hint"]


def test_a_note_in_a_room_is_saved_with_a_quiet_word_to_its_writer_alone(world, farah, cara, as_):
    session = world.things.room
    stage = next(one for one in session.stages.all() if one.column_keys and one.writes == Stage.Writes.EVERYONE)
    stages.go_to_stage(session, by=as_member(farah), at=timezone.now(), stage=stage)
    browser = as_(cara)
    browser.post(reverse("session_join", args=["riverside", session.pk]))
    column = stage.column_keys[0]
    sent = browser.post(
        reverse("join_note", args=[session.code]),
        {"stage": stage.key, "column": column, "text": f"{BAD} 943 476 5919", "client_id": "0" * 31 + "1"},
        headers={"accept": "application/json"},
    )
    assert sent.status_code == 200
    assert Note.objects.count() == 1
    assert "looks like an NHS number" in sent.json()["html"]
    shown = as_(farah).get(reverse("session_room", args=["riverside", session.pk]))
    assert "looks like" not in shown.content.decode()

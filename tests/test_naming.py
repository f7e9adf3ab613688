"""Words about people: wherever somebody types about others they are asked once, decide, and lose nothing."""

import inspect
import re

import pytest
from django import forms
from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers

import actionplan.api
import lessons.api
import roadmap.api
import search.api
from actionplan.models import Action
from kmportal.lib import naming
from kmportal.lib.api import AboutPeople as AboutPeopleSent
from kmportal.lib.forms import LineField
from kmportal.lib.naming import AboutPeople
from selfassessment.models import Answer
from techniques.actions.room import stages
from techniques.models import Note, Stage
from tests.cast import as_member
from tests.markup import tidy
from tests.test_api import Program, token_for
from tests.test_names import FORMS

BAD = "Ask Sister Mary Smith"
# Text that is not about people, by form and field; or that is looked at elsewhere, and where.
EXEMPT = {
    "SetForm.name", "SetForm.place", "SetMeetingForm.place",
    "OwnActionForm.text", "OwnActionForm.became",  # for the writer’s own eyes
    "LessonForm.tags", "CheckForm.tags",  # words to file under
    "LessonForm.contact", "CheckForm.contact", "AskExpertForm.whom",  # a name belongs there
    "SavedListForm.name", "MeaningForm.short", "MeaningForm.long",  # one’s own, and words of the organisation
    "SupersedeForm.number", "SendSafelyForm.code",  # of a lesson, and of its receipt
    "LessonRowForm.title", "LessonRowForm.when_you", "LessonRowForm.then_do", "LessonRowForm.stage",  # at sending
    "NoteForm.promised_by", "SummaryForm.seen", "SummaryForm.drawn",  # who does it, and which words were read
    "NoteForm.text", "NoteForm.stage", "NoteForm.column",  # a quiet hint beside the note
    "ActionRowForm.detail", "SummaryForm.known", "CodeForm.code",
    "UploadForm.source", "ReadingForm.source", "ReadingForm.group_name",  # what a file is called
    "AddressesForm.addresses", "InviteForm.addresses",
    "_ProgrammeWords.vision", "_ProgrammeWords.mission", "_ProgrammeWords.ambition",
    "_ProgrammeWords.name",  # its two heirs ask
    "MeetingForm.place", "MeetingEditForm.place", "MeetingDayForm.place",
    "SessionForm.place", "RoundForm.results_place",
    "_InterventionWords.title", "_InterventionWords.summary", "_InterventionWords.output",  # its two heirs ask
    "LessonForm.incident_number",
    "ActionRowForm.mark", "LessonRowForm.mark", "CommunityForm.sister",  # what the page knows, not typed
    "FoundForm.sister",
    "CommunityForm.name", "CommunityEditForm.name", "FoundForm.name", "KickOffForm.place", "ReviewSessionForm.place",
    "FinderForm.q", "ProfileForm.how_to_ask", "ProfileForm.site",
    "ProfileForm.languages",
    "LeaveForm.website",  # for machines: nobody sees it
    "QuoteForm.signed", "AgreeForm.signed",  # a name belongs there
    "LoadForm.pasted", "UploadForm.pasted",  # a table, looked at when it is read
    "LessonFilesForm.telling",  # asked by its fields_about_people, with those of the files
    "TrialForm.title", "TrialForm.first_joiners", "TrialForm.place",  # names belong there
    "JoinForm.team", "JoinForm.site", "JoinForm.needs",  # of oneself
}  # fmt: skip
NAMES = {"guest_name", "name"}  # somebody’s own, or that of whom one gives something to
OF_THE_ACCOUNT = ("kmportal.lib.account_forms", "organisations.forms", "kmportal.lib.samples")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_text_about_others_is_looked_at(form):
    if form.__module__.startswith(OF_THE_ACCOUNT):
        return
    about, fields = set(getattr(form, "about_people", ())), getattr(form, "base_fields", {})  # of a mixin: none
    for name, field in fields.items():
        if type(field) in (forms.CharField, LineField) and name not in NAMES | about:
            assert f"{form.__name__}.{name}" in EXEMPT, f"{form.__name__}.{name}"
    assert about <= set(fields)
    assert not about or issubclass(form, AboutPeople)


# What a program sends that is not about people, or may name somebody on purpose.
SENT_BY_PROGRAMS = {"guest_name", "contact", "process", "keep"}


def serializers_that_take_input() -> list[type[serializers.Serializer]]:
    """Those that some view set hands to ``wanted``, read from the source, so that a new one is met."""
    found = []
    for module in (actionplan.api, lessons.api, roadmap.api, search.api):
        names = set(re.findall(r"wanted\((\w+Serializer)|_moved\(\S+, (\w+Serializer)", inspect.getsource(module)))
        found += [getattr(module, name) for pair in names for name in pair if name]
    return found


def test_every_text_that_a_program_may_send_about_others_is_looked_at():
    met = serializers_that_take_input()
    assert len(met) > 10
    for serializer in met:
        about = set(serializer.about_people)
        texts = {name for name, field in serializer().get_fields().items() if type(field) is serializers.CharField}
        assert texts - SENT_BY_PROGRAMS <= about, serializer.__name__
        assert about <= set(serializer().get_fields())
        assert issubclass(serializer, AboutPeopleSent)


def test_a_program_that_names_somebody_is_refused_until_it_keeps_what_was_found(cara, lena, world):
    program = Program(token_for(cara))
    words = {"title": f"Ask {lena.name} for the list", "detail": BAD}
    before = Action.objects.count()
    answer = program.post("actions/", **words)
    assert answer.status_code == 422
    said = answer.json()
    assert said["detail"] == "Some of what was sent may show who somebody is."
    assert set(said["errors"]) == {"title", "detail"}
    assert "“Sister Mary Smith” looks like somebody’s name." in said["errors"]["detail"][0]
    assert (
        program.post("actions/", **{**words, "detail": f"{BAD} or Nurse Ann Lee", "keep": said["keep"]}).status_code
        == 422
    )
    assert Action.objects.count() == before
    made = program.post("actions/", **words, keep=said["keep"])
    assert made.status_code == 201
    assert made.json()["title"] == words["title"]
    # Its own words stay: only what is new is asked about.
    url = f"actions/{made.json()['id']}/reword/"
    assert program.post(url, **{**words, "detail": "Other"}, seen=made.json()["version"]).status_code == 200


def test_a_program_writes_lessons_and_the_plan_as_pages_do(cara, lena, world):
    program, things = Program(token_for(cara)), world.things
    draft = program.post("lessons/", title="Two lists", happened=BAD)
    assert (draft.status_code, list(draft.json()["errors"])) == (422, ["happened"])
    assert program.post("lessons/", title="Two lists", happened=BAD, keep=draft.json()["keep"]).status_code == 201
    lead = Program(token_for(lena))
    row = things.intervention
    sent = lead.patch(f"interventions/{row.pk}/", summary=BAD, seen=row.version)
    assert (sent.status_code, list(sent.json()["errors"])) == (422, ["summary"])


@pytest.mark.parametrize("name", ["vision", "mission", "ambition"])
def test_the_words_of_a_programme_are_asked_about_and_kept(name, world, lena, as_):
    url = reverse("programme_edit", args=["riverside", world.things.programme.pk])
    browser = as_(lena)
    form = browser.get(url).context["form"]
    words = {key: value for key in form.fields if (value := form[key].value()) is not None} | {name: BAD}
    page = browser.post(url, words)
    assert page.status_code == 422
    assert "“Sister Mary Smith” looks like somebody’s name." in page.text
    box, value = box_of(page, f"id_{name}")
    assert browser.post(url, {**words, box: value}).status_code == 302


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

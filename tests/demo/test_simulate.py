"""The demo: loaded once and only there, believable, and its numbers agree on every page."""

from collections import Counter
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings as portal
from django.core.management import CommandError, call_command
from django.db.models import DateTimeField, Max, Model
from django.http import QueryDict
from django.urls import resolve, reverse
from django.utils import timezone

from actionplan.models import Action, Reminder
from demo import simulate
from demo.management.commands import load_demo
from jobs.models import Job, Mail
from lessons import quality
from lessons.models import ImportRun, Lesson, LessonEvent, Saving, State
from notifications.models import DailyMail, Notice
from organisations.demo import DEMO_PASSWORD, DEMO_PEOPLE
from organisations.models import AuditEntry, Membership, Organisation, Person
from roadmap.models import Intervention, InterventionChange, Programme
from search import index
from search.everything import everything
from selfassessment.models import Assessment
from selfassessment.reports import build, turnout
from techniques.models import Note, Participant, Session
from tests.shares import fewer_on_postgresql

# In one process, which loads the demo once: tests/together.py.
pytestmark = pytest.mark.usefixtures("demo")
RIVERSIDE = [person.key for person in DEMO_PEOPLE if person.organisation == "riverside"]


@pytest.fixture
def page(demo, as_):
    """``page("lena", "home")``: what that person gets, in their own organisation."""

    def get(key: str, name: str, *args: object, **query: str):
        person = demo.world.people[key]
        slug = person.email.split("@")[1].split(".")[0]
        answer = as_(person).get(reverse(name, args=[slug, *args]), query)
        assert answer.status_code == 200, (key, name)
        return answer

    return get


def member(demo, key: str) -> Membership:
    return Membership.objects.select_related("organisation", "person").filter(person=demo.world.people[key])[0]


def say(**options: object) -> str:
    out = StringIO()
    call_command("load_demo", stdout=out, **options)
    return out.getvalue()


def census() -> Counter[str]:
    return Counter(
        {
            model._meta.label: model._base_manager.count()
            for label in portal.LOCAL_APPS
            for model in apps.get_app_config(label).get_models()
        }
    )


# --- Loading -----------------------------------------------------------------------------------------------------


def test_a_second_run_changes_nothing_and_says_so(settings):
    settings.DEMO = True
    before = census()
    assert say() == "The demo is loaded already. Nothing was changed.\n"
    assert census() == before


def test_it_is_refused_outside_the_demo(settings, monkeypatch):
    settings.DEMO = False
    monkeypatch.setattr(simulate, "load", pytest.fail)
    with pytest.raises(CommandError, match="This is not the demo"):
        say()
    assert "loaded already" in say(force=True)


def test_it_asks_for_the_content_first(settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setattr(simulate, "is_loaded", lambda: False)
    monkeypatch.setattr(simulate, "load", pytest.fail)
    monkeypatch.setattr(load_demo.Framework.objects, "exists", lambda: False)
    with pytest.raises(CommandError, match="load_content"):
        say()


def test_everybody_on_the_sign_in_page_is_there(demo, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", *settings.PASSWORD_HASHERS]
    for cast in DEMO_PEOPLE:
        person = Person.objects.get(email=cast.email)
        assert (person.name, person.check_password(DEMO_PASSWORD)) == (cast.name, True)
        current = Membership.objects.current().filter(person=person, organisation__slug=cast.organisation)
        assert current.get().role == cast.role


def test_a_button_leads_home(client, settings):
    settings.DEMO = True
    answer = client.post(reverse("demo_enter"), {"person": "oskar"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/o/hillside/"


# --- Time --------------------------------------------------------------------------------------------------------


def moments() -> list[tuple[type[Model], str]]:
    """Every moment that a table of ours keeps."""
    tables = [model for label in portal.LOCAL_APPS for model in apps.get_app_config(label).get_models()]
    return [
        (model, field.name)
        for model in tables
        for field in model._meta.concrete_fields
        if isinstance(field, DateTimeField)
    ]


def test_no_moment_was_left_as_the_clock_had_it(demo):
    left = {
        f"{model._meta.label}.{field}"
        for model, field in moments()
        if model._base_manager.filter(**{f"{field}__range": (demo.began, timezone.now())}).exists()
    }
    assert not left


def test_the_trail_is_in_the_order_of_time():
    for organisation in Organisation.objects.all():
        moments = list(AuditEntry.objects.filter(organisation=organisation).order_by("pk").values_list("at", flat=True))
        assert moments == sorted(moments)
        assert moments[-1] < timezone.now()
        assert len(moments) > 40


def test_what_is_told_of_a_thing_agrees_with_the_trail():
    """Each step of a lesson, each change of a plan and each notice stands beside a line of the trail of that moment."""
    moments = set(AuditEntry.objects.values_list("at", flat=True))
    for model in (LessonEvent, InterventionChange):
        assert set(model.objects.values_list("at", flat=True)) <= moments, model
    closing = Notice.objects.filter(text__contains="has reached its closing date")
    assert set(Notice.objects.exclude(pk__in=closing).values_list("at", flat=True)) <= moments
    assert closing.count() == 2


def test_sessions_are_held_on_working_days(demo):
    sessions = Session.objects.filter(organisation__slug="riverside")
    assert all(timezone.localtime(one.starts_at).weekday() < 5 for one in sessions)
    sessions = sessions.filter(learning_set=None)
    assert sessions.held().filter(starts_at__lt=timezone.now()).count() == 4
    soon = [timezone.localtime(one.starts_at).date() for one in sessions.to_come()]
    meeting = Assessment.objects.get(organisation__slug="riverside", results_at__gt=timezone.now())
    booked = timezone.localtime(meeting.results_at).date()
    assert soon == sorted([*(demo.world.calendar.day(number) for number in (1, 6, 8)), booked])


def test_mail_never_leaves_and_the_worker_has_nothing_to_catch_up_with():
    assert Mail.objects.exists()
    assert not Mail.objects.waiting().exists()
    assert not Job.objects.due(timezone.now()).exists()


def test_people_were_reminded_once_a_day():
    twice = DailyMail.objects.values("address", "day").annotate(newest=Max("pk")).count()
    assert DailyMail.objects.count() == twice > 20
    assert Reminder.objects.filter(written_at__gt=timezone.now()).count() == 0
    assert Mail.objects.filter(subject__contains="late").exists()


# --- What there is -----------------------------------------------------------------------------------------------


def test_forty_one_lessons_in_every_state_that_exists():
    ours = Lesson.objects.filter(organisation__slug="riverside")
    assert ours.count() == 41
    states = Counter(ours.values_list("state", flat=True))
    moves = {State.DRAFT, *(event.after for event in LessonEvent.objects.all())}
    assert set(states) == moves
    assert min(states.values()) >= 2
    assert sum(lesson.changed_since_validation for lesson in ours) == 1
    assert ours.exclude(source="").count() == 4
    assert Lesson.objects.filter(organisation__slug="hillside").count() == 3


def test_a_checked_lesson_can_be_copied_as_an_example(demo):
    """When … then … because …; nobody can be recognised; in British English."""
    names = list(Person.objects.values_list("name", flat=True))
    for lesson in Lesson.objects.validated().select_related("revision"):
        words = lesson.words
        assert words.when_you, words.title
        assert " because " in words.then_do, words.title
        assert words.then_do.endswith("."), words.title
        assert len(words.title) <= 120
        assert not quality.personal_hints(words, names=names), words.title


def test_the_first_round_is_decided_and_the_second_half_answered():
    first, second = Assessment.objects.filter(organisation__slug="riverside").order_by("pk")
    report = build(first)
    assert (report.turnout.answered, report.turnout.asked) == (12, 15)
    verdicts = Counter(offer.outcome.verdict for offer in report.decided)
    assert verdicts == {"accepted": 2, "changed": 2, "rejected": 1}
    assert report.undecided == 1
    assert {offer.outcome.became for offer in report.decided} == {"intervention", "action", ""}
    assert second.is_open
    assert (turnout(second).answered, turnout(second).asked) == (6, 12)


def test_four_answers_show_nothing_but_their_number(page):
    few = Assessment.objects.get(organisation__slug="hillside")
    assert few.is_closed
    report = build(few)
    assert (report.turnout.answered, report.is_enough) == (4, False)
    assert not report.results
    assert "2.5" not in page("oskar", "gap_report", few.pk).content.decode()


def test_notes_are_kept_only_where_that_was_promised():
    kept = Session.objects.held().filter(notes_deleted_at=None)
    assert {session.confidentiality for session in kept} == {"open"}
    assert set(Note.objects.values_list("session", flat=True)) == {session.pk for session in kept}
    assert not Note.objects.exclude(author=None).exists()


def test_those_who_left_have_left_a_promise():
    gone = Membership.objects.exclude(left_at=None).values("person")
    assert not Action.objects.open().filter(owner__in=gone).exists()
    left = Action.objects.open().filter(owner=None, changes__kind="handed", changes__after="nobody yet")
    assert left.distinct().count() == 2


def test_the_index_has_everything_as_it_is():
    drift = index.drift(everything())
    assert (drift.missing, drift.stale, drift.faults) == ([], [], [])


# --- The numbers on different pages ------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [*RIVERSIDE, "oskar"])
def test_home_and_roadmap_count_the_same(page, key):
    home = page(key, "home").context["home"]
    roadmap = page(key, "programme_detail", home.programme.pk).context
    shown = [(step.progress.done, step.progress.total, step.progress.late) for step in roadmap["steps"]]
    assert [(step.done, step.total, step.late) for step in home.steps] == shown
    late = Intervention.objects.filter(programme=home.programme).late(on=timezone.localdate()).count()
    assert sum(step.late for step in home.steps) == late


@pytest.mark.parametrize("key", [*RIVERSIDE, "oskar"])
def test_home_and_lists_count_the_same_lessons(demo, page, as_, key):
    who = member(demo, key)
    for figure in page(key, "home").context["home"].lessons:
        found = as_(who.person).get(figure.url).context["found"]
        asked = QueryDict(urlsplit(figure.url).query)
        rows = Lesson.objects.visible_to(who)
        rows = rows.filter(state__in=asked.getlist("state")) if "state" in asked else rows.validated()
        here = rows.filter(organisation=who.organisation)
        origins = {
            "us": here.filter(source=""),
            "brought": here.exclude(source=""),
            "others": rows.exclude(organisation=who.organisation),
        }
        assert figure.count == found.total == origins.get(asked.get("from"), rows).count(), figure.url


@pytest.mark.parametrize("key", [*RIVERSIDE, "oskar"])
def test_home_and_lists_count_the_same_actions(demo, page, as_, key):
    home = page(key, "home").context["home"]
    person = demo.world.people[key]
    late = as_(person).get(home.late_url).context["page"].paginator.count
    everybody = page(key, "action_list", show="all").context
    mine, done = page(key, "action_list").context, page(key, "action_list", show="done").context
    assert home.late_count == late
    sections = {section.key: len(section.lines) for section in everybody["sections"]}
    assert sections.get("late", 0) == late
    counts = everybody["counts"]
    assert counts.everybody == sum(sections.values()) == everybody["page"].paginator.count
    assert counts.mine == mine["page"].paginator.count
    assert counts.done == done["page"].paginator.count


def test_the_sponsor_reads_what_the_lists_have(demo, page):
    home = page("sam", "home").context["home"]
    done, on_time, held, people, checked, helped = home.figures
    assert done.number == sum(step.done for step in home.steps)
    assert done.of.number == sum(step.total for step in home.steps)
    sessions = page("sam", "session_list").context["held"].object_list
    assert held.number == len(sessions) == 4
    assert people.number == Participant.objects.filter(session__in=sessions, joined_at__isnull=False).count()
    ours = Lesson.objects.visible_to(member(demo, "sam")).checked_here(member(demo, "sam").organisation)
    assert checked.number == ours.count() < page("sam", "lesson_list").context["found"].total
    assert 50 < int(on_time.value.rstrip("%")) < 90
    assert helped.number == page("sam", "reuse_list", kind="helped").context["page"].paginator.count == 3
    register = page("sam", "benefit_list").context["page"].paginator.count
    assert helped.beside[0].number == register > Saving.objects.visible_to(member(demo, "sam")).claimed().count() == 1


def test_home_shows_the_widest_gaps_of_the_report(page):
    first = Assessment.objects.filter(organisation__slug="riverside").order_by("pk")[0]
    widest = page("lena", "gap_report", first.pk).context["report"].widest
    home = page("lena", "home").context["home"]
    assert [gap.code for gap in home.round.gaps] == [row.code for row in widest[:3]]
    assert [label.split()[0] for label in home.round.undecided] == ["K3"]


@pytest.mark.parametrize("key", [*RIVERSIDE, "oskar"])
def test_the_search_finds_as_many_of_each_kind_as_there_are(demo, key):
    who = member(demo, key)
    counts = dict(index.find(who, "", facets=["kind"]).facets["kind"])
    assert counts["lesson"] == Lesson.objects.visible_to(who).count()
    assert counts["action"] == Action.objects.visible_to(who).count()
    assert counts["intervention"] == Intervention.objects.visible_to(who).count()
    assert counts["programme"] == Programme.objects.visible_to(who).count()
    assert counts["session"] == Session.objects.visible_to(who).filter(learning_set=None).count()  # a search finds none
    assert counts["assessment"] == Assessment.objects.visible_to(who).count()


def test_the_lists_of_rounds_and_reports_say_the_same_turnout(page):
    rows = page("lena", "assessment_list").context["page"].object_list
    shown = {row.pk: row.answered for row in rows}
    assert shown == {row.pk: turnout(row).answered for row in rows}


def test_a_file_was_brought_in_with_one_row_refused():
    run = ImportRun.objects.get()
    assert run.counts == {"read": 5, "created": 4, "merged": 0, "unchanged": 0, "refused": 1, "flagged": 1}
    assert Lesson.objects.filter(source=run.source).count() == run.counts["created"]


# --- The pages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cast", fewer_on_postgresql(DEMO_PEOPLE, 4), ids=lambda cast: cast.key)
def test_every_page_that_is_linked_opens(demo, as_, cast):
    """From home along every link: no more than a handful of addresses of the same kind."""
    browser = as_(demo.world.people[cast.key])
    waiting, seen, kinds = [f"/o/{cast.organisation}/"], set(), Counter()
    while waiting:
        url = waiting.pop()
        answer = browser.get(url)
        assert answer.status_code in {200, 302}, (url, answer.status_code)
        if answer.status_code == 302 or "text/html" not in answer["Content-Type"]:
            continue
        for link in _links(answer.content.decode()):
            name = resolve(link.partition("?")[0]).url_name
            if link not in seen and kinds[name] < 4:
                seen.add(link)
                kinds[name] += 1
                waiting.append(link)
    assert {"programme_detail", "gap_report", "session_detail", "lesson_detail", "action_detail"} <= set(kinds) | (
        {"gap_report"} if cast.key == "oskar" else set()
    )


def _links(html: str) -> list[str]:
    """Addresses inside the portal, without their fragments."""
    found = (part.split('"', 1)[0].partition("#")[0].replace("&amp;", "&") for part in html.split(' href="/')[1:])
    return [f"/{link}" for link in dict.fromkeys(found) if not link.startswith("static/")]


def test_the_thread_runs_from_gap_to_action(page):
    intervention = Intervention.objects.get(title="Before action review for ward changes")
    html = page("lena", "intervention_detail", intervention.pk).content.decode()
    for words in ("C1 Learning before", "Suggestion accepted", "Before the surgical ward moves", "Lessons", "done"):
        assert words in html


def test_the_index_can_be_built_anew(demo):
    out = StringIO()
    call_command("rebuild_search", check=True, stdout=out)
    assert "as it is" in out.getvalue()
    index.drop("lesson", Lesson.objects.validated()[0].pk)
    with pytest.raises(CommandError, match="drifted"):
        call_command("rebuild_search", check=True)
    call_command("rebuild_search", stdout=out)
    call_command("rebuild_search", check=True, stdout=out)

"""Health against a community’s own charter: what its people see, the one private line, and who sees none of it."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from actionplan.actions import send_due_digests
from communities import catalogue
from communities import health as counting
from communities.actions import health, meetings, people, shelf, talk
from communities.actions.timetable import move_communities_on
from communities.models import Agreed, Community, QuietLine, State
from communities.promises import quiet_lines
from jobs.models import Mail
from kmportal.api import router
from kmportal.lib.exceptions import Refusal
from notifications.models import Notice
from organisations.models import AuditEntry
from tests.cast import as_member
from tests.communities.conftest import NOON
from tests.test_doors import CLASS_OF, GUEST, PUBLIC, patterns

QUIET = "quieter than usual"


def day(number: int):
    return NOON + timedelta(days=number)


@pytest.fixture
def old(community, cara, farah, reza) -> Community:
    """Begun 300 days before noon; until 70 days before it people asked and answered each fortnight."""
    Community.objects.filter(pk=community.pk).update(created_at=day(-300), state=State.INFORMAL)
    community.refresh_from_db()
    people.set_roles(community, by=as_member(cara), at=day(-300), person=farah, roles=["deputy"])
    for number in range(-238, -70, 14):
        thread = talk.start_thread(community, by=as_member(reza), at=day(number), title="Who?", text="Nobody knows.")
        for person in (cara, farah):
            talk.write_post(thread, by=as_member(person), at=day(number + 1), text="We do.")
    return community


class TestThePage:
    def test_it_holds_what_happened_against_what_was_agreed(self, old, cara, reza, as_):
        page = f"/o/riverside/communities/{old.pk}/health/"
        assert "<dt>Agreed</dt>" not in as_(cara).get(page).text  # nobody has
        health.agree_on_figures(old, by=as_member(cara), at=NOON, meetings=6, answer_days=2, builds=4, stories=1)
        assert "<dt>Suggested</dt>" not in as_(cara).get(page).text
        page = as_(reza).get(f"/o/riverside/communities/{old.pk}/health/").text
        for line in catalogue.health_lines():
            assert line.ask in page
        assert "Within two working days" in page
        assert "Six meetings in three months" in page
        assert "Fewer than five people wrote in three months. That is too few to say." in page

    def test_nobody_is_named_on_it(self, old, cara, farah, reza, as_):
        page = as_(reza).get(f"/o/riverside/communities/{old.pk}/health/").text
        main = page[page.index("<h1>") :]
        for person in (cara, farah):
            assert person.name not in main

    def test_a_new_one_says_that_there_is_nothing_yet(self, found, cara, as_):
        page = as_(cara).get(f"/o/riverside/communities/{found().pk}/health/").text
        assert "Nobody asked anything in three months" in page
        assert "Nothing is looked after yet" in page
        assert "Nobody joined three to six months ago" in page

    def test_five_people_are_counted_by_where_they_work(self, community, thread, cara, farah, lena, sam, nia, as_):
        for person in (lena, sam, nia):
            people.join_community(community, by=as_member(person, community.organisation), at=NOON)
        for person in (cara, farah, lena, sam):
            talk.write_post(thread, by=as_member(person), at=NOON, text="The porters.")
        at = timezone.now()
        type(thread.posts.first()).objects.update(at=at)
        page = as_(cara).get(f"/o/riverside/communities/{community.pk}/health/").text
        assert "5 people wrote in three months. None of them has said where they work." in page
        assert "60 % was written by three people in 60 days" in page

    def test_what_is_past_its_day_is_counted_once(self, community, cara, as_):
        yesterday = timezone.localdate() - timedelta(days=1)
        for title, review_on in (("The form", yesterday), ("The rota", None)):
            shelf.pin_to_shelf(
                community, by=as_member(cara), at=timezone.now(), kind="link", url="https://x.example/",
                title=title, review_on=review_on,
            )  # fmt: skip
        page = as_(cara).get(f"/o/riverside/communities/{community.pk}/health/").text
        assert "1 of 2 things past its day" in page
        assert "Two things in three months" in page

    def test_its_queries_do_not_grow_with_what_was_written(self, community, cara, reza, as_, queries):
        url = f"/o/riverside/communities/{community.pk}/health/"
        for number in range(4):
            if number == 1:
                before = queries(as_(cara), url)
            thread = talk.start_thread(
                community, by=as_member(reza), at=timezone.now(), title=f"Who {number}?", text="Nobody knows."
            )
            talk.write_post(thread, by=as_member(cara), at=timezone.now(), text="We do.")
        assert queries(as_(cara), url) == before


class TestAgreeing:
    def test_the_core_puts_the_charter_into_figures(self, community, cara, reza, as_):
        url = f"/o/riverside/communities/{community.pk}/health/agree/"
        assert as_(reza).get(url).status_code == 403
        as_(cara).post(url, {"meetings": 6, "answer_days": 2, "builds": 0, "stories": 4})
        assert Agreed.objects.values_list("meetings", "answer_days", "builds", "stories").get() == (6, 2, 0, 4)

    @pytest.mark.parametrize("wrong", [{"answer_days": 0}, {"meetings": 91}, {"stories": -1}, {"builds": 10**9}])
    def test_figures_that_make_no_sense_are_refused(self, community, cara, wrong, as_):
        figures = {"meetings": 3, "answer_days": 3, "builds": 1, "stories": 2, **wrong}
        answer = as_(cara).post(f"/o/riverside/communities/{community.pk}/health/agree/", figures)
        assert answer.status_code == 422
        with pytest.raises(Refusal):
            health.agree_on_figures(community, by=as_member(cara), at=NOON, **figures)
        assert not Agreed.objects.exists()


class TestRuleOfRhythm:
    def test_half_in_two_lines_asks_once(self, old):
        assert move_communities_on(at=NOON)
        assert QuietLine.objects.filter(community=old, answer="").count() == 1
        move_communities_on(at=day(1))
        move_communities_on(at=day(8))
        assert QuietLine.objects.count() == 1

    def test_nobody_is_asked_while_it_goes_on_as_before(self, old):
        assert not counting.has_become_quiet(old, at=day(-75))

    def test_a_young_community_has_no_usual_yet(self, old):
        Community.objects.filter(pk=old.pk).update(created_at=day(-239))
        move_communities_on(at=NOON)
        assert not QuietLine.objects.exists()

    def test_meetings_are_those_that_were_held(self, community, cara, as_):
        assert counting.meetings_between(community, NOON, NOON + timedelta(days=30)) is None
        assert "No meeting has been planned here yet" in as_(cara).get(f"{community.get_absolute_url()}health/").text
        meeting = meetings.plan_meeting(
            community,
            by=as_member(cara),
            at=NOON,
            title="Cases",
            first_on=NOON.date(),
            clock=time(15),
            repeats="weekly",
        )
        first = meeting.days.order_by("starts_at")[1]
        meetings.cancel_meeting_day(first, by=as_member(cara), at=NOON)
        assert counting.meetings_between(community, NOON, NOON + timedelta(days=21)) == 2

    def test_meetings_count_as_a_line_of_their_own(self, community, monkeypatch):
        Community.objects.filter(pk=community.pk).update(created_at=day(-300))
        community.refresh_from_db()
        assert not counting.has_become_quiet(community, at=NOON)
        held = {day(0): 0}
        monkeypatch.setattr(counting, "meetings_between", lambda community, start, end: held.get(end, 2))
        monkeypatch.setattr(counting, "built_between", lambda community, start, end: held.get(end, 1))
        assert counting.has_become_quiet(community, at=NOON)

    @pytest.mark.parametrize(("answer", "days"), [("wanted", 90), ("busy", 60), ("help", 90), ("review", 90)])
    def test_after_an_answer_it_is_silent_for_a_while(self, old, cara, answer, days, monkeypatch):
        monkeypatch.setattr("communities.actions.health.has_become_quiet", lambda community, at: True)
        move_communities_on(at=NOON)
        health.answer_quiet_line(QuietLine.objects.get(), by=as_member(cara), at=NOON, answer=answer)
        move_communities_on(at=day(days - 1))
        assert QuietLine.objects.count() == 1
        move_communities_on(at=day(days))
        assert QuietLine.objects.count() == 2

    def test_when_it_has_passed_the_question_goes(self, old, cara, farah, reza):
        move_communities_on(at=NOON)
        for number in range(1, 8):
            thread = talk.start_thread(old, by=as_member(reza), at=day(number), title="Who?", text="Nobody knows.")
            for person in (cara, farah):
                talk.write_post(thread, by=as_member(person), at=day(number), text="We do.")
        move_communities_on(at=day(9))
        assert QuietLine.objects.get().answer == QuietLine.Answer.PASSED

    def test_two_who_answer(self, old, cara, farah):
        move_communities_on(at=NOON)
        line, other = QuietLine.objects.get(), QuietLine.objects.get()
        health.answer_quiet_line(line, by=as_member(cara), at=NOON, answer="busy")
        with pytest.raises(Refusal, match="We are busy just now"):
            health.answer_quiet_line(other, by=as_member(farah), at=NOON, answer="help")
        assert health.answer_quiet_line(other, by=as_member(farah), at=NOON, answer="busy").by == cara

    def test_only_one_of_the_four_and_only_who_keeps_it_together(self, old, cara, reza, as_):
        move_communities_on(at=NOON)
        line = QuietLine.objects.get()
        with pytest.raises(PermissionDenied):
            health.answer_quiet_line(line, by=as_member(reza), at=NOON, answer="busy")
        for wrong in ("passed", "", "x"):
            with pytest.raises(Refusal, match="four"):
                health.answer_quiet_line(line, by=as_member(cara), at=NOON, answer=wrong)
        as_(cara).post(f"/o/riverside/communities/quiet/{line.pk}/answer/", {"answer": "wanted"})
        line.refresh_from_db()
        assert (line.answer, line.by) == ("wanted", cara)


class TestWhoIsTold:
    def test_facilitator_and_deputy_on_its_page_and_once_by_mail(self, old, cara, farah, reza, as_):
        at = timezone.now()
        QuietLine.objects.create(community=old, at=at)
        url = f"/o/riverside/communities/{old.pk}/"
        assert QUIET in as_(cara).get(url).text
        assert QUIET in as_(farah).get(url).text
        assert QUIET not in as_(reza).get(url).text
        morning = at.replace(hour=7, minute=0)
        for number in range(1, 15):
            send_due_digests(at=morning + timedelta(days=number))
        told = [address for mail in Mail.objects.filter(body__contains=QUIET) for address in mail.recipients]
        assert sorted(told) == sorted([cara.email, farah.email])
        assert {one.person for one in quiet_lines(date(2100, 1, 1), None)} == {cara, farah}

    def test_help_is_told_to_who_plans(self, old, cara, lena, sam):
        move_communities_on(at=NOON)
        health.answer_quiet_line(QuietLine.objects.get(), by=as_member(cara), at=NOON, answer="help")
        assert "asks for your help" in Notice.objects.get(person=lena).text
        assert not Notice.objects.filter(person=sam).exists()

    def test_the_other_answers_tell_nobody_and_leave_no_trail(self, old, cara):
        before = AuditEntry.objects.count()
        move_communities_on(at=NOON)
        for answer in ("wanted", "busy", "review"):
            QuietLine.objects.update(answer="", answered_at=None)
            health.answer_quiet_line(QuietLine.objects.get(), by=as_member(cara), at=NOON, answer=answer)
        health.agree_on_figures(old, by=as_member(cara), at=NOON, meetings=6, answer_days=2, builds=4, stories=1)
        assert AuditEntry.objects.count() == before
        assert not Notice.objects.filter(text__contains="quiet").exists()

    @pytest.mark.drawn
    def test_nothing_of_it_reaches_anybody_outside(self, world, as_):
        """Every page, list, file, search and API of the portal, for who leads, sponsors and administers."""
        health.agree_on_figures(
            world.things.community, by=as_member(world.people["cara"]), at=timezone.now(),
            meetings=77, answer_days=59, builds=78, stories=79,
        )  # fmt: skip
        signs = (QUIET, "quiet_line", "quiet-line", "community-quiet", "77 meetings", "59 working days", "How we are")
        seen = 0
        for name in ("lena", "sam", "ada"):
            browser = as_(world.people[name])
            for door, route, _ in patterns():
                if CLASS_OF[door] in {PUBLIC, GUEST} or "^" in route:
                    continue
                for query in ("", "?format=csv")[: 1 + door.endswith("_list")]:
                    answer = browser.get(world.address(door, route) + query)
                    if answer.status_code == 200:
                        text = answer.getvalue().decode(errors="replace")  # pictures are no text
                        assert not [sign for sign in signs if sign in text], (name, door)
                        seen += 1
        assert seen > 200
        found = as_(world.people["lena"]).get("/o/riverside/search/?q=quieter").text
        assert not [sign for sign in signs if sign in found]

    def test_the_api_has_no_door_to_it(self):
        models = {getattr(view, "queryset", None) for _, view, _ in router.registry}
        assert not [rows for rows in models if rows is not None and rows.model._meta.app_label == "communities"]
        assert not [prefix for prefix, _, _ in router.registry if "communit" in prefix or "health" in prefix]

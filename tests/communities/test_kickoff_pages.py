"""The pages of kick-offs: through the browser’s eyes, without scripts."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from communities.actions import kickoff, people, problems
from communities.models import Community, KickOff, NamedBarrier, Problem, Topic
from kmportal.lib.days import long_day
from organisations.models import GroupMembership
from tests.cast import as_member
from tests.markup import tidy


@pytest.fixture
def opened(riverside, farah) -> KickOff:
    return kickoff.open_kickoff(
        riverside, by=as_member(farah), at=timezone.now(), title="What would you like to solve?", why="Ask.\n\nTell."
    )


@pytest.fixture
def raised(opened, cara):
    """``raised("Keys")``: one more problem, Cara’s by default."""

    def make(line, by=None, **ticks) -> Problem:
        return problems.raise_problem(opened, by=as_member(by or cara), at=timezone.now(), line=line, **ticks)

    return make


def at(name: str, *args: object) -> str:
    return reverse(name, args=["riverside", *args])


def test_from_opening_to_a_community_without_scripts(riverside, farah, cara, reza, as_):
    desk, phone, ward = as_(farah), as_(reza), as_(cara)
    desk.post(at("kickoff_new"), {"title": "What gets stuck?", "why": "We asked."})
    opened = KickOff.objects.get()
    assert "What gets stuck?" in phone.get("/o/riverside/").text
    phone.post(at("problem_new", opened.pk), {"line": "The keys go missing", "would_facilitate": "on"})
    phone.post(at("problem_new", opened.pk), {"line": "Letters come late"})
    keys, letters = Problem.objects.order_by("pk")
    page = ward.get(at("problem_detail", keys.pk)).text
    assert "Is it yours too?" in page
    assert "Reza" not in page
    ward.post(at("problem_share", keys.pk), {"is_in": "on"})
    assert ward.get(at("kickoff_sort", opened.pk)).text.count('type="checkbox" name="problems"') == 2
    ward.post(at("kickoff_sort", opened.pk), {"problems": [keys.pk, letters.pk], "name": "Post and keys"})
    ward.post(at("problem_back", letters.pk))
    topic = Topic.objects.get()
    page = ward.get(at("kickoff_detail", opened.pk)).text
    assert "2 people have said “count me in”" in page
    assert "Reza" not in page
    form = ward.get(at("topic_begin", topic.pk)).text
    assert "In it from the first day: Cara Doyle and Reza Amini." in form
    words = {"name": "Keys", "question": "Where do they go?", "access": "open", "facilitator": reza.pk}
    assert ward.post(at("topic_begin", topic.pk), words).status_code == 302
    community = Community.objects.get()
    assert "The keys go missing" in ward.get(at("community_detail", community.pk)).text
    assert ward.get(at("topic_begin", topic.pk)).url == at("community_detail", community.pk)
    desk.post(at("kickoff_end", opened.pk))
    left = phone.get(at("problem_list")).text
    assert "Letters come late" in left
    assert "The keys go missing" not in left
    assert "One problem that nobody has taken up yet" in phone.get(at("community_list")).text
    assert "One problem that nobody has taken up yet" in tidy(phone.get(at("problem_list")).text)


def test_whoever_begins_it_facilitates_it_unless_only_others_said_so(raised, cara, farah, reza, as_):
    problem = raised("The keys go missing", by=cara, would_facilitate=True)
    problems.share_problem(problem, by=as_member(farah), at=timezone.now(), would_facilitate=True)
    chosen = '<option value="{}" selected>'
    for person, first in ((cara, cara), (farah, farah)):
        assert chosen.format(first.pk) in as_(person).get(at("problem_begin", problem.pk)).text
    lone = raised("Letters come late", by=reza, would_facilitate=True)
    assert chosen.format(reza.pk) in as_(cara).get(at("problem_begin", lone.pk)).text


def test_communities_that_are_alike_are_shown_first(raised, found, farah, as_):
    community = found(name="Keys of the ward", question="Who has the keys?")
    problem = raised("The keys go missing")
    words = {"name": "Lost keys", "question": "Where?", "access": "open", "facilitator": farah.pk}
    first = as_(farah).post(at("problem_begin", problem.pk), words)
    assert "Is it one of these?" in first.text
    assert Community.objects.count() == 1
    again = as_(farah).post(at("problem_begin", problem.pk), {**words, "sister": str(community.pk)})
    assert again.status_code == 302


def test_live_is_offered_where_the_script_is_there(content, riverside, farah, as_):
    page = as_(farah).get(at("kickoff_new")).text
    assert "You meet in a session" in page
    day = timezone.localdate() + timedelta(days=7)
    words = {
        "title": "What gets stuck?",
        "form": "live",
        "starts_at_day": long_day(day),
        "starts_at_time": "14:00",
        "length": "long",
    }
    answer = as_(farah).post(at("kickoff_new"), words)
    assert answer.status_code == 302, answer.text
    opened = KickOff.objects.get()
    assert opened.session.minutes == 210
    assert "comes onto this page" in as_(farah).get(at("kickoff_detail", opened.pk)).text
    missing = as_(farah).post(at("kickoff_new"), {"title": "Again", "form": "live"})
    assert "Say when you meet." in missing.text


def test_barriers_are_named_and_what_helps_stands_beside_them(opened, reza, farah, as_):
    page = as_(reza).post(at("kickoff_barriers", opened.pk), {"key": "no-desk"}, follow=True).text
    assert "Hang a QR code in the staff room." in page
    as_(reza).post(at("kickoff_barriers", opened.pk), {"words": "The rota comes too late"})
    bad = as_(reza).post(at("kickoff_barriers", opened.pk), {"words": "Ask Sister Mary Smith"})
    assert "looks like somebody’s name" in bad.text
    assert "Take it away" not in as_(reza).get(at("kickoff_barriers", opened.pk)).text
    for barrier in NamedBarrier.objects.all():
        as_(farah).post(at("barrier_remove", barrier.pk))
    assert "Nothing yet." in as_(reza).get(at("kickoff_barriers", opened.pk)).text


def test_what_was_typed_is_kept_when_it_ended_meanwhile(opened, reza, farah, as_):
    kickoff.end_kickoff(opened, by=as_member(farah), at=timezone.now())
    answer = as_(reza).post(at("problem_new", opened.pk), {"line": "The keys", "more": "Each Monday"})
    assert answer.status_code == 422
    assert "has ended" in answer.text
    assert "Each Monday" in answer.text


def test_by_support_where_it_helps_to_choose_and_by_no_person(raised, reza, as_):
    raised("Little")
    problems.share_problem(raised("Much"), by=as_member(reza), at=timezone.now())
    raised("Late")
    page = at("kickoff_detail", KickOff.objects.get().pk)

    def order(address):
        text = as_(reza).get(address).text
        return sorted(("Little", "Much", "Late"), key=lambda word: text.index(f">{word}<"))

    assert order(page) == ["Late", "Much", "Little"]
    assert order(f"{page}?sort=shared") == ["Much", "Little", "Late"]
    assert order(f"{page}?sort=person") == ["Late", "Much", "Little"]


def test_two_hundred_problems_come_in_pages(raised, opened, farah, as_, monkeypatch):
    monkeypatch.setattr(problems, "PROBLEMS_OF_ONE", 500)
    for number in range(200):
        raised(f"Problem {number}")
    page = as_(farah).get(at("kickoff_detail", opened.pk)).text
    assert page.count("km-rows__title") == 25
    assert "?page=8" in page or "page=2" in page


def test_a_page_takes_as_many_queries_for_one_as_for_many(raised, opened, found, reza, cara, farah, as_, queries):
    def more():
        number = Problem.objects.count()
        row = raised(f"Problem {number}", is_in=True)
        other = raised(f"Other {number}")
        loose = raised(f"Loose {number}")
        for problem in (row, other, loose):
            problems.share_problem(problem, by=as_member(reza), at=timezone.now(), is_in=True)
        problems.move_problems(
            opened, by=as_member(cara), at=timezone.now(), problems=[row, other], name=f"Topic {number}"
        )
        kickoff.name_barrier(opened, by=as_member(cara), at=timezone.now(), words=f"Barrier {number}")
        return row

    row = more()
    addresses = [
        at("kickoff_detail", opened.pk),
        at("kickoff_sort", opened.pk),
        at("kickoff_barriers", opened.pk),
        at("kickoff_list"),
        at("community_list"),
        at("problem_detail", row.pk),
        at("topic_begin", row.topic_id or Topic.objects.get().pk),
    ]
    browser = as_(farah)
    first = [queries(browser, address) for address in addresses]
    more(), more()
    assert [queries(browser, address) for address in addresses] == first
    kickoff.end_kickoff(opened, by=as_member(farah), at=timezone.now())
    few = queries(browser, at("problem_list"))
    Problem.objects.filter(pk=row.pk).delete()
    assert queries(browser, at("problem_list")) == few


@pytest.mark.parametrize("name", ["kickoff_detail", "kickoff_barriers", "kickoff_sort", "problem_new"])
def test_a_stranger_finds_nothing(name, opened, oskar, as_):
    assert as_(oskar).get(at(name, opened.pk)).status_code == 404
    assert as_(oskar).get(reverse(name, args=["hillside", opened.pk])).status_code == 404


@pytest.mark.parametrize("name", ["problem_detail", "problem_share", "problem_delete", "problem_begin", "problem_back"])
def test_nor_a_problem(name, raised, oskar, as_):
    problem = raised("Keys")
    browser = as_(oskar)
    for slug in ("riverside", "hillside"):
        url = reverse(name, args=[slug, problem.pk])
        assert browser.post(url, {}).status_code in (404, 405)
    assert Problem.objects.exists()


def test_a_problem_is_taken_up_for_one_of_ones_own(raised, found, cara, reza, as_):
    community, problem = found(), raised("Keys")
    assert "Take it up in a community of yours" not in as_(reza).get(at("problem_detail", problem.pk)).text
    assert as_(reza).get(at("problem_take_up", problem.pk)).status_code == 403
    people.join_community(community, by=as_member(reza), at=timezone.now())
    assert "Take it up in a community of yours" in as_(reza).get(at("problem_detail", problem.pk)).text
    as_(reza).post(at("problem_take_up", problem.pk), {"community": community.pk})
    page = as_(cara).get(at("problem_detail", problem.pk)).text
    assert "has taken it up" in page
    assert "Give it back" in page
    assert "Give it back" not in as_(reza).get(at("problem_detail", problem.pk)).text
    assert GroupMembership.objects.filter(group_id=community.group_id).count() == 2


def test_how_many_have_it_is_said_as_it_is(raised, cara, reza, lena, as_):
    problem = raised("Keys")
    page = at("kickoff_detail", problem.kickoff_id)
    assert "You have it" in as_(cara).get(page).text
    assert "1 person has it" in as_(reza).get(page).text
    problems.share_problem(problem, by=as_member(reza), at=timezone.now())
    assert "2 people have it, you too" in as_(reza).get(page).text
    Problem.objects.update(voices=3)
    assert "2 people have it. It was shared 3 times in the room" in as_(lena).get(page).text


def test_what_was_ticked_is_moved_though_others_came_meanwhile(opened, raised, cara, as_, monkeypatch):
    monkeypatch.setattr("communities.forms.kickoff.MOST_TO_SORT", 1)
    first = raised("Keys")
    problems.move_problems(opened, by=as_member(cara), at=timezone.now(), problems=[first], name="Post")
    second = raised("Letters")  # stands in no topic, so it comes first
    page = at("kickoff_sort", opened.pk)
    shown = as_(cara).get(page).text
    assert f'name="problems" value="{second.pk}"' in tidy(shown)
    assert shown.count('name="problems"') == 1
    assert "Each of the others can be moved on its own page" in shown
    refused = as_(cara).post(page, {"problems": [first.pk], "topic": "0"})
    assert refused.status_code == 422
    assert "checked" in refused.text
    assert as_(cara).post(page, {"problems": [first.pk], "name": "Keys"}).status_code == 302
    assert Problem.objects.get(pk=first.pk).topic.name == "Keys"

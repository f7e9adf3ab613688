"""Asking three people: who is asked, once; one press answers, from the portal and from the mail; passing on; brakes."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from dashboards.gaps import latest_round
from dashboards.todo import needs_of
from jobs.models import Mail
from kmportal.lib.exceptions import Refusal
from notifications.models import Notice
from organisations import actions as organisation_actions
from organisations.actions import say_away
from organisations.models import Membership, Person
from people import actions
from people.finding import people_for_topics, people_for_words
from people.models import Enquiry, Recipient
from people.tokens import answer_path, answer_token
from tests.cast import as_member

from .conftest import NOON

QUESTIONS = "/o/riverside/finder/questions/"


def told(person):
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("text", flat=True))


def mails_to(person):
    return [mail for mail in Mail.objects.order_by("pk") if mail.recipients == [person.email]]


def row(enquiry, person):
    return Recipient.objects.select_related("enquiry__organisation", "enquiry__author", "person").get(
        enquiry=enquiry, person=person
    )


def test_each_is_told_once_with_a_notice_and_a_mail(listed, ask, cara, lena, farah):
    enquiry = ask(farah, listed(cara), listed(lena))
    for person in (cara, lena):
        assert told(person) == ["Farah Siddiqui asks you: Who has moved a ward?"]
        [mail] = mails_to(person)
        assert "Who has moved a ward?" in mail.body
        assert answer_path(row(enquiry, person)) in mail.body
    assert told(farah) == []
    assert Enquiry.objects.count() == 1


def test_the_same_form_twice_asks_once(listed, ask, cara, farah):
    profile, once = listed(cara), uuid4()
    assert ask(farah, profile, once=once) == ask(farah, profile, once=once)
    assert len(mails_to(cara)) == 1


def test_the_same_line_goes_to_the_same_person_once_a_month(listed, ask, cara, lena, farah):
    profile = listed(cara)
    ask(farah, profile)
    with pytest.raises(Refusal, match="You asked Cara Doyle just that on 23 November 2026"):
        ask(farah, profile, listed(lena), line="who has  MOVED a ward?")
    ask(farah, profile, at=NOON + timedelta(days=31))
    ask(farah, profile, line="Something else")


@pytest.mark.parametrize("number", [0, 4])
def test_one_to_three_people(number, listed, ask, cara, lena, sam, reza, farah):
    people = [listed(person) for person in (cara, lena, sam, reza)][:number]
    with pytest.raises(Refusal, match="Choose"):
        ask(farah, *people)


def test_only_who_can_be_found_can_be_asked(listed, ask, cara, lena, farah, oskar, nia, hillside, riverside):
    hidden, own, elsewhere = listed(cara, is_listed=False), listed(farah), listed(oskar)
    for profile in (hidden, own, elsewhere):
        with pytest.raises(Refusal, match="can no longer be asked here"):
            ask(farah, profile, listed(lena))
    with pytest.raises(PermissionDenied):
        actions.send_enquiry(hillside, by=as_member(farah), at=NOON, line="x", people=[elsewhere])
    assert not Enquiry.objects.exists()


def test_whoever_asks_too_much_is_braked_kindly(listed, ask, cara, lena, farah):
    profile, other = listed(cara), listed(lena)
    for number in range(actions.ASKED_A_DAY):
        ask(farah, other if number % 2 else profile, line=f"Question {number}?")
    with pytest.raises(Refusal, match="five questions since yesterday"):
        ask(farah, profile, line="One more?")
    ask(farah, other, line="One more?", at=NOON + timedelta(hours=25))


def test_a_question_that_was_deleted_was_asked(listed, ask, cara, lena, farah):
    profile, other = listed(cara), listed(lena)
    for number in range(actions.ASKED_A_DAY):
        enquiry = ask(farah, other if number % 2 else profile, line=f"Question {number}?")
        actions.delete_enquiry(enquiry, by=as_member(farah), at=NOON)
    with pytest.raises(Refusal, match="five questions since yesterday"):
        ask(farah, profile, line="One more?")


def test_two_of_one_name_are_two(listed, ask, cara, lena, farah, sam):
    Person.objects.filter(pk=lena.pk).update(name=cara.name)
    both = [listed(cara), listed(lena)]
    for number in range(3):
        ask([farah, sam, cara][number], both[1], line=f"Question {number}?")
        ask([farah, sam, lena][number], both[0], line=f"Question {number} too?")
    ask(farah, *both, line="Both of you?")


def test_nobody_is_buried_under_questions(listed, ask, cara, lena, farah, sam, reza):
    profile = listed(cara)
    for number in range(actions.MOST_WAITING):
        enquiry = ask([farah, sam, reza, lena][number % 4], profile, line=f"Question {number}?")
    with pytest.raises(Refusal, match="Cara Doyle has five questions waiting already"):
        ask(sam, profile, line="One more?")
    actions.answer_enquiry(row(enquiry, cara), by=as_member(cara), at=NOON, answer="no")
    ask(sam, profile, line="One more?")


def test_an_answer_by_one_press(listed, ask, as_, cara, farah):
    enquiry = ask(farah, listed(cara, how_to_ask="Thursdays"))
    answer = as_(cara).post(f"{QUESTIONS}{enquiry.pk}/answer/", {"answer": "help", "note": "Call me"}, follow=True)
    assert "Thank you. Farah Siddiqui is told." in answer.content.decode()
    assert told(farah) == ["Cara Doyle can help you: Who has moved a ward?"]
    [mail] = mails_to(farah)
    assert "Call me" in mail.body
    assert "How to ask: Thursdays" in mail.body
    page = as_(farah).get(enquiry.get_absolute_url()).content.decode()
    assert "Can help" in page
    assert "Call me" in page
    assert cara.email in page


def test_pressing_again_tells_nobody_twice_and_one_may_change_ones_mind(listed, ask, cara, farah):
    enquiry = ask(farah, listed(cara))
    for _ in range(2):
        actions.answer_enquiry(row(enquiry, cara), by=as_member(cara), at=NOON, answer="no")
    assert told(farah) == ["Cara Doyle cannot help this time: Who has moved a ward?"]
    assert mails_to(farah) == []
    actions.answer_enquiry(row(enquiry, cara), by=as_member(cara), at=NOON, answer="help")
    assert len(told(farah)) == 2
    with pytest.raises(Refusal):
        actions.answer_enquiry(row(enquiry, cara), by=as_member(cara), at=NOON, answer="passed")


def test_from_the_mail_opening_shows_and_pressing_acts(listed, ask, client, cara, farah):
    enquiry = ask(farah, listed(cara))
    path = answer_path(row(enquiry, cara))
    page = client.get(path)
    assert page.status_code == 200
    assert "Who has moved a ward?" in page.content.decode()
    assert row(enquiry, cara).is_waiting
    assert told(farah) == []
    answer = client.post(path, {"answer": "help", "note": ""}, follow=True)
    assert "You said that you can help." in answer.content.decode()
    assert row(enquiry, cara).answer == "help"


def test_a_link_that_is_not_theirs_opens_nothing(listed, ask, client, cara, lena, farah, ada):
    enquiry = ask(farah, listed(cara), listed(lena))
    mine, other = row(enquiry, cara), row(enquiry, lena)
    good = answer_path(mine)
    forged = [
        good[:-2] + "x/",
        good.replace(f"/{mine.pk}/", f"/{other.pk}/"),
        good.replace("riverside", "hillside"),
        good.replace(answer_token(mine), "x"),
    ]
    for path in forged:
        assert client.get(path).status_code == 404
        assert client.post(path, {"answer": "no"}).status_code == 404
    Person.objects.filter(pk=cara.pk).update(email="new@riverside.example")
    assert client.get(good).status_code == 404
    Person.objects.filter(pk=cara.pk).update(email=cara.email)
    organisation_actions.suspend_member(as_member(cara), by=as_member(ada), at=NOON)
    assert client.get(good).status_code == 404
    with pytest.raises(PermissionDenied):
        actions.answer_by_link(mine, token=answer_token(mine), at=NOON, answer="help")
    assert row(enquiry, cara).is_waiting


def test_only_who_asked_and_who_was_asked_see_it(listed, ask, as_, cara, farah, lena, ada, oskar):
    enquiry = ask(farah, listed(cara))
    actions.answer_enquiry(row(enquiry, cara), by=as_member(cara), at=NOON, answer="no", note="Secretnote")
    for person in (lena, ada, oskar):
        assert as_(person).get(enquiry.get_absolute_url()).status_code == 404
        assert "moved a ward" not in as_(person).get("/o/riverside/search/?q=moved").content.decode()
    assert "Secretnote" in as_(farah).get(enquiry.get_absolute_url()).content.decode()


def test_one_asked_does_not_read_what_another_answered(listed, ask, as_, cara, lena, farah):
    enquiry = ask(farah, listed(cara), listed(lena))
    actions.answer_enquiry(row(enquiry, cara), by=as_member(cara), at=NOON, answer="help", note="Secretnote")
    page = as_(lena).get(enquiry.get_absolute_url()).content.decode()
    assert "Secretnote" not in page
    assert "Cara" not in page
    assert "Somebody else has said already that they can help." in page


def test_passing_on(listed, ask, as_, cara, lena, farah):
    enquiry, other = ask(farah, listed(cara)), listed(lena, "moved wards")
    page = as_(cara).get(f"{QUESTIONS}{enquiry.pk}/pass/?q=wards").content.decode()
    assert "Lena Marsh" in page
    as_(cara).post(f"{QUESTIONS}{enquiry.pk}/pass/", {"to": other.pk})
    assert row(enquiry, cara).answer == "passed"
    assert told(lena) == ["Farah Siddiqui asks you: Who has moved a ward?"]
    assert "Cara Doyle thinks that you know more" in mails_to(lena)[0].body
    assert told(farah) == ["Cara Doyle has passed your question on to Lena Marsh: Who has moved a ward?"]
    assert "Passed on to you by Cara Doyle." in as_(lena).get(enquiry.get_absolute_url()).content.decode()
    with pytest.raises(Refusal, match="passed this question on already"):
        actions.pass_on(row(enquiry, cara), by=as_member(cara), at=NOON, to=other)
    with pytest.raises(Refusal, match="has been asked already"):
        actions.pass_on(row(enquiry, lena), by=as_member(lena), at=NOON, to=listed(cara))
    with pytest.raises(Refusal, match="asks this question"):
        actions.pass_on(row(enquiry, lena), by=as_member(lena), at=NOON, to=listed(farah))


def test_a_question_does_not_wander_for_ever(listed, ask, cara, lena, sam, reza, ada, farah):
    enquiry = ask(farah, listed(cara))
    chain = [cara, lena, sam, reza]
    for number, person in enumerate(chain[:-1]):
        actions.pass_on(row(enquiry, person), by=as_member(person), at=NOON, to=listed(chain[number + 1]))
    with pytest.raises(Refusal, match="often enough"):
        actions.pass_on(row(enquiry, reza), by=as_member(reza), at=NOON, to=listed(ada))


def test_closing_takes_it_off_everybodys_list(listed, ask, as_, client, cara, farah):
    enquiry = ask(farah, listed(cara))
    as_(farah).post(f"{QUESTIONS}{enquiry.pk}/close/")
    assert told(cara) == []
    path = answer_path(row(enquiry, cara))
    assert "This question is closed." in client.get(path).content.decode()
    assert client.post(path, {"answer": "help"}).status_code == 422
    with pytest.raises(PermissionDenied):
        actions.close_enquiry(enquiry, by=as_member(cara), at=NOON)


def test_deleting_leaves_nothing(listed, ask, as_, cara, farah):
    enquiry = ask(farah, listed(cara))
    as_(farah).post(f"{QUESTIONS}{enquiry.pk}/delete/")
    assert not Enquiry.objects.exists()
    assert not Recipient.objects.exists()
    assert told(cara) == []


def test_home_asks_for_the_answer(listed, ask, cara, farah):
    ask(farah, listed(cara))

    def asked():
        member = as_member(cara)
        return [need.title for need in needs_of(member, latest_round(member), at=timezone.now())]

    assert asked() == ["Who has moved a ward?"]
    actions.answer_enquiry(Recipient.objects.get(), by=as_member(cara), at=NOON, answer="no")
    assert asked() == []


def test_whoever_asked_hears_that_somebody_has_left(listed, ask, as_, cara, farah, ada):
    enquiry = ask(farah, listed(cara))
    organisation_actions.remove_member(as_member(cara), by=as_member(ada), at=NOON)
    assert told(farah) == ["Cara Doyle has left and cannot answer you: Who has moved a ward?"]
    assert "Has left" in as_(farah).get(enquiry.get_absolute_url()).content.decode()
    assert as_(farah).post(f"{QUESTIONS}{enquiry.pk}/close/").status_code == 302


def test_the_questions_of_whoever_leaves_are_closed(listed, ask, as_, cara, farah, ada):
    enquiry = ask(farah, listed(cara))
    organisation_actions.remove_member(as_member(farah), by=as_member(ada), at=NOON)
    assert Enquiry.objects.get(pk=enquiry.pk).closed_at
    assert Recipient.objects.waiting().count() == 0
    assert as_(cara).get(enquiry.get_absolute_url()).status_code == 200


def test_the_form(listed, as_, cara, lena, farah):
    profiles = [listed(cara), listed(lena)]
    to = "&".join(f"to={profile.pk}" for profile in profiles)
    browser = as_(farah)
    page = browser.get(f"{QUESTIONS}new/?{to}")
    assert page.context["form"]["people"].value() == [profile.pk for profile in profiles]
    sent = {"line": "Who knows?", "people": [profile.pk for profile in profiles], "once": str(uuid4())}
    assert browser.post(f"{QUESTIONS}new/", {**sent, "people": []}).status_code == 422
    answer = browser.post(f"{QUESTIONS}new/", sent, follow=True)
    assert "Your question is asked." in answer.content.decode()
    assert browser.post(f"{QUESTIONS}new/", sent).status_code == 302
    assert Enquiry.objects.count() == 1
    assert "Choose first whom to ask" in browser.get(f"{QUESTIONS}new/").content.decode()


def test_a_form_never_offers_or_takes_who_is_hidden(listed, as_, cara, farah):
    profile = listed(cara, is_listed=False)
    page = as_(farah).get(f"{QUESTIONS}new/?to={profile.pk}").content.decode()
    assert "Cara" not in page
    answer = as_(farah).post(f"{QUESTIONS}new/", {"line": "Who?", "people": [profile.pk]})
    assert answer.status_code == 422
    assert "Cara" not in answer.content.decode()


def test_a_question_about_a_lesson_names_it_to_those_who_may_read_it(listed, ask, as_, riverside, cara, lena, farah):
    from lessons.actions.writing import start_lesson

    words = {"title": "Secretlesson", "happened": "It came late.", "then_do": "ask."}
    lesson = start_lesson(riverside, by=as_member(farah), at=NOON, words=words, facts={})
    enquiry = ask(farah, listed(cara), about=lesson)
    [mail] = mails_to(cara)
    assert "Secretlesson" not in mail.body
    assert "Secretlesson" not in as_(cara).get(enquiry.get_absolute_url()).content.decode()
    assert "Secretlesson" in as_(farah).get(enquiry.get_absolute_url()).content.decode()
    type(lesson).objects.filter(pk=lesson.pk).update(state="noted", reach="organisation", validated_at=NOON)
    url = f"{QUESTIONS}new/?about={lesson.pk}&to={listed(lena).pk}"
    assert "Secretlesson" in as_(farah).get(url).content.decode()
    sent = {"line": "And then?", "people": [listed(lena).pk], "once": str(uuid4())}
    assert as_(farah).post(url, sent).status_code == 302
    assert "It is about: Lesson" in mails_to(lena)[0].body


def test_lists_take_the_same_queries_for_one_and_for_three(listed, ask, as_, cara, farah, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    profile = listed(cara)

    def queries(person, url):
        browser = as_(person)
        browser.get(url)
        with CaptureQueriesContext(connection) as found:
            assert browser.get(url).status_code == 200
        return len(found)

    ask(farah, profile, line="First?")
    before = [queries(person, QUESTIONS) for person in (farah, cara)]
    ask(farah, profile, line="Second?")
    ask(farah, profile, line="Third?")
    assert [queries(person, QUESTIONS) for person in (farah, cara)] == before


def test_a_reader_may_ask_and_answer(listed, ask, reza, cara):
    enquiry = ask(reza, listed(cara))
    assert Membership.objects.get(person=reza).role == "reader"
    assert enquiry.author == reza


def test_who_is_away_is_not_offered_and_not_asked(listed, ask, cara, lena, farah, as_):
    profile, other = listed(cara, "moving wards"), listed(lena, "moving wards")
    today = timezone.localdate()
    until = today + timedelta(days=4)
    say_away(cara, by=cara, at=NOON, from_on=today, until_on=until)
    assert people_for_words(as_member(farah), "moving") == [other]
    assert people_for_topics(as_member(farah), ["moving wards"]) == [other]
    until_words = f"{until.day} {until:%B %Y}"
    page = as_(farah).get("/o/riverside/finder/").text
    assert f"Away until {until_words}" in page
    assert f'value="{profile.pk}"' not in page
    assert f"?to={profile.pk}" not in as_(farah).get(profile.get_absolute_url()).text
    typed = {"line": "Who has moved a ward?", "people": [profile.pk, other.pk], "once": uuid4()}
    answer = as_(farah).post(f"{QUESTIONS}new/", typed)
    assert f"Cara Doyle is away until {until_words}. Choose somebody else." in answer.text
    assert "Who has moved a ward?" in answer.text
    asked = ask(farah, other, at=timezone.now())
    with pytest.raises(Refusal, match="is away until"):
        actions.pass_on(row(asked, lena), by=as_member(lena), at=timezone.now(), to=profile)
    say_away(cara, by=cara, at=NOON, from_on=None, until_on=None)
    assert people_for_topics(as_member(farah), ["moving wards"]) == [profile, other]


def test_away_is_said_on_ones_account_and_by_nobody_else(cara, farah, as_):
    answer = as_(cara).post("/me/", {"name": cara.name, "away_from_on": "1 December 2026", "away_until_on": ""})
    assert "Give both the first and the last day, or neither." in answer.text
    assert 'value="1 December 2026"' in answer.text
    said = {"name": cara.name, "away_from_on": "1 December 2026", "away_until_on": "30 November 2026"}
    assert "The last day comes before the first." in as_(cara).post("/me/", said).text
    as_(cara).post("/me/", said | {"away_until_on": "5 December 2026"})
    cara.refresh_from_db()
    assert (cara.away_from_on, cara.away_until_on) == (date(2026, 12, 1), date(2026, 12, 5))
    assert [cara.is_away(date(2026, 12, day)) for day in (1, 5, 6)] == [True, True, False]
    with pytest.raises(PermissionDenied):
        say_away(cara, by=farah, at=NOON, from_on=None, until_on=None)

"""Quoting, the link of a mail to the answer box, and asking one expert by name."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from communities.actions import asking, people, talk
from communities.actions.timetable import move_communities_on
from communities.models import Post, RoleKind, Thread
from jobs.models import Mail
from kmportal.lib.exceptions import Refusal
from kmportal.lib.mentions import quotation, without_quotations
from kmportal.lib.things import Ref
from notifications.models import Notice
from organisations.models import Membership
from organisations.tokens import thing_token
from tests.cast import as_member
from tests.communities.conftest import NOON
from tests.races import at_once

INSIDE = "/o/riverside/communities"


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("text", flat=True))


def reply_url(thread, person, *, slug="riverside", to=None) -> str:
    token = thing_token(person, Ref("thread", (to or thread).pk))
    return reverse("thread_reply", args=[slug, thread.pk, token])


class TestQuoting:
    def test_it_is_a_blockquote_with_the_name_and_does_not_grow(self):
        once = quotation("Cara Doyle", "One.\n\n> **Reza:**\n> Before\n\nTwo.")
        assert once == "> **Cara Doyle:**\n>\n> One.\n>\n>\n> Two.\n\n"
        assert without_quotations(once + "Mine.").strip() == "Mine."

    def test_a_link_fills_the_box(self, thread, cara, farah, as_):
        said = talk.write_post(thread, by=as_member(cara), at=NOON, text="The porters <b>do</b>.")
        url = f"{INSIDE}/talk/{thread.pk}/"
        assert f'href="?quote={said.pk}#write"' in as_(farah).get(url).text
        page = as_(farah).get(f"{url}?quote={said.pk}").text
        assert "&gt; **Cara Doyle:**\n&gt;\n&gt; The porters &lt;b&gt;do&lt;/b&gt;." in page
        sent = {"text": quotation("Cara Doyle", said.text) + "Since when?"}
        assert as_(farah).post(f"{url}?quote={said.pk}", sent).status_code == 302
        assert "<blockquote>" in as_(farah).get(url).text

    @pytest.mark.parametrize("key", ["0", "-1", "x", "999999999999999999999", ""])
    def test_what_is_not_there_fills_nothing(self, thread, farah, as_, key):
        page = as_(farah).get(f"{INSIDE}/talk/{thread.pk}/?quote={key}")
        assert page.status_code == 200
        assert "&gt; **" not in page.text

    def test_a_post_of_another_discussion_is_not_quoted(self, community, thread, cara, reza, sam, as_):
        opened = talk.start_thread(
            community, by=as_member(cara), at=NOON, title="All", text="Yes", reach="organisation"
        )
        people.join_community(community, by=as_member(sam), at=NOON)
        secret = thread.posts.get()
        assert secret.text not in as_(sam).get(f"{INSIDE}/talk/{opened.pk}/?quote={secret.pk}").text

    def test_whom_a_quotation_names_is_not_called_again(self, thread, cara, farah):
        text = "> @Cara Doyle knows\n\nDoes she?"
        talk.write_post(thread, by=as_member(farah), at=NOON, text=text)
        assert not [words for words in told(cara) if "names you" in words]


class TestReplyingFromTheMail:
    def test_who_is_named_gets_a_link_to_the_answer_box(self, thread, cara, farah, as_):
        talk.write_post(thread, by=as_member(farah), at=NOON, text="@Cara Doyle, do **you** know?")
        mail = Mail.objects.get(recipients=[cara.email])
        assert "@Cara Doyle, do you know?" in mail.body
        link = next(line for line in mail.body.splitlines() if "/reply/" in line)
        answer = as_(cara).get(link.partition("/o/")[1] + link.partition("/o/")[2])
        assert answer.url == f"{INSIDE}/talk/{thread.pk}/#write"

    def test_who_is_not_signed_in_signs_in_first_and_comes_back(self, thread, reza, client):
        url = reply_url(thread, reza)
        answer = client.get(url)
        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/login/?next=")
        assert "/reply/" in answer.url

    def test_it_is_for_one_person_and_one_discussion(self, community, thread, cara, farah, reza, as_):
        other = talk.start_thread(community, by=as_member(reza), at=NOON, title="Else?", text="Who?")
        for url in (reply_url(thread, cara), reply_url(thread, farah, to=other)):
            page = as_(farah).get(url)
            assert page.status_code == 404
            assert "written to somebody else" in page.text
            assert thread.title not in page.text

    @pytest.mark.parametrize("token", ["forged", "a:b:c", "é", "x" * 5_000])
    def test_a_forged_one_gets_a_clear_page(self, thread, farah, as_, token):
        page = as_(farah).get(f"{INSIDE}/talk/{thread.pk}/reply/{token}/")
        assert page.status_code == 404
        assert "This link does not work here" in page.text

    def test_an_old_one_says_so(self, thread, farah, as_):
        browser = as_(farah)
        with time_machine.travel(datetime.now(UTC) - timedelta(days=31), tick=False):
            url = reply_url(thread, farah)
        page = browser.get(url)
        assert page.status_code == 410
        assert "run out" in page.text

    def test_another_address_kills_it(self, thread, farah, as_):
        url = reply_url(thread, farah)
        type(farah).objects.filter(pk=farah.pk).update(email="new@riverside.example")
        assert as_(farah).get(url).status_code == 404

    def test_who_has_left_the_community_reads_nothing(self, community, thread, farah, as_):
        url = reply_url(thread, farah)
        people.leave_community(community, by=as_member(farah), at=NOON)
        assert as_(farah).get(url).status_code == 404

    def test_it_opens_no_account(self, thread, reza, client):
        Membership.objects.filter(person=reza).update(suspended_at=NOON)
        client.force_login(reza)
        assert client.get(reply_url(thread, reza)).status_code == 404


class TestAskingByName:
    @pytest.fixture
    def expert(self, community, cara, farah):
        people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.EXPERT])
        return farah

    @pytest.fixture
    def left_open(self, thread) -> Thread:
        Thread.objects.filter(pk=thread.pk).update(told_unanswered_at=NOON)
        return Thread.objects.get(pk=thread.pk)

    def ask(self, thread, by, person):
        return asking.ask_expert(thread, by=as_member(by), at=NOON, person=person)

    def test_the_facilitator_is_told_once_after_three_working_days(self, thread, cara):
        # Monday noon; the third working day after it is Thursday.
        assert move_communities_on(at=NOON + timedelta(days=3)) == 0
        assert move_communities_on(at=NOON + timedelta(days=4)) == 1
        assert move_communities_on(at=NOON + timedelta(days=5)) == 0
        assert len([words for words in told(cara) if "three working days" in words]) == 1

    def test_days_are_those_of_the_organisation(self, community, reza):
        type(community.organisation).objects.filter(pk=community.organisation_id).update(time_zone="Pacific/Auckland")
        sunday = datetime(2026, 11, 22, 20, tzinfo=UTC)  # Monday in Auckland
        talk.start_thread(community, by=as_member(reza), at=sunday, title="Who?", text="Nobody.")
        assert move_communities_on(at=datetime(2026, 11, 26, 10, 30, tzinfo=UTC)) == 0  # Thursday in Auckland
        assert move_communities_on(at=datetime(2026, 11, 26, 11, 30, tzinfo=UTC)) == 1

    def test_one_press_asks_one_and_everybody_sees_it(self, left_open, expert, cara, reza, as_):
        url = f"{INSIDE}/talk/{left_open.pk}/"
        assert "Ask Farah Siddiqui" not in as_(reza).get(url).text
        assert "Ask Farah Siddiqui" in as_(cara).get(url).text
        as_(cara).post(f"{url}ask/", {"person": expert.pk})
        assert [words for words in told(expert) if "asks you by name" in words]
        assert Mail.objects.filter(recipients=[expert.email], body__contains="/reply/").count() == 1
        page = as_(reza).get(url).text
        assert "Farah Siddiqui was asked by name" in page

    def test_only_one_is_asked(self, community, left_open, expert, cara):
        people.set_roles(community, by=as_member(cara), at=NOON, person=cara, roles=["facilitator", "expert"])
        self.ask(left_open, cara, expert)
        self.ask(left_open, cara, expert)
        assert len([words for words in told(expert) if "asks you by name" in words]) == 1
        with pytest.raises(Refusal, match="was asked already"):
            self.ask(left_open, cara, cara)

    def test_nobody_is_asked_too_early_or_too_late(self, thread, left_open, expert, cara):
        Thread.objects.update(told_unanswered_at=None)
        with pytest.raises(Refusal, match="three working days"):
            self.ask(thread, cara, expert)
        Thread.objects.update(told_unanswered_at=NOON)
        talk.write_post(thread, by=as_member(cara), at=NOON, text="I do.")
        with pytest.raises(Refusal, match="answered already"):
            self.ask(left_open, cara, expert)

    def test_the_asker_and_who_is_no_expert_are_not_asked(self, left_open, cara, reza, farah, sam):
        for person in (reza, farah, sam):
            with pytest.raises(Refusal, match="expert"):
                self.ask(left_open, cara, person)

    @pytest.mark.parametrize("who", ["reza", "lena", "ada", "sam"])
    def test_nobody_else_asks(self, who, left_open, expert, request):
        with pytest.raises(PermissionDenied):
            self.ask(left_open, request.getfixturevalue(who), expert)

    @pytest.mark.parametrize("person", ["", "0", "x", "99999999999999999999"])
    def test_nonsense_asks_nobody(self, left_open, cara, as_, person):
        assert as_(cara).post(f"{INSIDE}/talk/{left_open.pk}/ask/", {"person": person}).status_code == 404
        assert Post.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_the_same_moment_ask_one(community, thread, cara, farah, reza):
    """Farah is deputy; each asks another expert."""
    people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=["deputy", "expert"])
    people.set_roles(community, by=as_member(cara), at=NOON, person=cara, roles=["facilitator", "expert"])
    Thread.objects.filter(pk=thread.pk).update(told_unanswered_at=NOON)
    first, second = (Thread.objects.get(pk=thread.pk) for _ in range(2))
    said = at_once(
        lambda: asking.ask_expert(first, by=as_member(cara), at=NOON, person=farah),
        lambda: asking.ask_expert(second, by=as_member(farah), at=NOON, person=cara),
    )
    assert sorted(type(one).__name__ for one in said) == ["Refusal", "Thread"]
    assert Mail.objects.filter(body__contains="/reply/").count() == 1

"""Without a mail server no page says that mail was sent or will be, and nobody needs one to get in again."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from help.guides import guides
from notifications.models import Notice
from organisations import actions
from organisations.models import AuditEntry, Membership, Person
from organisations.tokens import RESET_LASTS
from tests import cast
from tests.cast import as_member
from tests.test_doors import ACCOUNT as OWN
from tests.test_doors import CLASS_OF, GUEST, ODD, PUBLIC, THROUGH, patterns

pytestmark = pytest.mark.drawn

# What claims that mail goes out; “sends no e-mail yet” and “no e-mail was sent” say the contrary.
CLAIMS = re.compile(
    r"gets? an? (?:e-)?mail|(?:invited|asked|told|reminded) by (?:e-)?mail"
    r"|(?:have|has|is|are|was|were) sent (?:a|to|you)"
    r"|will send|send (?:me|you) (?:the|a)(?: new)? link|check your (?:e-)?mail|send the invitation|gets? a reminder"
    r"|(?:e-mail|mail) a day|e-mail is slow|>\s*send again|junk or spam|on its way to",
    re.IGNORECASE,
)
# Words that are the same wherever the portal runs: what is kept of people, and samples of components.
SAID_OF_ALL = {"privacy", "components"}
PASSWORD = "three unrelated words"


@pytest.fixture(autouse=True)
def _no_mail_server(settings):
    settings.SMTP_URL, settings.DEMO = "", False


def claims_in(page):
    html = re.sub(r"(?s)<!--.*?-->", "", page.content.decode())
    return [html[max(0, found.start() - 40) : found.end() + 40] for found in CLAIMS.finditer(html)]


def test_no_page_claims_that_mail_goes_out(world, as_, client):
    found = {}
    for name, route, _ in patterns():
        if "^" in route or name in SAID_OF_ALL:
            continue
        door = CLASS_OF[name]
        who = [""] if door in (PUBLIC, GUEST) else ["lena"] if door == OWN else ODD.get(name, THROUGH.get(door, []))
        for person in who[:2]:
            page = (as_(world.people[person]) if person else client).get(world.address(name, route))
            is_text = page.get("Content-Type", "").startswith("text/") and not page.streaming
            if page.status_code == 200 and is_text and (wrong := claims_in(page)):
                found[name] = wrong
    assert found == {}


@pytest.mark.parametrize("key", [guide.key for guide in guides()])
def test_no_guide_promises_mail(db, client, key):
    assert claims_in(client.get(reverse("guide", args=[key]))) == []


def test_the_walk_would_notice(world, as_, settings):
    settings.SMTP_URL = "smtp://mail.example"
    assert claims_in(as_(world.people["ada"]).get("/o/riverside/people/invite/"))
    assert claims_in(as_(world.people["ada"]).get("/o/riverside/people/"))


def test_nothing_that_is_done_claims_it_either(world, as_, client):
    t, ada, farah = world.things, as_(world.people["ada"]), as_(world.people["farah"])
    people = f"/o/riverside/assessments/{t.round_open.pk}/people/"
    deeds = [
        (ada, "/o/riverside/people/invite/", {"email": "new@example.org", "role": "reader"}),
        (ada, f"/o/riverside/people/invitations/{t.invitation.pk}/resend/", {}),
        (farah, f"{people}addresses/", {"addresses": "one@example.org"}),
        (farah, f"{people}remind/", {}),
        (farah, f"/o/riverside/sessions/{t.session.pk}/invite/", {"addresses": "two@example.org"}),
        (farah, f"/o/riverside/sessions/{t.session.pk}/cancel/", {}),
        (client, "/accounts/password/reset/", {"email": "cara@riverside.example"}),
    ]
    for browser, url, sent in deeds:
        page = browser.post(url, sent, follow=True)
        assert page.status_code == 200, url
        assert claims_in(page) == [], url


def test_the_invitation_is_handed_over_by_its_link(world, as_):
    page = as_(world.people["ada"]).get("/o/riverside/people/").content.decode()
    assert re.search(r"<details[^>]* open", page)
    assert "data-copy" in page


def test_the_link_for_a_round_can_be_photographed_and_copied(world, as_):
    page = as_(world.people["farah"]).get(f"/o/riverside/assessments/{world.things.round_open.pk}/people/")
    html = page.content.decode()
    assert f"QR code that opens {page.context['link']}" in html
    assert "data-copy" in html


def test_the_command_is_that_of_the_portal_that_runs(world, as_, settings):
    url = f"/o/riverside/sessions/{world.things.session.pk}/"
    farah = as_(world.people["farah"])
    assert "make serve" in farah.get(url, headers={"Host": "127.0.0.1"}).content.decode()
    settings.DEMO = True
    assert "make run" in farah.get(url, headers={"Host": "127.0.0.1"}).content.decode()


def test_a_reader_is_not_sent_to_a_closed_door(riverside, reza, cara, as_):
    home, guide, new = "/o/riverside/", reverse("guide", args=["team-member"]), "/o/riverside/lessons/new/"
    assert new in as_(cara).get(home).content.decode()
    browser = as_(reza)
    assert new not in browser.get(home).content.decode()
    page = browser.get(guide).content.decode()
    assert new not in page
    assert "Your role, reader, cannot do this." in page


# --- Set up, tested --------------------------------------------------------------------------------------------------


def test_the_administrator_sees_that_mail_is_missing(riverside, ada, as_, settings):
    browser = as_(ada)
    assert "Have e-mail set up" in browser.get("/o/riverside/").content.decode()
    page = browser.get("/o/riverside/settings/").content.decode()
    assert "E-mail is not set up" in page
    assert "Send a test" not in page
    settings.SMTP_URL = "smtp://mail.example"
    assert "Have e-mail set up" not in browser.get("/o/riverside/").content.decode()


def test_a_test_goes_to_whoever_asks(riverside, ada, as_, settings, mailoutbox):
    browser = as_(ada)
    said = browser.post("/o/riverside/settings/mail/", follow=True).content.decode()
    assert "nothing to test yet" in said
    assert mailoutbox == []
    settings.SMTP_URL = "smtp://mail.example"
    assert "Send a test" in browser.get("/o/riverside/settings/").content.decode()
    said = browser.post("/o/riverside/settings/mail/", follow=True).content.decode()
    assert f"on its way to {ada.email}" in said
    assert [mail.to for mail in mailoutbox] == [[ada.email]]
    assert AuditEntry.objects.filter(event="organisation.mail_tested").count() == 1


# --- A forgotten password --------------------------------------------------------------------------------------------


def ask_for_link(browser, member):
    """Press the button, and show once more that it is still the administrator who sits there."""
    asked = browser.post(f"/o/riverside/people/{member.pk}/password/")
    assert asked.url.startswith("/accounts/reauthenticate/")
    return browser.post(asked.url, {"password": cast.PASSWORD}, follow=True)


def link_for(as_, ada, member):
    page = ask_for_link(as_(ada), member)
    return re.search(r'href="[^"]*(/password/[^"]+)"', page.content.decode())[1]


@pytest.fixture
def reza_here(riverside, reza):
    return Membership.objects.get(organisation=riverside, person=reza)


def test_a_link_opens_the_account_again_once(as_, ada, reza, reza_here, client):
    link = link_for(as_, ada, reza_here)
    assert reza.email in client.get(link).content.decode()
    assert client.post(link, {"password": "short"}).status_code == 422
    answer = client.post(link, {"password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, reverse("account_login"))
    assert "_auth_user_id" not in client.session  # signing in asks for whatever else it asks for
    assert Person.objects.get(pk=reza.pk).check_password(PASSWORD)
    assert client.get(link).status_code == client.post(link, {"password": PASSWORD}).status_code == 410
    events = set(AuditEntry.objects.values_list("event", flat=True))
    assert {"membership.reset_link_made", "membership.password_chosen"} <= events
    assert "made a link for a new password" in Notice.objects.get(person=reza).text


def test_a_link_dies_after_an_hour(as_, ada, reza_here, client, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    link = link_for(as_, ada, reza_here)
    time_machine.shift(RESET_LASTS - timedelta(seconds=2))
    assert client.get(link).status_code == 200
    time_machine.shift(4)
    assert client.get(link).status_code == 410


def test_a_link_that_was_made_up_opens_nothing(client, db):
    assert client.get("/password/forged/").status_code == 410


def test_an_account_that_opens_more_is_not_ours_to_open(as_, ada, riverside, nia, hillside):
    member = Membership.objects.get(organisation=riverside, person=nia)
    page = ask_for_link(as_(ada), member).content.decode()
    assert "belongs to more than your organisation" in page
    assert not AuditEntry.objects.filter(event="membership.reset_link_made").exists()


def test_an_account_that_is_suspended_elsewhere_is_not_ours_to_open_either(as_, ada, riverside, nia, hillside):
    """It may be let in again there before the link, or the new password, is forgotten."""
    Membership.objects.filter(organisation=hillside, person=nia).update(suspended_at=timezone.now())
    member = Membership.objects.get(organisation=riverside, person=nia)
    assert "belongs to more than your organisation" in ask_for_link(as_(ada), member).content.decode()
    assert not AuditEntry.objects.filter(event="membership.reset_link_made").exists()


def test_whoever_is_shut_out_stays_out(as_, ada, reza_here, riverside, client):
    actions.suspend_member(reza_here, by=as_member(ada), at=timezone.now())
    page = ask_for_link(as_(ada), reza_here).content.decode()
    assert "Let this person in again first" in page
    own = Membership.objects.get(organisation=riverside, person=ada)
    page = ask_for_link(as_(ada), own).content.decode()
    assert "your own account" in page


# --- One bad line ----------------------------------------------------------------------------------------------------


def test_one_bad_line_does_not_stop_the_others(world, as_):
    farah, t = as_(world.people["farah"]), world.things
    sent = {"addresses": "good@example.org\nbad-one\nfine@example.org"}
    for place in (f"sessions/{t.session.pk}/invite/", f"assessments/{t.round_open.pk}/people/addresses/"):
        page = farah.post(f"/o/riverside/{place}", sent, follow=True).content.decode()
        assert "“bad-one”" in page
    assert t.session.invitees.filter(email="good@example.org").exists()
    assert t.round_open.asked.filter(email="fine@example.org").exists()

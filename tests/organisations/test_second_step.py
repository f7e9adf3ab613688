"""The second step of signing in: codes of an app, recovery codes, passkeys."""

import json
import time
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobs.models import Mail
from kmportal.lib.secret_texts import seal_text
from organisations.accounts import has_second_step
from organisations.actions import invite_member
from organisations.emails import invitation_link
from organisations.models import AuditEntry, Invitation, Membership, Person
from organisations.permissions import Role
from tests.cast import PASSWORD, as_member


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def sign_in(browser, person):
    return browser.post(reverse("account_login"), {"login": person.email, "password": PASSWORD}, follow=True)


def said(response):
    return response.content.decode()


@pytest.fixture
def signed_in(lena):
    browser = Client()
    sign_in(browser, lena)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


@pytest.fixture
def with_app(lena):
    TOTP.activate(lena, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(lena)
    return lena


def test_an_app_is_set_up_and_recovery_codes_are_shown(signed_in, lena):
    page = said(signed_in.get(reverse("mfa_activate_totp")))
    assert "data:image/svg+xml" in page
    secret = signed_in.session["mfa.totp.secret"]
    assert secret in page
    wrong = signed_in.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "This code is not right" in said(wrong)
    done = said(signed_in.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True))
    assert "Your recovery codes" in done
    assert {row.type for row in Authenticator.objects.filter(user=lena)} == {"totp", "recovery_codes"}


def test_the_password_alone_opens_nothing_any_more(with_app):
    browser = Client()
    page = said(sign_in(browser, with_app))
    assert "Is it you?" in page
    assert browser.get(reverse("account")).status_code == 302
    wrong = browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "This code is not right" in said(wrong)
    browser.post(reverse("mfa_authenticate"), {"code": code_of("JBSWY3DPEHPK3PXP")})
    assert browser.get(reverse("account")).status_code == 200


def test_a_recovery_code_works_once(with_app):
    code = Authenticator.objects.get(user=with_app, type="recovery_codes").wrap().get_unused_codes()[0]
    for status in (200, 302):
        browser = Client()
        sign_in(browser, with_app)
        browser.post(reverse("mfa_authenticate"), {"code": code})
        assert browser.get(reverse("account")).status_code == status


def test_a_code_of_an_app_works_once(with_app):
    code = code_of("JBSWY3DPEHPK3PXP")
    for status in (200, 302):
        browser = Client()
        sign_in(browser, with_app)
        browser.post(reverse("mfa_authenticate"), {"code": code})
        assert browser.get(reverse("account")).status_code == status


def test_codes_that_are_guessed_are_braked_for_the_account(with_app):
    browser = Client()
    sign_in(browser, with_app)
    for _ in range(6):
        answer = browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Too many attempts" in said(answer)


def test_when_a_second_step_was_used_is_kept_by_day(with_app):
    row = Authenticator.objects.get(user=with_app, type="totp")
    row.record_usage()
    row.refresh_from_db()
    assert (row.last_used_at.hour, row.last_used_at.minute, row.last_used_at.second) == (0, 0, 0)


@pytest.mark.parametrize(
    "name",
    ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn"],
)
def test_every_page_of_it_is_ours(signed_in, name):
    page = said(signed_in.get(reverse(name)))
    assert page.count("<h1") == 1
    assert 'class="km-foot"' in page


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_reauthenticate",
    ],
)
def test_every_page_of_it_is_ours_with_an_app(signed_in, with_app, name):
    page = said(signed_in.get(reverse(name)))
    assert page.count("<h1") == 1
    assert 'class="km-foot"' in page


def test_its_own_change_asks_for_the_password_again_after_a_while(signed_in, monkeypatch):
    later = time.time() + 3600
    monkeypatch.setattr("allauth.account.internal.flows.reauthentication.time.time", lambda: later)
    assert signed_in.get(reverse("mfa_activate_totp")).url.startswith(reverse("account_reauthenticate"))


# --- What stands in the database --------------------------------------------------------------------------------------

APP = "JBSWY3DPEHPK3PXP"


def gets_in(person, code):
    browser = Client()
    sign_in(browser, person)
    answer = browser.post(reverse("mfa_authenticate"), {"code": code}, follow=True)
    return browser.get(reverse("account")).status_code == 200, said(answer)


def texts(person):
    return json.dumps(list(Authenticator.objects.filter(user=person).values_list("data", flat=True)))


def seal():
    told = StringIO()
    call_command("seal_second_steps", stdout=told, stderr=told)
    return told.getvalue()


def test_the_database_alone_opens_no_second_step(with_app):
    assert APP not in texts(with_app)
    assert texts(with_app).count('"sealed:') == 2
    assert seal() == ""


def test_secrets_from_before_still_work_and_are_encrypted_at_the_next_start(with_app):
    Authenticator.objects.filter(user=with_app, type="totp").update(data={"secret": APP})
    assert gets_in(with_app, code_of(APP))[0]
    call_command("prepare", stdout=StringIO())
    assert APP not in texts(with_app)
    cache.clear()  # a code is good for one sign-in
    assert gets_in(with_app, code_of(APP))[0]


def test_a_changed_key_opens_as_long_as_the_old_one_is_named_and_then_by_itself(with_app, settings):
    codes = Authenticator.objects.get(user=with_app, type="recovery_codes").wrap().get_unused_codes()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key " * 5, [settings.SECRET_KEY]
    assert gets_in(with_app, codes[0])[0]
    assert "encrypted with the key of today: 2." in seal()
    settings.SECRET_KEY_FALLBACKS = []
    assert gets_in(with_app, codes[1])[0]
    assert gets_in(with_app, code_of(APP))[0]


def test_with_a_lost_key_no_code_opens_and_people_are_told_what_to_do(with_app, settings):
    settings.SECRET_KEY = "another key " * 5
    for code in ("000000", code_of(""), code_of(APP)):
        is_in, page = gets_in(with_app, code)
        assert not is_in
        assert "The portal can no longer check this code." in page
    assert "Second steps that no key opens: 2." in seal()


def test_what_was_changed_in_the_database_does_not_open(with_app, settings):
    sealed = seal_text(APP, "another purpose")
    Authenticator.objects.filter(user=with_app, type="totp").update(data={"secret": sealed})
    assert not gets_in(with_app, code_of(APP))[0]


# --- Asked for by an organisation ------------------------------------------------------------------------------------


@pytest.fixture
def asked(riverside):
    riverside.asks_second_step = True
    riverside.save()


def home(browser):
    return browser.get(reverse("home", args=["riverside"]))


def test_administrators_and_leads_are_led_to_it_and_others_are_not(asked, as_, lena, ada, cara):
    for person in (lena, ada):
        answer = as_(person).get(reverse("home", args=["riverside"]), follow=True)
        assert answer.redirect_chain[-1][0] == reverse("mfa_index")
        assert "Riverside asks administrators and KM leads for a second step" in said(answer)
    assert home(as_(cara)).status_code == 200


def test_who_has_set_it_up_goes_on(asked, as_, with_app):
    assert home(as_(with_app)).status_code == 200


def test_nobody_is_asked_before_the_organisation_says_so(as_, ada):
    assert home(as_(ada)).status_code == 200


@pytest.fixture
def administrator(ada):
    browser = Client()
    sign_in(browser, ada)
    return browser


def reset(browser, person, member):
    return browser.post(reverse("person_second_step", args=["riverside", member(person).pk]))


def again(browser, response):
    assert response.url.startswith(reverse("account_reauthenticate"))
    return browser.post(response.url, {"password": PASSWORD}, follow=True)


def test_the_link_of_an_administrators_invitation_waits_for_the_password(administrator, ada, riverside):
    """Whoever opens it becomes one; a stranger at an open screen would take a picture of it."""
    for role in (Role.ADMINISTRATOR, Role.READER):
        invite_member(riverside, by=as_member(ada), at=timezone.now(), email=f"{role}@new.example", role=role)
    power, other = Invitation.objects.order_by("pk")
    people = reverse("person_list", args=["riverside"])
    codes = reverse("invitation_codes", args=["riverside"])
    page = administrator.get(people).content.decode()
    assert invitation_link(power) not in page
    assert invitation_link(other) in page
    many = administrator.get(reverse("invitation_many", args=["riverside"])).content.decode()
    assert invitation_link(power) not in many
    assert invitation_link(other) in many
    assert administrator.get(codes).url.startswith(reverse("account_reauthenticate"))
    assert administrator.get(f"{codes}?only={other.pk}").status_code == 200
    shown = again(administrator, administrator.get(f"{codes}?only={power.pk}"))
    assert invitation_link(power) in shown.content.decode()
    assert invitation_link(power) in administrator.get(people).content.decode(), "for some minutes"
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert invitation_link(power) not in administrator.get(people).content.decode()


def test_an_administrator_takes_it_off_and_the_person_is_told(administrator, with_app, member, world):
    lost = Client()
    sign_in(lost, with_app)
    lost.post(reverse("mfa_authenticate"), {"code": code_of("JBSWY3DPEHPK3PXP")})
    form = reverse("person_edit", args=["riverside", member(with_app).pk])
    assert "Take the second step off" in said(administrator.get(form))
    page = said(again(administrator, reset(administrator, with_app, member)))
    assert "signs in with the password alone now" in page
    assert not Authenticator.objects.filter(user=with_app).exists()
    assert lost.get(reverse("account")).status_code == 302, "its sessions have ended"
    assert Mail.objects.filter(subject="Your second step on KM Portal was taken off").count() == 1
    assert AuditEntry.objects.filter(event="membership.second_step_reset").count() == 1
    assert "Take the second step off" not in said(administrator.get(form))


def test_it_stays_on_while_another_organisation_asks_for_it(administrator, hillside, with_app, member):
    hillside.asks_second_step = True
    hillside.save()
    Membership.objects.create(organisation=hillside, person=with_app, role=Role.LEAD)
    membership = Membership.objects.get(organisation__slug="riverside", person=with_app)
    answer = administrator.post(reverse("person_second_step", args=["riverside", membership.pk]))
    assert "Another organisation asks this person" in said(again(administrator, answer))
    assert Authenticator.objects.filter(user=with_app).exists()


def test_what_opens_up_asks_for_the_password_again(administrator, riverside, asked):
    url = reverse("organisation_edit", args=["riverside"])
    TOTP.activate(Person.objects.get(name="Ada Kowalska"), "JBSWY3DPEHPK3PXP")
    fields = {"name": "Riverside", "kind": "trust", "time_zone": "Europe/London", "version": 1}
    again(administrator, administrator.post(url, fields))
    riverside.refresh_from_db()
    assert not riverside.asks_second_step


@pytest.mark.parametrize("way", ["person_edit", "invitation_new", "invitation_many", "invitation_edit"])
def test_who_gives_the_role_of_administrator_shows_once_more_that_it_is_them(
    administrator, ada, cara, member, riverside, way
):
    here = {"person_edit": lambda: member(cara).pk}
    asked = {"by": member(ada), "at": timezone.now(), "email": "gus@ward.example", "role": Role.READER}
    here["invitation_edit"] = lambda: invite_member(riverside, **asked).pk
    url = reverse(way, args=["riverside", *([here[way]()] if way in here else [])])
    address = {"invitation_new": {"email": "eve@ward.example"}, "invitation_many": {"addresses": "eve@ward.example"}}
    fields = {"role": Role.ADMINISTRATOR, **address.get(way, {})}
    given = (
        Membership.objects.filter(person=cara, role=Role.ADMINISTRATOR),
        Invitation.objects.filter(role=Role.ADMINISTRATOR),
    )
    answer = administrator.post(url, fields)
    assert not any(rows.exists() for rows in given)
    again(administrator, answer)
    assert any(rows.exists() for rows in given)


def test_the_operator_helps_the_last_administrator(administrator, ada, mailoutbox):
    TOTP.activate(ada, "JBSWY3DPEHPK3PXP")
    call_command("reset_second_step", ada.email, stdout=StringIO())
    assert not has_second_step(ada)
    assert administrator.get(reverse("account")).status_code == 302
    assert [mail.to for mail in mailoutbox] == [[ada.email]]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.event, entry.actor_id) == ("membership.second_step_reset", None)
    for address in (ada.email, "nobody@riverside.example"):
        with pytest.raises(CommandError):
            call_command("reset_second_step", address, stdout=StringIO())
    assert len(mailoutbox) == 1

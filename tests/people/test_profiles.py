"""One’s own profile: what is kept to oneself, what others see, and what goes with whoever leaves."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from kmportal.lib.exceptions import Refusal, Stale
from organisations import actions as organisation_actions
from organisations.models import AuditEntry, AuditName
from people import actions
from people.models import Profile, Topic
from search.models import SearchDoc, SearchText
from tests.cast import as_member

from .conftest import NOON

SECRET = {"working_on": "Secretplan", "research": "Secretstudy", "site": "Secrethouse", "languages": "Secretish"}
SECRET |= {"how_to_ask": "Secretly"}
OWN = "/o/riverside/finder/me/"


def pages_of(browser, profile):
    """Everything of the finder, the search and the API that could show somebody."""
    addresses = (
        "finder/", "finder/?q=secr*", "finder/?q=cara", f"finder/{profile.pk}/", "finder/questions/new/",
        f"finder/questions/new/?to={profile.pk}", "search/?q=secr*", "search/?q=cara", "search/?kind=profile",
    )  # fmt: skip
    return "".join(browser.get(f"/o/riverside/{address}").content.decode() for address in addresses)


def test_nobody_is_listed_at_first_and_hidden_words_leave_the_server_for_nobody_else(
    listed, as_, cara, lena, farah, reza, ada, sam, oskar
):
    profile = listed(cara, "secrettopic", is_listed=False, **SECRET)
    for person in (lena, farah, reza, ada, sam, oskar):
        assert "secret" not in pages_of(as_(person), profile).lower(), person
        assert as_(person).get(f"/o/riverside/finder/{profile.pk}/").status_code == 404
    assert not SearchDoc.objects.filter(kind="profile").exists()
    assert not SearchText.objects.filter(body__icontains="secret").exists()
    names = AuditName.objects.filter(kind="profile").values_list("name", flat=True)
    assert list(names) == [f"Profile {profile.pk}"]
    assert "secret" not in str(list(AuditEntry.objects.values())).lower()
    page = as_(cara).get(profile.get_absolute_url()).content.decode()
    assert "Secretplan" in page
    assert "Only you can read this." in page


def test_once_listed_colleagues_find_it_and_nobody_elsewhere(listed, as_, cara, reza, oskar, nia, hillside):
    profile = listed(cara, "secrettopic", **SECRET)
    html = pages_of(as_(reza), profile)
    assert "Secretplan" in html
    assert "Cara Doyle" in as_(reza).get("/o/riverside/search/?q=secretplan").content.decode()
    assert as_(oskar).get(f"/o/hillside/finder/{profile.pk}/").status_code == 404
    assert "secrettopic" not in as_(nia).get("/o/hillside/search/?q=secrettop*").content.decode()
    assert "Cara" not in as_(nia).get("/o/hillside/finder/").content.decode()


def test_whoever_unticks_it_is_gone_from_everywhere_at_once(listed, as_, cara, reza):
    listed(cara, "secrettopic", **SECRET)
    profile = listed(cara, "secrettopic", is_listed=False, **SECRET)
    assert not SearchDoc.objects.filter(kind="profile").exists()
    assert "secretplan" not in pages_of(as_(reza), profile).lower()


def test_whoever_wants_to_be_found_names_one_thing(riverside, cara, as_):
    with pytest.raises(Refusal, match="Name one thing"):
        actions.write_profile(riverside, by=as_member(cara), at=NOON, seen=0, is_listed=True)
    assert not Profile.objects.exists()
    answer = as_(cara).post(OWN, {"is_listed": "on", "asked_about": " , "})
    assert answer.status_code == 422
    assert "Name one thing, or nobody would find you" in answer.content.decode()


def test_topics_are_one_of_each_that_reads_the_same(listed, cara):
    profile = listed(cara, "Moving wards", "moving\u200b  WARDS", "Night staff", wants_to_learn=["Excel"])
    assert profile.asked_about == ["Moving wards", "Night staff"]
    assert profile.wants_to_learn == ["Excel"]
    with pytest.raises(Refusal, match="at most 12"):
        listed(cara, *(f"thing {number}" for number in range(13)))
    with pytest.raises(Refusal, match="80"):
        listed(cara, "x" * 81)
    assert Topic.objects.count() == 3


def test_the_form_saves_and_shows_it(as_, cara, reza):
    browser = as_(cara)
    sent = {"asked_about": "Moving wards, night staff", "is_listed": "on", "working_on": "- a\n- **b**", "site": "West"}
    answer = browser.post(OWN, {**sent, "staff_group": "nursing"}, follow=True)
    assert "Colleagues can find you now." in answer.content.decode()
    page = as_(reza).get(answer.redirect_chain[-1][0]).content.decode()
    assert "<li><strong>b</strong></li>" in page
    assert "Nursing and midwifery, West" in page
    again = browser.get(OWN).content.decode()
    assert "Moving wards, night staff" in again


def test_two_windows_of_one_person_lose_nothing(listed, as_, cara, riverside):
    listed(cara, "first")
    with pytest.raises(Stale):
        actions.write_profile(riverside, by=as_member(cara), at=NOON, seen=0, is_listed=True, asked_about=["second"])
    answer = as_(cara).post(OWN, {"asked_about": "second", "is_listed": "on", "version": "0"})
    html = answer.content.decode()
    assert "Two people changed this" in html
    assert "first" in html
    assert "second" in html
    assert Profile.objects.get().asked_about == ["first"]


def test_nobody_deletes_somebody_elses(listed, cara, lena, ada, as_):
    profile = listed(cara)
    for person in (lena, ada):
        with pytest.raises(PermissionDenied):
            actions.delete_profile(profile, by=as_member(person), at=NOON)
        assert as_(person).post(f"{OWN}delete/").status_code == 404
    as_(cara).post(f"{OWN}delete/")
    assert not Profile.objects.exists()
    assert not Topic.objects.exists()
    assert not SearchDoc.objects.filter(kind="profile").exists()


def test_suspended_people_are_not_found_until_they_are_let_in_again(listed, as_, cara, ada, reza):
    profile = listed(cara)
    found = "/o/riverside/finder/?q=moving"
    organisation_actions.suspend_member(as_member(cara), by=as_member(ada), at=NOON)
    assert "Cara" not in as_(reza).get(found).content.decode()
    assert "Cara" not in as_(reza).get("/o/riverside/finder/").content.decode()
    assert as_(reza).get(profile.get_absolute_url()).status_code == 404
    organisation_actions.restore_member(as_member(cara), by=as_member(ada), at=NOON)
    assert "Cara" in as_(reza).get(found).content.decode()


def test_whoever_leaves_leaves_no_profile(listed, cara, ada, as_, reza):
    listed(cara)
    organisation_actions.remove_member(as_member(cara), by=as_member(ada), at=NOON)
    assert not Profile.objects.exists()
    assert "Cara" not in as_(reza).get("/o/riverside/search/?q=cara").content.decode()


def test_a_new_name_is_found_at_once(listed, cara, as_, reza):
    listed(cara)
    organisation_actions.rename_person(cara, by=cara, at=NOON, name="Cara Quickly")
    assert "Cara Quickly" in as_(reza).get("/o/riverside/finder/?q=quickly").content.decode()


def test_of_two_organisations_each_has_its_own(listed, as_, nia, reza, riverside, hillside):
    listed(nia, "rivertopic", organisation=riverside)
    assert "Nia" in as_(reza).get("/o/riverside/finder/").content.decode()
    html = as_(nia).get("/o/hillside/finder/").content.decode()
    assert "rivertopic" not in html
    assert "You do not stand here." in html


def test_hostile_words_stay_words(listed, as_, cara, reza):
    profile = listed(
        cara, "<b>x</b>", working_on="<script>alert(1)</script> [a](javascript:alert(1))", how_to_ask="<i>", site="<u>"
    )
    for url in (profile.get_absolute_url(), reverse("finder_list", args=["riverside"])):
        html = as_(reza).get(url).content.decode()
        assert "<script>alert" not in html
        assert "<b>x" not in html
        assert 'href="javascript' not in html

"""A guide for each group of people: whole, true, and with pictures that are there."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from PIL import Image

from help import guides
from help.slots import NEW_FOR
from kmportal.lib.content import ContentError
from organisations.models import Membership
from organisations.permissions import Role
from tests.test_doors import CLASS_OF

ALL = guides.guides()


def test_there_is_one_for_every_role():
    assert [one.key for one in ALL] == ["km-lead", "facilitator", "reader", "team-member", "sponsor", "administrator"]
    assert all(guides.guide_for(role) for role in Role)
    assert guides.guide_for("stranger") is None


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
def test_everybody_can_read_it(one, client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        html = client.get(reverse("guide", args=[one.key])).content.decode()
    assert f"<h1>{one.title}</h1>" in html
    assert html.count("<li>") >= 6
    assert all(f'alt="{task.picture.alt}"' in html for task in one.first)
    assert "/o/" not in html  # nobody’s organisation


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
def test_its_pages_exist_and_its_pictures_are_small(one):
    for page in [*(task.page for task in one.first), *(place.page for place in one.where)]:
        assert page in CLASS_OF
        assert reverse(page, args=["riverside"])
    for task in one.first:
        path = finders.find(task.picture.path)
        assert path, f"{task.picture.file} is missing. Type: make pictures"
        with Image.open(path) as image:
            assert image.size == (guides.WIDTH, guides.HEIGHT)
        assert Path(path).stat().st_size < 60_000


def test_no_picture_lies_there_unused():
    folder = finders.find("img/guide")
    used = {task.picture.file for one in ALL for task in one.first}
    assert {path.name for path in Path(folder).iterdir()} == used


def test_links_lead_into_ones_own_organisation_and_only_where_one_may_go(as_, riverside, lena, reza):
    html = {}
    for name, person in {"lena": lena, "reza": reza}.items():
        browser = as_(person)
        browser.get(reverse("action_list", args=["riverside"]))
        html[name] = browser.get(reverse("guide", args=["facilitator"])).content.decode()
    new, techniques = (reverse(name, args=["riverside"]) for name in ("session_new", "technique_list"))
    assert new in html["lena"]
    assert new not in html["reza"]
    assert techniques in html["reza"]


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
def test_nobody_is_sent_to_a_page_that_refuses_them(one, as_, riverside, lena, farah, cara, reza, sam, ada):
    people = {
        Role.LEAD: lena, Role.FACILITATOR: farah, Role.CONTRIBUTOR: cara,
        Role.READER: reza, Role.SPONSOR: sam, Role.ADMINISTRATOR: ada,
    }  # fmt: skip
    for role in one.roles:
        for page in [*(task.page for task in one.first), *(place.page for place in one.where)]:
            answer = as_(people[Role(role)]).get(reverse(page, args=["riverside"]), follow=True)
            assert answer.status_code == 200, f"{role} may not see {page}"


def test_a_guide_that_is_not_there(client, db):
    assert client.get("/help/nobody/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("guide", args=["no body"])


def test_help_and_home_lead_to_them(client, as_, riverside, lena, farah, cara, reza, sam):
    helped = client.get(reverse("help")).content.decode()
    assert all(f'href="{reverse("guide", args=[one.key])}"' in helped for one in ALL)
    for key, person in {
        "km-lead": lena,
        "facilitator": farah,
        "team-member": cara,
        "reader": reza,
        "sponsor": sam,
    }.items():
        html = as_(person).get(reverse("home", args=["riverside"])).content.decode()
        assert re.findall(r'href="/help/([a-z-]+)/"', html) == [key]


def test_the_check_lists_mistakes(tmp_path):
    folder = tmp_path / "content" / "help"
    folder.mkdir(parents=True)
    whole = (guides.FOLDER / "guides.yaml").read_text()
    (folder / "guides.yaml").write_text(
        whole.replace("[[starter]]", "[[nobody-knows]]").replace("roles: [sponsor]", "roles: [lead]")
        .replace("key: sponsor", "key: km-lead").replace("what happened and what you would tell", "what happened, etc")
    )  # fmt: skip
    with pytest.raises(ContentError) as caught:
        guides.read(folder)
    said = str(caught.value)
    for words in ("nobody-knows", "for the role “lead”", "“km-lead” stands here twice", "plainer or British"):
        assert words in said


@pytest.mark.parametrize("who", ["lena", "farah", "cara", "reza", "sam", "ada"])
def test_the_guide_is_first_on_the_home_of_somebody_new_and_last_on_that_of_others(who, as_, world):
    person = world.people[who]
    browser, home = as_(person), reverse("home", args=["riverside"])

    def headings() -> list[str]:
        found = re.findall(r'<h2[^>]*\bid="([\w-]+)"', browser.get(home).text)
        return [one for one in found if one not in {"introduction", "nums"}]

    assert headings()[0] == "new-here"
    Membership.objects.filter(person=person).update(joined_at=timezone.now() - NEW_FOR)
    assert "new-here" not in headings()
    html = browser.get(home).text
    assert html.index('href="/help/') > html.rindex("<h2")

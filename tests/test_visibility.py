"""Who sees what: person × reach × organisation × door, against a table by hand.

A lesson can be for its author alone, for those who check, for a group (also one with people from elsewhere), for the
organisation and for the network. Every door must say the same: page, list, CSV, search, API, notice, mail, and the page
of an action that follows from the lesson. All other kinds are for the organisation; a stranger finds none of them by
the address of their own organisation either, and no live stream.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from actionplan.actions import send_due_digests
from actionplan.models import Action
from jobs.models import Mail
from kmportal.lib import things
from lessons.actions.writing import start_lesson
from lessons.events import Event
from lessons.models import Lesson, State
from notifications.actions import notify
from organisations import actions as organisation_actions
from organisations import events
from organisations.models import Group, Membership, Organisation, Person
from organisations.permissions import Role
from organisations.visibility import Reach
from search import subscribers
from tests.cast import as_member, join_group
from tests.test_doors import CLASS_OF, GUEST, patterns

# Person @ organisation as whose member they look. Mo of Moorland was let into the group Ward 6 of Riverside.
RIVERSIDE = ["lena@riverside", "farah@riverside", "cara@riverside", "reza@riverside", "ada@riverside"]
RIVERSIDE += ["sam@riverside", "nia@riverside"]
ELSEWHERE = ["nia@hillside", "oskar@hillside", "mo@moorland"]
EVERYBODY = [*RIVERSIDE, *ELSEWHERE]
# Whose lesson it is and how far it reaches → who sees it. Cara writes those of Riverside, Oskar those of Hillside.
TABLE: dict[tuple[str, str], list[str]] = {
    ("riverside", "author"): ["cara@riverside"],
    ("riverside", "reviewers"): ["cara@riverside", "lena@riverside", "farah@riverside"],
    ("riverside", "group"): ["cara@riverside", "reza@riverside", "mo@moorland"],
    ("riverside", "organisation"): RIVERSIDE,
    ("riverside", "network"): EVERYBODY,
    ("hillside", "author"): ["oskar@hillside"],
    ("hillside", "reviewers"): ["oskar@hillside"],
    ("hillside", "group"): ["oskar@hillside", "nia@hillside"],
    ("hillside", "organisation"): ["oskar@hillside", "nia@hillside"],
    ("hillside", "network"): EVERYBODY,
}
STATES = {"author": State.DRAFT, "reviewers": State.SUBMITTED}


@dataclass
class Land:
    """Three organisations, their people, and a lesson for each line of the table."""

    people: dict[str, Person]
    lessons: dict[tuple[str, str], Lesson]

    def reader(self, who: str) -> Membership:
        name, slug = who.split("@")
        return as_member(self.people[name], Organisation.objects.get(slug=slug))

    def visible(self, who: str) -> set[tuple[str, str]]:
        """What the table lets them see."""
        return {key for key, readers in TABLE.items() if who in readers}

    def seen_in(self, text: str) -> set[tuple[str, str]]:
        """Which lessons a text names: each title stands nowhere else."""
        return {key for key in self.lessons if word_of(key) in text}


def word_of(key: tuple[str, str]) -> str:
    """A word that only this lesson has: “Kriversidegroup”."""
    return f"K{key[0]}{key[1]}"


@pytest.fixture
def land(settings, riverside, hillside, lena, farah, cara, reza, ada, sam, nia, oskar) -> Land:
    settings.EMAIL_BACKEND = "jobs.mail.Backend"
    moorland = Organisation.objects.create(name="Moorland", slug="moorland", lends_members=True)
    mo = Person.objects.create(email="mo@moorland.example", name="Mo Hart")
    Membership.objects.create(organisation=moorland, person=mo, role=Role.READER)
    Organisation.objects.filter(pk=riverside.pk).update(admits_outsiders=True)
    ward = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)
    depot = Group.objects.create(organisation=hillside, name="Depot", kind=Group.Kind.UNIT)
    join_group(ward, reza)
    join_group(depot, nia)
    organisation_actions.admit_outsider(
        Group.objects.get(pk=ward.pk), by=as_member(ada), at=timezone.now(), email=mo.email
    )
    groups, authors = {"riverside": ward, "hillside": depot}, {"riverside": cara, "hillside": oskar}
    lessons = {key: make_lesson(key, by=authors[key[0]], group=groups[key[0]]) for key in TABLE}
    people = {"lena": lena, "farah": farah, "cara": cara, "reza": reza, "ada": ada, "sam": sam, "nia": nia}
    return Land({**people, "oskar": oskar, "mo": mo}, lessons)


def make_lesson(key: tuple[str, str], *, by: Person, group: Group) -> Lesson:
    """A lesson of that organisation as it stands when it reaches so far."""
    organisation = Organisation.objects.get(slug=key[0])
    words = {"title": f"{word_of(key)} lesson", "happened": "It came late.", "then_do": "ask.", "why": "Nobody asked."}
    lesson = start_lesson(organisation, by=as_member(by, organisation), at=timezone.now(), words=words, facts={})
    Lesson.objects.filter(pk=lesson.pk).update(
        reach=key[1],
        share_with=key[1] if key[1] in ("group", "organisation", "network") else Reach.ORGANISATION,
        group=group if key[1] == "group" else None,
        state=STATES.get(key[1], State.IDENTIFIED),
        submitted_at=timezone.now(),
        validated_at=None if key[1] in STATES else timezone.now(),
    )
    lesson = Lesson.objects.select_related("organisation", "revision").get(pk=lesson.pk)
    subscribers.put([lesson])
    return lesson


ANY_STATE = "&".join(f"state={state}" for state in State)


def on_the_page(land: Land, browser: Client, slug: str) -> set[tuple[str, str]]:
    found = {key: browser.get(f"/o/{slug}/lessons/{lesson.pk}/") for key, lesson in land.lessons.items()}
    assert {answer.status_code for answer in found.values()} <= {200, 404}
    return {key for key, answer in found.items() if answer.status_code == 200 and word_of(key) in answer.text}


def in_the_list(land: Land, browser: Client, slug: str) -> set[tuple[str, str]]:
    return land.seen_in(browser.get(f"/o/{slug}/lessons/?{ANY_STATE}").text)


def in_the_csv(land: Land, browser: Client, slug: str) -> set[tuple[str, str]]:
    return land.seen_in(browser.get(f"/o/{slug}/lessons/?{ANY_STATE}&format=csv").getvalue().decode())


def in_the_search(land: Land, browser: Client, slug: str) -> set[tuple[str, str]]:
    pages = [browser.get(f"/o/{slug}/search/?q={word_of(key)}").text for key in land.lessons]
    return {key for key, text in zip(land.lessons, pages, strict=True) if f"{word_of(key)} lesson" in plain(text)}


def plain(html: str) -> str:
    """Without the marks of highlighting."""
    return html.replace("<mark>", "").replace("</mark>", "")


def program_of(person: Person) -> dict[str, str]:
    token = organisation_actions.create_access_token(
        person, by=person, at=timezone.now(), name="Tests", scope="read", days=1
    )
    return {"authorization": f"Bearer {token}"}


def by_the_api(land: Land, browser: Client, slug: str) -> set[tuple[str, str]]:
    headers = program_of(Person.objects.get(pk=browser.session["_auth_user_id"]))
    listed = Client().get(f"/api/v1/{slug}/lessons/?{ANY_STATE}", headers=headers).json()["results"]
    alone = [
        key
        for key, lesson in land.lessons.items()
        if Client().get(f"/api/v1/{slug}/lessons/{lesson.pk}/", headers=headers).status_code == 200
    ]
    found = Client().get(f"/api/v1/{slug}/search/?kind=lesson&{ANY_STATE}", headers=headers).json()["results"]
    by_key = {lesson.pk: key for key, lesson in land.lessons.items()}
    assert {by_key[one["id"]] for one in listed} == {by_key[one["id"]] for one in found} == set(alone)
    return set(alone)


DOORS: dict[str, Callable[[Land, Client, str], set[tuple[str, str]]]] = {
    "page": on_the_page,
    "list": in_the_list,
    "csv": in_the_csv,
    "search": in_the_search,
    "api": by_the_api,
}


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("door", DOORS)
def test_every_door_shows_what_the_table_says(land, as_, door, who):
    slug = who.split("@")[1]
    seen = DOORS[door](land, as_(land.reader(who).person), slug)
    assert seen == land.visible(who)


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_reference_is_a_link_only_for_those_who_see_the_thing(land, who):
    refs = {things.ref_of(lesson): key for key, lesson in land.lessons.items()}
    pointed = things.pointers(refs, land.reader(who))
    assert {refs[ref] for ref in pointed} == land.visible(who)


@pytest.mark.parametrize("who", ["oskar@hillside", "mo@moorland"])
def test_somebody_elsewhere_is_told_only_of_what_they_see(land, who):
    """At home whoever tells has chosen the people; of what is elsewhere only whoever sees it is told."""
    reader, told = land.reader(who), set()
    elsewhere = {key: lesson for key, lesson in land.lessons.items() if key[0] != reader.organisation.slug}
    for key, lesson in elsewhere.items():
        occurrence = events.record(Event.LESSON_CHANGED, lesson, by=None, at=timezone.now(), revision=1)
        if notify(reader.person, occurrence, f"{word_of(key)} has changed"):
            told.add(key)
    assert told <= land.visible(who)
    assert (("riverside", "group") in told) == (who == "mo@moorland")


@pytest.mark.parametrize("key", [key for key in TABLE if key[1] not in STATES and key[0] == "riverside"])
@pytest.mark.parametrize("who", RIVERSIDE)
def test_an_action_names_where_it_comes_from_only_to_those_who_see_that(land, as_, key, who):
    """Whoever is given an action sees it; not the words of a lesson that only a group may read. Mail says no more."""
    reader = land.reader(who)
    Action.objects.create(
        organisation=reader.organisation,
        title="Change the list",
        owner=reader.person,
        due_on=timezone.localdate() - timedelta(days=1),
        reach=Reach.GROUP if key[1] == "group" else Reach.ORGANISATION,
        group=land.lessons[key].group,
        source_kind="lesson",
        source_ident=land.lessons[key].pk,
        created_at=timezone.now() - timedelta(days=9),
    )
    expected = {key} & land.visible(who)
    browser = as_(reader.person)
    for place in ("actions/", f"actions/{Action.objects.get().pk}/", "actions/?format=csv", ""):
        assert land.seen_in(text_of(browser.get(f"/o/riverside/{place}"))) - land.visible(who) == set(), place
    assert land.seen_in(text_of(browser.get("/o/riverside/actions/"))) == expected
    send_due_digests(at=timezone.now().replace(hour=12))
    mail = next(mail for mail in Mail.objects.order_by("-pk") if mail.recipients == [reader.person.email])
    assert "Change the list" in mail.body
    assert land.seen_in(mail.body) == expected


def text_of(answer: Any) -> str:
    return answer.getvalue().decode() if answer.streaming else answer.text


def test_a_stranger_finds_nothing_of_riverside_at_home_either(world, oskar, as_):
    """Keys of Riverside in addresses of Hillside: pages, files, streams."""
    browser, wrong = as_(oskar), []
    for name, route, _ in patterns():
        if not route.startswith("o/<slug:slug>/") or CLASS_OF[name] == GUEST or "<int:pk>" not in route:
            continue
        url = world.address(name, route).replace("/o/riverside/", "/o/hillside/", 1)
        answer = browser.get(url)
        if answer.status_code == 405:
            answer = browser.post(url)
        if answer.status_code not in (403, 404):
            wrong.append((name, answer.status_code))
    assert wrong == []

"""Statements that are put together once: they say the same as the queryset that they come from, whoever asks."""

from datetime import date, timedelta

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from kmportal.lib import prepared as module
from kmportal.lib.prepared import Prepared, prepared
from lessons.models import Lesson
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from roadmap.models import Programme
from tests.cast import as_member

pytestmark = pytest.mark.django_db

PAGES = {
    "lesson_detail": "checked",
    "programme_detail": "programme",
    "gap_report": "round_closed",
    "action_detail": "action",
}


def test_rows_counts_and_whether_there_are_any_are_those_of_the_queryset(world, lena, cara, oskar):
    @prepared
    def readable(membership: Membership, state: str) -> object:
        return Lesson.objects.visible_to(membership).filter(state=state).select_related("revision").order_by("pk")

    for person in (lena, cara, oskar):
        member = as_member(person)
        for state in ("identified", "draft"):
            rows = list(Lesson.objects.visible_to(member).filter(state=state).order_by("pk"))
            assert readable(member, state) == rows
            assert (readable.count(member, state), readable.exists(member, state)) == (len(rows), bool(rows))
            assert readable.first(member, state) == (rows[0] if rows else None)


def test_neighbours_and_annotations_come_along(world, django_assert_num_queries):
    @prepared
    def programmes(organisation: int) -> object:
        return Programme.objects.filter(organisation=organisation).select_related("lead").prefetch_related("steps")

    with django_assert_num_queries(2):
        [found] = programmes(world.riverside.pk)
        assert (found.lead.name, len(found.steps.all())) == ("Lena Marsh", 5)


def test_keys_in_a_tuple_may_be_few_or_many(world):
    @prepared
    def people(keys: tuple[int, ...]) -> object:
        return Person.objects.filter(pk__in=keys).order_by("pk").values_list("pk", flat=True)

    every = tuple(Person.objects.order_by("pk").values_list("pk", flat=True))
    for number in range(1, len(every) + 1):
        assert people(every[:number]) == list(every[:number])
    assert len(people._kept) <= 4


def test_where_nothing_can_be_found_the_queryset_answers(world, lena, reza):
    @prepared
    def led_by(people: tuple[int, ...]) -> object:
        return Programme.objects.filter(lead__in=people)

    @prepared
    def of_validators(membership: Membership) -> object:
        return Lesson.objects.all() if membership.can(Permission.VALIDATE) else Lesson.objects.none()

    @prepared
    def numbered(number: int) -> object:
        return Lesson.objects.filter(pk=number)

    assert (led_by(()), led_by.count(()), led_by.exists(())) == ([], 0, False)
    for _ in range(2):
        assert of_validators(as_member(reza)) == []
        assert len(of_validators(as_member(lena))) == of_validators.count(as_member(lena)) > 0
    for huge in (10**30, -(10**30), 2**63):
        assert (numbered(huge), numbered.first(huge), numbered.exists(huge)) == ([], None, False)


def test_what_a_function_makes_out_of_its_values_is_refused():
    @prepared
    def soon(today: date) -> object:
        return Action.objects.filter(due_on__range=(today, today + timedelta(days=3)))

    @prepared
    def late() -> object:
        return Action.objects.filter(due_on__lt=timezone.localdate())

    @prepared
    def mine(membership: Membership) -> object:
        return Action.objects.filter(Q(title=membership.person.name))

    for ask in (lambda: soon(date(2026, 1, 1)), late):
        with pytest.raises(TypeError, match="makes a value by itself"):
            ask()
    member = Membership(pk=1, person=Person(pk=1, name="Lena"), organisation=Organisation(pk=1))
    with pytest.raises(Person.DoesNotExist):
        mine(member)


def test_no_more_are_kept_than_there_is_room_for(world, monkeypatch):
    @prepared
    def people(keys: tuple[int, ...]) -> object:
        return Person.objects.filter(pk__in=keys).order_by("pk").values_list("pk", flat=True)

    monkeypatch.setattr(module, "KEPT", 2)
    every = tuple(Person.objects.order_by("pk").values_list("pk", flat=True))
    for number in (1, 2, 3, 1):
        assert people(every[:number]) == list(every[:number])
        assert len(people._kept) <= 2


def test_the_time_zone_is_part_of_the_statement(world):
    @prepared
    def done_on(day: date) -> object:
        return Action.objects.filter(done_at__date=day)

    for zone in ("Europe/London", "Pacific/Auckland"):
        with timezone.override(zone):
            found = done_on(date(2026, 1, 1))
            assert found == list(Action.objects.filter(done_at__date=date(2026, 1, 1)))
    assert len(done_on._kept) == 2


@pytest.fixture
def compared(monkeypatch):
    """Whatever a prepared statement is asked is put together a second time in the ordinary way, and compared."""
    found = []
    find = Prepared._find

    def compare(self, what, args, kwargs):
        statement, compiler = find(self, what, args, kwargs)
        keys = [one for one in (*args, *kwargs.values()) if module._are_keys(one)]
        if all(module._padded(one) == one for one in keys):  # Django leaves out what fills them up
            _, _, sql, params = self.put_together(what, args, kwargs)
            assert compiler.as_sql() == (sql, params), self.name
        found.append(self.name)
        return statement, compiler

    monkeypatch.setattr(Prepared, "_find", compare)
    return found


def test_on_every_page_they_ask_what_the_queryset_would_ask(world, as_, compared):
    pages = [reverse("home", args=["riverside"])]
    pages += [reverse(name, args=["riverside", getattr(world.things, thing).pk]) for name, thing in PAGES.items()]
    for person in world.people.values():
        browser = as_(person)
        for page in pages:
            assert browser.get(page).status_code == 200
    assert {"_memberships_of", "_due_actions", "_unread"} <= set(compared)

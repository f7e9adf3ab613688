"""Attacks: who said what without a name in a kick-off or a look back, read from keys, places and files."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from communities import unlinking
from communities.actions import kickoff, people, problems, review
from communities.models import KickOff, NamedBarrier, Problem, Review, ReviewVoice
from organisations.models import Membership, Person
from organisations.permissions import Role
from tests.cast import as_member
from tests.communities.conftest import NOON
from tests.readers import until_gone

MARK = "overruled-by-the-consultant"


@pytest.fixture
def staff(riverside) -> list[Membership]:
    made = [Person.objects.create_user(f"s{n}@riverside.example", name=f"Staff {n}") for n in range(8)]
    return [Membership.objects.create(organisation=riverside, person=one, role=Role.CONTRIBUTOR) for one in made]


def beside_their_problems() -> list[tuple[int, str]]:
    """The attack: barriers in the order of their numbers, laid beside problems, of which it is known whose they are."""
    barriers = NamedBarrier.objects.order_by("pk").values_list("words", flat=True)
    return list(zip(Problem.objects.order_by("pk").values_list("person", flat=True), barriers, strict=True))


@pytest.mark.database
def test_the_number_of_a_barrier_does_not_say_who_came_when(riverside, farah, staff, transactional_db):
    """Eight people write down a problem, and then what gets in the way. Numbers that are given one after the other gave
    eight of eight; eight that are drawn do once in forty thousand times."""
    opened = kickoff.open_kickoff(riverside, by=as_member(farah), at=NOON, title="What would you like to solve?")
    truth = []
    for number, one in enumerate(staff):
        problems.raise_problem(opened, by=one, at=NOON, line=f"Sheets are lost {number}")
        row = kickoff.name_barrier(opened, by=one, at=NOON, words=f"Form {number}")
        truth.append((one.person_id, row.words, row.pk))
    guessed = beside_their_problems()
    assert guessed != [(person, words) for person, words, _ in truth]
    for number, (_, _, pk) in enumerate(truth):
        NamedBarrier.objects.filter(pk=pk).update(id=number + 1)
    assert beside_their_problems() == [(person, words) for person, words, _ in truth], "the attack works"
    assert KickOff.objects.get().traces
    until_gone(unlinking.remove_marked_traces)
    assert not KickOff.objects.get().traces


def versions_in_the_files() -> int:
    """How many versions of the look back stand in the files: each has other counts."""
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        log = Path(f"{path}-wal")
        return sum(one.read_bytes().count(MARK.encode()) for one in (path, log) if one.exists())
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT pg_read_binary_file(pg_relation_filepath('communities_review'))")
        return bytes(cursor.fetchone()[0]).count(MARK.encode())


@pytest.mark.database
def test_nothing_tells_what_the_counts_were_before_somebody_answered(
    community, cara, staff, transactional_db, monkeypatch
):
    """On PostgreSQL each answer left the row of the look back as it was before, one transaction before the row that
    says who had answered: eight of eight."""
    for one in staff:
        people.join_community(community, by=one, at=NOON)
    opened = review.open_review(community, by=as_member(cara), at=NOON)
    Review.objects.update(why=MARK)
    with monkeypatch.context() as patched:
        patched.setattr(review, "remove_traces", lambda: None)
        for number, one in enumerate(staff):
            review.give_voice(opened, by=one, at=NOON, would_miss=number % 2 == 0, is_free=True)
    assert versions_in_the_files() > 1, "the attack works"
    until_gone(unlinking.remove_marked_traces)
    assert versions_in_the_files() <= 2, "the row, and the same before its mark was taken off"
    voices = list(ReviewVoice.objects.order_by("pk").values_list("person", flat=True))
    assert sorted(voices) == sorted(one.person_id for one in staff)
    assert voices != [one.person_id for one in staff]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT xmin::text) FROM communities_reviewvoice")
            assert cursor.fetchone() == (1,)
    opened.refresh_from_db()
    assert (opened.missed_yes, opened.missed_no, opened.free_yes, opened.traces) == (4, 4, 8, 0)


@pytest.mark.database
def test_while_somebody_still_reads_the_mark_stays(db, community, cara, monkeypatch):
    review.open_review(community, by=as_member(cara), at=NOON)
    Review.objects.update(traces=7)
    gone = iter([False, True])
    monkeypatch.setattr(unlinking, "remove_old_versions", lambda *tables, **how: next(gone))
    for stays in (True, False, False):
        call_command("remove_voice_traces")
        assert bool(Review.objects.get().traces) is stays


def test_what_is_said_meanwhile_or_before_the_worker_is_killed_keeps_its_mark(db, community, cara, monkeypatch):
    review.open_review(community, by=as_member(cara), at=NOON)
    Review.objects.update(traces=7)

    def killed(*tables, **how):
        raise SystemExit

    monkeypatch.setattr(unlinking, "remove_old_versions", killed)
    with pytest.raises(SystemExit):
        unlinking.remove_marked_traces()
    assert Review.objects.get().traces == 7
    monkeypatch.setattr(unlinking, "remove_old_versions", lambda *tables, **how: Review.objects.update(traces=8))
    assert (unlinking.remove_marked_traces(), Review.objects.get().traces) == (1, 8)

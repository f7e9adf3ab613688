"""Attacks: who wrote what in an anonymous round, told by all that a database keeps beside the columns.

Eight members sign in and answer, in a random order. Somebody with the database then lays every order of people beside
every order of answers. By guessing, one of eight is right on average; several rounds make that a figure to rely on.
"""

import os
import random
import re
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as Before
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from kmportal.lib.sessions import SessionStore, forget_moments
from kmportal.lib.unlinking import remove_old_versions, rewrite_in_random_order
from organisations.models import Membership, Person
from organisations.permissions import Role
from selfassessment import reports
from selfassessment.actions import answering, asking
from selfassessment.models import Answer, Asked, Assessment, Response
from selfassessment.respondents import Choice, Respondent
from selfassessment.unlinking import mix_answers
from techniques.models import Note, Participant
from tests.cast import as_member
from tests.markup import TidyClient
from tests.portal import ROOT, address_of_database
from tests.readers import somebody_reads, somebody_writes_elsewhere, until_gone
from tests.selfassessment.conftest import close_and_publish

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, ROUNDS = 8, 6
NAMES_OF_ROWS = (
    ("selfassessment_response", "id"),
    ("selfassessment_response", "key"),
    ("selfassessment_answer", "id"),
)
# Chance: one match of eight a round. The sum of six rounds is above this once in a hundred million.
BY_CHANCE = 24
dice = random.Random(6)


@pytest.fixture
def people(riverside) -> list[Person]:
    made = [Person.objects.create_user(f"p{n}@riverside.example", name=f"Person {n}") for n in range(PEOPLE)]
    for person in made:
        Membership.objects.create(organisation=riverside, person=person, role=Role.CONTRIBUTOR)
    return made


@pytest.fixture
def answered(a_round, people, farah):
    """``answered()``: an open round in which everybody has signed in and answered by the pages, in a random order."""

    def make() -> Assessment:
        Session.objects.all().delete()
        assessment = a_round()
        asking.ask_people(assessment, by=as_member(farah), members=people, at=timezone.now())
        order = dice.sample(people, len(people))
        start = reverse("assessment_answer", args=["riverside", assessment.pk])
        for person in order:
            browser = TidyClient()
            browser.force_login(person)
            browser.post(start)
            for number in (1, 2):
                said = {"now": "2", "wanted": "4", "version": "0", "comment": f"wrote-{person.pk}."}
                browser.post(f"{start}{number}/", said)
            browser.post(f"{start}done/")
        assessment.order = [person.pk for person in order]
        return assessment

    return make


def rows(table: str, column: str, order: str = "") -> list[object]:
    """A column as the database gives it, which is the order of a dump, or in an order of the attacker’s."""
    with connection.cursor() as cursor:
        ordered = f" ORDER BY {order}" if order else ""
        cursor.execute(f"SELECT {column} FROM {table}{ordered}")  # noqa: S608  all of it stands in this file
        return [value for (value,) in cursor.fetchall()]


def names_of_rows() -> set[tuple[str, str, str]]:
    return {(table, key, str(value)) for table, key in NAMES_OF_ROWS for value in rows(table, key)}


def orders(*keys: str) -> list[str]:
    """Ways of ordering a table: as it lies there, by transaction, by place, by these columns."""
    hidden = ["xmin::text::bigint", "ctid"] if connection.vendor == "postgresql" else ["rowid"]
    return ["", *hidden, *keys]


def orders_of_people() -> Iterator[tuple[str, list[int]]]:
    for order in orders("id", "card", "nonce"):
        yield f"asked {order}", rows("selfassessment_asked", "person_id", order)
    for order in orders("last_login"):
        yield f"person {order}", rows("organisations_person", "id", order)
    for order in orders("expire_date", "session_key"):
        data = rows("django_session", "session_data", order)
        yield f"session {order}", [int(SessionStore().decode(one).get("_auth_user_id", 0)) for one in data]


def orders_of_answers() -> Iterator[tuple[str, list[int]]]:
    for order in orders("id"):
        yield f"answer {order}", writers(rows("selfassessment_answer", "comment", order))
    for order in orders("id", "key"):
        keys = rows("selfassessment_response", "id", order)
        by_response = {row.response_id: row.comment for row in Answer.objects.all()}
        found = [type(next(iter(by_response)))(str(key)) for key in keys]
        yield f"response {order}", writers(by_response[key] for key in found)


def writers(comments) -> list[int]:
    """Who is behind these comments, each once, in this order. The comments of this test say it; in life they do not."""
    return list(dict.fromkeys(int(comment.removeprefix("wrote-").removesuffix(".")) for comment in comments))


def attack(assessment: Assessment) -> Counter[str]:
    """How many of the eight each pair of orders gives away."""
    found: Counter[str] = Counter()
    ours = set(assessment.order)
    for name, people in orders_of_people():
        for other, theirs in orders_of_answers():
            pairs = zip([one for one in people if one in ours], theirs, strict=False)
            found[f"{name} | {other}"] = sum(one == two for one, two in pairs)
    for other, theirs in orders_of_answers():
        found[f"watched | {other}"] = sum(one == two for one, two in zip(assessment.order, theirs, strict=True))
    if connection.vendor == "postgresql":
        found["transaction"] = joined_by_transaction()
    return found


def joined_by_transaction() -> int:
    """Persons whose row was written together with their answers, and with nobody else’s."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(asked.person_id), min(answer.comment) FROM selfassessment_asked asked"
            " JOIN selfassessment_answer answer ON answer.xmin = asked.xmin"
            " GROUP BY asked.id HAVING count(DISTINCT answer.comment) = 1"
        )
        return sum(comment == f"wrote-{person}." for person, comment in cursor.fetchall())


def forget(assessment: Assessment) -> None:
    """The next round begins alone."""
    for model in (Answer, Response, Asked, Assessment):
        model.objects.all().delete()


@pytest.mark.parametrize("state", ["open", "closed", "closed and mixed"])
def test_no_order_of_the_database_joins_people_and_answers(answered, farah, state):
    found: Counter[str] = Counter()
    for _again in range(ROUNDS):
        assessment = answered()
        if state == "open":
            call_command("mix_answers")
        else:
            close_and_publish(assessment, by=as_member(farah), at=timezone.now())
        if state == "closed and mixed":
            call_command("mix_answers")
        found += attack(assessment)
        forget(assessment)
    assert found, "nothing was tried"
    assert not {name: count for name, count in found.items() if count >= BY_CHANCE}


def columns_of_backup(path: Path, folder: Path, table: str, *names: str) -> list[tuple[str, ...]]:
    """Columns of a table as they lie in a back-up: in the order in which its rows come out of it."""
    with tarfile.open(path) as tar:
        tar.extractall(folder, filter="data")
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(folder / "database.sqlite3")) as copy:
            found = copy.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY rowid")  # noqa: S608  ours
            return [tuple(map(str, row)) for row in found]
    command = ["pg_restore", "--data-only", "-t", table, "-f", "-", str(folder / "database.dump")]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    heading, _, rest = text[text.index("COPY ") :].partition("\n")
    columns = heading[heading.index("(") + 1 : heading.index(")")].split(", ")
    lines = [line.split("\t") for line in rest[: rest.index("\n\\.")].splitlines()]
    return [tuple(line[columns.index(name)] for name in names) for line in lines]


@pytest.mark.services
def test_a_backup_of_an_open_round_says_no_more_than_guessing(answered, farah, settings, tmp_path):
    """It is kept for weeks, and nobody waits for the timetable before it is made."""
    folder = tmp_path / "backups"
    variables = {"DJANGO_SETTINGS_MODULE": "kmportal.settings", "DATABASE_URL": address_of_database()}
    variables |= {"KM_BACKUP_DIR": str(folder), "KM_BACKUP_KEY": "", "KM_DATA_DIR": str(tmp_path / "data")}
    variables |= {"SECRET_KEY": settings.SECRET_KEY}
    found: Counter[str] = Counter()
    for number in range(ROUNDS):
        assessment = answered()
        subprocess.run(
            [sys.executable, "manage.py", "back_up"],
            cwd=ROOT,
            env=os.environ | variables,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        (path,) = folder.glob("*.tar")
        opened = tmp_path / str(number)
        asked = [int(pk) for (pk,) in columns_of_backup(path, opened, "selfassessment_asked", "person_id")]
        comments = [text for (text,) in columns_of_backup(path, opened, "selfassessment_answer", "comment")]
        answers = writers(comments)
        assert len(asked) == len(answers) == PEOPLE
        found["asked | answer"] += sum(one == two for one, two in zip(asked, answers, strict=True))
        found["watched | answer"] += sum(one == two for one, two in zip(assessment.order, answers, strict=True))
        path.unlink()
        forget(assessment)
    assert max(found.values()) < BY_CHANCE, found


def test_the_attack_finds_what_is_not_put_in_random_order(answered):
    """Before the first minute is over somebody who watched the door knows; so the attack above can find something."""
    assessment = answered()
    found = attack(assessment)
    assert found["watched | answer "] == PEOPLE
    assert found["transaction"] == 0
    # Not even then by anything that the database keeps of who was asked.
    if connection.vendor == "postgresql":
        assert len(set(rows("selfassessment_asked", "xmin::text"))) == 1


def test_a_closed_round_does_not_know_who_has_answered(answered, farah):
    assessment = answered()
    assert Asked.objects.filter(answered=True).count() == PEOPLE
    close_and_publish(assessment, by=as_member(farah), at=timezone.now())
    assert set(Asked.objects.values_list("answered", "card")) == {(False, "")}
    assert Response.objects.asked().count() == PEOPLE


def test_a_closed_round_keeps_no_key_of_a_browser_and_no_name_of_a_row(answered, farah):
    """Whoever has a browser’s key, or a copy from before the close, finds nothing again by it."""
    assessment = answered()
    before = names_of_rows()
    said = sorted(Answer.objects.values_list("comment", "now", "wanted", "criterion"))
    close_and_publish(assessment, by=as_member(farah), at=timezone.now())
    assert not names_of_rows() & before
    assert sorted(Answer.objects.values_list("comment", "now", "wanted", "criterion")) == said
    assert Response.objects.filter(is_finished=True).count() == PEOPLE


def test_what_too_few_said_is_not_kept_and_that_they_answered_is(a_round, people, farah, respond):
    assessment = a_round()
    asking.ask_people(assessment, by=as_member(farah), members=people, at=timezone.now())
    for number, person in enumerate(people[:4]):
        respond(assessment, f"asked {number}", person=person, A1={"now": 2, "wanted": 4, "comment": "Hers"}, A2=(1, 3))
    for number in range(4):
        respond(assessment, f"link {number}", A1={"now": 1, "wanted": 4, "comment": "Through the link"})
    close_and_publish(assessment, by=as_member(farah), at=timezone.now())
    assert set(Answer.objects.values_list("now", "wanted", "comment", "dont_know")) == {(None, None, "", True)}
    people_seen = reports.turnout(assessment)
    assert (people_seen.asked_answered, people_seen.by_link, people_seen.is_enough) == (4, 4, False)
    until_gone(mix_answers)
    assert reports.turnout(assessment) == people_seen


@pytest.mark.parametrize(("asked", "link", "kept"), [(4, 5, "link"), (5, 1, "asked link"), (5, 0, "asked")])
def test_what_the_report_shows_is_kept(a_round, people, farah, respond, asked, link, kept):
    assessment = a_round()
    asking.ask_people(assessment, by=as_member(farah), members=people, at=timezone.now())
    for number, person in enumerate(people[:asked]):
        respond(assessment, f"asked {number}", person=person, A1={"now": 2, "wanted": 4, "comment": "asked"})
    for number in range(link):
        respond(assessment, f"link {number}", A1={"now": 1, "wanted": 4, "comment": "link"})
    close_and_publish(assessment, by=as_member(farah), at=timezone.now())
    assert " ".join(sorted(set(Answer.objects.exclude(comment="").values_list("comment", flat=True)))) == kept
    assert Response.objects.counted().count() == asked + link


def test_a_named_round_keeps_who_has_answered(a_round, people, farah, respond):
    assessment = a_round(anonymous=False)
    asking.ask_people(assessment, by=as_member(farah), members=people, at=timezone.now())
    respond(assessment, "One", person=people[0], A1=(1, 2))
    close_and_publish(assessment, by=as_member(farah), at=timezone.now())
    assert Asked.objects.get(answered=True).person == people[0]
    assert mix_answers() == 0


def test_nothing_old_is_left_in_the_files(answered, farah):
    """Each comment stands in the file once, whatever was rewritten; and on SQLite not in the log of writes."""
    assessment = answered()
    mix_answers()
    close_and_publish(assessment, by=as_member(farah), at=timezone.now())
    until_gone(mix_answers)
    assert not Assessment.objects.unmixed().exists()
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        assert b"wrote-" not in Path(f"{path}-wal").read_bytes()
        stored = path.read_bytes()
    else:
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
            cursor.execute("SELECT pg_read_binary_file(pg_relation_filepath('selfassessment_answer'))")
            stored = bytes(cursor.fetchone()[0])
    for pk in assessment.order:
        assert stored.count(f"wrote-{pk}.".encode()) == 2  # both questions, once each


@pytest.mark.parametrize("state", ["open", "closed"])
def test_while_somebody_reads_old_rows_the_round_is_come_back_to(answered, farah, state):
    """A vacuum that ran has not done its work as long as a snapshot from before it is held."""
    assessment = answered()
    with somebody_reads():
        if state == "closed":
            close_and_publish(assessment, by=as_member(farah), at=timezone.now())
        mix_answers()
        assert Assessment.objects.unmixed().get() == assessment
    assert until_gone(mix_answers)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one database")
def test_while_another_database_of_the_server_is_written_the_round_is_come_back_to(answered, farah):
    """The files that are written anew keep what could be seen before the oldest transaction of the whole server."""
    assessment = answered()
    with somebody_writes_elsewhere():
        close_and_publish(assessment, by=as_member(farah), at=timezone.now())
        mix_answers()
        assert Assessment.objects.unmixed().get() == assessment
    assert until_gone(mix_answers)


def test_a_row_does_not_say_how_often_it_was_saved(a_round, people, criteria, farah):
    """The log of a proxy counts the saves of each browser: beside a count in the rows it would join all of them."""
    assessment = a_round()
    asked = ask_one(assessment, people[0], farah)
    mine, seen, versions = Respondent("mine", as_member(people[0]), asked=asked), 0, []
    for number in range(6):
        choice = Choice(now=1 + number % 5)
        seen = answering.save_answer(assessment, criteria["A1"], by=mine, choice=choice, seen=seen).answer.version
        versions.append(seen)
    assert versions != sorted(versions) or versions[0] > 100
    assert not set(versions) & set(range(1, 7))
    close_and_publish(assessment, by=as_member(farah), at=timezone.now())
    assert Answer.objects.get().version == 1


@pytest.mark.parametrize(
    "address",
    [
        reverse("answer_start", args=["Code-of_a1"]),
        reverse("answer_question", args=["Code-of_a1", 3]),
        reverse("answer_finish", args=["Code-of_a1"]),
        reverse("assessment_answer", args=["riverside", 7]),
        reverse("assessment_question", args=["riverside", 7, 3]),
        reverse("assessment_finish", args=["riverside", 7]),
        reverse("notice_open", args=["riverside", 7]),
        reverse("lesson_feed", args=[7, "secret"]),
        reverse("calendar_feed", args=[7, "secret"]),
    ],
)
def test_the_proxy_that_we_show_keeps_no_log_of_who_answers(address):
    text = Path(ROOT, "docs", "deploy", "nginx.conf").read_text(encoding="utf-8")
    (rule, inside) = re.search(r"location ~ (\S+) \{\n(.*?)\n  \}", text, re.DOTALL).groups()
    assert re.search(rule, address)
    assert not re.search(rule, reverse("assessment_list", args=["riverside"]))
    assert "access_log off;" in inside
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in inside


# --- What must go on working --------------------------------------------------------------------------------------


def ask_one(assessment: Assessment, person: Person, farah: Person) -> Asked:
    asking.ask_people(assessment, by=as_member(farah), members=[person], at=timezone.now())
    return Asked.objects.get(person=person)


def test_killed_between_the_card_and_the_answer_the_same_browser_goes_on(a_round, people, farah, criteria, monkeypatch):
    assessment = a_round()
    asked = ask_one(assessment, people[0], farah)
    mine = Respondent("mine", as_member(people[0]), asked=asked)

    def killed(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(answering, "_save_answer", killed)
        with pytest.raises(KeyboardInterrupt):
            answering.save_answer(assessment, criteria["A1"], by=mine, choice=Choice(now=1), seen=0)
    assert (Asked.objects.get().answered, Response.objects.count()) == (True, 0)
    again = Respondent("mine", as_member(people[0]), asked=Asked.objects.get())
    other = Respondent("other", as_member(people[0]), asked=Asked.objects.get())
    with pytest.raises(Refusal, match="another browser"):
        answering.save_answer(assessment, criteria["A1"], by=other, choice=Choice(now=5), seen=0)
    answering.save_answer(assessment, criteria["A1"], by=again, choice=Choice(now=1), seen=0)
    assert Answer.objects.get().now == 1


def test_people_go_on_where_they_stopped_after_all_was_rewritten(answered, people):
    assessment = answered()
    browser = TidyClient()
    person = people[0]
    before = {row.pk: (row.version, row.now, row.comment) for row in Answer.objects.all()}
    mix_answers()
    assert {row.pk: (row.version, row.now, row.comment) for row in Answer.objects.all()} == before
    browser.force_login(person)
    start = reverse("assessment_answer", args=["riverside", assessment.pk])
    assert "in another browser" in browser.get(start).text
    assert "You have answered" in browser.get(reverse("assessment_list", args=["riverside"])).text


def test_mixing_again_does_nothing_until_something_new_is_said(answered, criteria):
    assessment = answered()
    assert until_gone(mix_answers)
    link = Respondent("new", link=assessment.link_nonce or "x")
    Assessment.objects.filter(pk=assessment.pk).update(link_nonce="x")
    answering.save_answer(assessment, criteria["A1"], by=link, choice=Choice(now=1), seen=0)
    assert until_gone(mix_answers)


def test_rows_are_rewritten_as_they_are_and_stand_elsewhere(answered):
    answered()
    before = {row["id"]: row for row in Answer.objects.values()}
    places = set()
    for _again in range(4):
        rewrite_in_random_order(Response.objects.all(), Answer.objects.all())
        places.add(tuple(rows("selfassessment_answer", "id", orders()[-1])))
    assert {row["id"]: row for row in Answer.objects.values()} == before
    assert len(places) == 4


def test_inside_a_transaction_nothing_is_vacuumed(transactional_db):
    with transaction.atomic():
        assert not remove_old_versions(Answer)
    until_gone(lambda: not remove_old_versions(Answer))


# --- Signing in ---------------------------------------------------------------------------------------------------


def test_signing_in_leaves_no_moment(client, farah):
    client.post(reverse("account_login"), {"login": farah.email, "password": "demo-demo-demo"})
    farah.refresh_from_db()
    assert farah.last_login is None
    row = Session.objects.get()
    assert (row.expire_date.hour, row.expire_date.minute, row.expire_date.second) == (0, 0, 0)
    assert "_auth_user_id" in SessionStore().decode(row.session_data)


def test_how_one_signed_in_is_known_exactly_for_minutes_only(client, farah):
    client.post(reverse("account_login"), {"login": farah.email, "password": "demo-demo-demo"})
    store = SessionStore(Session.objects.get().pk)
    moment = store["account_authentication_methods"][0]["at"]
    assert forget_moments() == 0  # still opens pages that ask for the password
    store["account_authentication_methods"][0]["at"] = moment - 400
    row = Session.objects.get()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kmportal.lib.sessions.time.time", lambda: moment + timedelta(minutes=6).total_seconds())
        assert (forget_moments(), forget_moments()) == (1, 0)
    later = Session.objects.get()
    at = SessionStore(later.pk)["account_authentication_methods"][0]["at"]
    assert at % 86_400 == 0
    assert later.session_data != row.session_data
    assert client.get(reverse("front"), follow=True).status_code == 200


@pytest.mark.flaky(reruns=1)  # one order in 40,320 is the one in which they came
def test_sessions_stand_in_no_order_of_signing_in(people, monkeypatch):
    """Eight sign in one after the other; as soon as their moments are coarse, so is their order."""
    for person in people:
        browser = TidyClient()
        browser.force_login(person)
        store = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
        store["account_authentication_methods"] = [{"method": "password", "at": time.time() + 0.5}]
        store.save()
    came = [person.pk for person in people]
    keys = dict(Session.objects.values_list("pk", "session_data"))

    def as_they_lie() -> list[int]:
        data = rows("django_session", "session_data", orders()[-1])
        return [int(SessionStore().decode(one)["_auth_user_id"]) for one in data]

    assert as_they_lie() == came
    later = time.time() + 900
    monkeypatch.setattr("kmportal.lib.sessions.time.time", lambda: later)
    assert forget_moments() == PEOPLE
    assert sorted(as_they_lie()) == came != as_they_lie()
    assert set(Session.objects.values_list("pk", flat=True)) == set(keys)
    if connection.vendor == "postgresql":
        assert len(set(rows("django_session", "xmin::text"))) == 1


def test_sessions_from_before_are_still_read(farah):
    assert SessionStore().decode(Before().encode({"a": 1})) == {"a": 1}
    assert SessionStore().decode("nonsense") == {}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no samples")
def test_the_planner_keeps_no_samples(db):
    """Of any column of these tables, and of each table of which one column has none: also of one that comes later."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attrelid::regclass::text, count(*) FILTER (WHERE attstattarget = 0), count(*) FROM pg_attribute"
            " JOIN pg_class ON pg_class.oid = attrelid WHERE attnum > 0 AND NOT attisdropped"
            " AND relkind = 'r' AND relnamespace = 'public'::regnamespace GROUP BY 1"
        )
        found = {table: (without, columns) for table, without, columns in cursor.fetchall() if without}
    assert {model._meta.db_table for model in (Asked, Response, Answer, Note, Participant)} <= set(found)
    assert {table for table, (without, columns) in found.items() if without != columns} == set()

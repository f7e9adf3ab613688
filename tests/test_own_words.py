"""An organisation that calls everything otherwise: no word of ours is left over anywhere, and no article is wrong.

What stays as it is, on purpose (docs/decisions/0044): what people have written, and the methods that ship – catalogue,
scripts, cards, questions, examples.
"""

import ast
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

import actionplan.actions
import organisations.actions
from actionplan.digests import due_digests
from jobs import runner, tasks
from jobs.models import Job, Mail
from kmportal.lib import pdf
from kmportal.lib.domain_words import FOUND, WORDS, worded
from kmportal.lib.sentences import capital
from kmportal.lib.template_words import READ
from lessons.actions import review
from selfassessment import reports
from selfassessment.actions import asking, deciding
from techniques.actions import planning
from tests import cast
from tests.cast import as_member
from tests.prepared import AS_TESTS
from tests.shipped import load as load_shipped
from tests.test_doors import ACCOUNT, CLASS_OF, GUEST, ODD, PUBLIC, THROUGH, patterns
from tests.world import World

pytestmark = pytest.mark.drawn


def invented(number: int, usual: str) -> list[str]:
    """A word that nobody says, with the other article than the one that it stands for."""
    tail = "bcdfghjklmnpqrstvwxyz"[number]
    one = f"zorbel{tail}" if usual[0].lower() in "aeiou" else f"ozorbel{tail}"
    return [one, f"{one}um", f"{'an' if one[0] == 'o' else 'a'} {one}"]


INVENTED = {word.key: invented(number, word.usual.one) for number, word in enumerate(WORDS)}
WRONG_ARTICLE = re.compile(r"\b(?:an zorbel|a ozorbel)\w*", re.IGNORECASE)
# Typed by people of the world; the last is a heading of somebody’s file between two of ours.
TYPED = ["Next round", "This round", "Last round", "Link to it lesson Left out"]
# Samples of components for whoever builds pages, and the page that lays our words beside theirs.
OUTSIDE = {"components", "organisation_words"}
# Pages behind a code or a link that leads to no organisation.
NOBODYS = {"lesson_receipt", "join", "join_leave", "password_by_link", "action_guest"}


class Shown(HTMLParser):
    """Everything that somebody sees or hears of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style")
        self.texts += [value for name, value in attrs if name in READ and value]
        if tag not in ("a", "b", "span", "mark", "time", "abbr", "ins", "del"):
            self.texts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield " ".join(value.split())
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


@cache
def shipped() -> tuple[str, ...]:
    """What ships as content, the longest first; a single word hides nothing."""
    base = Path(settings.BASE_DIR)
    apps = ("roadmap", "techniques", "selfassessment", "lessons", "communities", "search")
    files = [path for app in apps for path in base.glob(f"{app}/content/**/*.yaml")]
    found = {text for path in files for text in _texts(yaml.safe_load(path.read_text()))}
    return tuple(sorted((text for text in found if " " in text and FOUND.search(text)), key=len, reverse=True))


def left_over(html: str) -> list[str]:
    shown = Shown()
    shown.feed(html)
    return words_left_in("".join(shown.texts))


def words_left_in(text: str) -> list[str]:
    """Our words in a text that are neither somebody’s own nor of a method, each with what stands beside it."""
    text = " ".join(text.split())
    if _finds(text):
        for words in [*TYPED, *shipped()]:
            text = text.replace(words, "…").replace(words[:1].upper() + words[1:], "…")
    said = [text[max(0, one.start() - 50) : one.end() + 40] for one in _finds(text)]
    return said + WRONG_ARTICLE.findall(text)


def _finds(text: str) -> list[re.Match[str]]:
    return [found for found in FOUND.finditer(text) if not found["kept"]]


# --- Sentences in the code -------------------------------------------------------------------------------------------

# What no visitor of a portal reads: exceptions for whoever writes code, the log, names of types and relations.
UNSAID = {"ValueError", "LookupError", "RuntimeError", "TypeError", "AssertionError", "Problem", "problem", "logger"}
HANDED_OVER = {"worded", "_", "worded_apart"}
ANOTHER_UNDERSCORE = re.compile(r"import (?!worded_later)\w+ as _$", re.MULTILINE)
REFERS = {"ForeignKey", "OneToOneField", "ManyToManyField", "cast"}
# Commands and what loads content speak to whoever runs the portal; the demo and the samples are typed by people.
NOT_OURS = re.compile(
    r"/(?:migrations|management)/|/loading\.py|^demo/|organisations/demo|lib/(?:samples|domain_words|template_words)"
    r"|lessons/importing/rows|lib/importing/reports|communities/(?:likeness|importing)|search/(?:likeness|counting|lists)|selfassessment/instrument|kmportal/settings"
)


def unworded(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Literals that hold a word of the domain and are neither handed over nor names of something."""
    over = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or isinstance(over[node], ast.Expr):
            continue
        whole = over[node] if isinstance(over[node], ast.JoinedStr) else node
        parts = whole.values if isinstance(whole, ast.JoinedStr) else [node]
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else " " for part in parts)
        is_said = " " in text.strip() or (text[:1].isupper() and whole is node)
        if is_said and _finds(node.value) and not _is_name_or_handed_over(whole, over):
            yield node.lineno, node.value


def _is_name_or_handed_over(node: ast.AST, over: dict[ast.AST, ast.AST]) -> bool:
    while node in over:
        child, node = node, over[node]
        if isinstance(node, ast.Call):
            called = _name(node.func)
            if called in UNSAID | HANDED_OVER or (called in REFERS and child in node.args[:1]):
                return True
        if isinstance(node, ast.arg | ast.Assert) or child is getattr(node, "annotation", None):
            return True
        if child is getattr(node, "returns", None) or (isinstance(node, ast.Subscript) and child is node.slice):
            return True
        if isinstance(node, ast.Assign) and any(_name(target) == "__all__" for target in node.targets):
            return True
        if (
            isinstance(node, ast.keyword)
            and node.arg in ("key", "name", "key__startswith")
            and isinstance(child, ast.JoinedStr)
        ):
            return True  # what finds a row again
    return False


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return "logger" if getattr(node.value, "id", "") == "logger" else node.attr
    return getattr(node, "id", "")


def test_every_sentence_of_the_code_is_handed_over():
    found, base = [], Path(settings.BASE_DIR)
    for app in ["kmportal", *settings.LOCAL_APPS]:
        for path in sorted((base / app.split(".")[0]).rglob("*.py")):
            where = path.relative_to(base).as_posix()
            if not NOT_OURS.search(where):
                code = path.read_text()
                assert not ANOTHER_UNDERSCORE.search(code), f"{where}: _ stands for worded_later, here and everywhere"
                found += [f"{where}:{line} {text[:80]}" for line, text in unworded(ast.parse(code))]
    assert not found, "Hand these to worded() or, where they are written down once, worded_later():\n" + "\n".join(
        found
    )


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ('raise Refusal("This lesson is declined.")', 1),
        ('raise Refusal(worded("This lesson is declined."))', 0),
        ('label = f"{who} gave you an action"', 1),
        ("label = f\"{who} gave you {worded('an action')}\"", 0),
        ('raise ValueError("no lesson of ours")', 0),
        ('def find(lesson: "Lesson") -> "Lesson": pass', 0),
        ('row = {"lesson": 1, "kind": "action"}', 0),
    ],
)
def test_the_look_at_the_code_sees(code, number):
    assert len(list(unworded(ast.parse(code)))) == number


# --- Pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker) -> Iterator[World]:
    """The world of an organisation that has called everything otherwise from the beginning: made once for the file."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(**AS_TESTS):
        load_shipped()
        riverside = cast.place("riverside")
        riverside.words = INVENTED
        riverside.save()
        yield World.build(riverside, {key: cast.player(key) for key in cast.CAST if key != "oskar"})
        transaction.set_rollback(True)


@pytest.fixture
def renamed(told, db, settings) -> World:
    """What a test does to it is taken back after it."""
    settings.EMAIL_BACKEND = "jobs.mail.Backend"
    return deepcopy(told)


@pytest.mark.parametrize("person", ["lena", "farah", "cara", "reza", "ada", "sam"])
def test_no_word_of_ours_is_left_over_on_a_page(person, renamed, as_):
    faults, shown = {}, 0
    browser = as_(renamed.people[person])
    browser.get("/o/riverside/")
    for name, route, _ in patterns():
        if "^" in route or name in OUTSIDE:
            continue
        door = CLASS_OF[name]
        if door not in (PUBLIC, GUEST, ACCOUNT) and person not in ODD.get(name, THROUGH.get(door, [])):
            continue
        page = browser.get(renamed.address(name, route))
        if not page.streaming and page["Content-Type"].startswith("text/html"):
            shown += 1
            if wrong := left_over(page.content.decode()):
                faults[name] = wrong
    assert shown > 60
    assert not faults, "\n".join(f"{name}: {one}" for name, all_ in faults.items() for one in all_)


ASKED = [
    "search/?q=pharmacy",
    "search/?q=nothing-of-the-kind",
    "lessons/?q=ask&state=review&state=submitted",
    "lessons/?q=nothing-of-the-kind",
    "actions/?show=all&owner=all",
]


@pytest.mark.parametrize("address", ASKED)
def test_nor_on_a_page_that_was_asked_something(address, renamed, as_):
    page = as_(renamed.people["lena"]).get(f"/o/riverside/{address}")
    assert page.status_code == 200
    assert not left_over(page.content.decode())


def test_nor_for_somebody_without_an_account(renamed, client):
    faults = {}
    for name, route, _ in patterns():
        if CLASS_OF[name] == GUEST and name not in ("join_note", "join_note_change"):
            page = client.get(renamed.address(name, route))
            if not page.streaming and page["Content-Type"].startswith("text/html"):
                faults[name] = left_over(page.content.decode())
    assert len(faults) > 6
    # Nobody knows yet whose session it is before the code is typed.
    assert not {name: wrong for name, wrong in faults.items() if wrong and name not in NOBODYS}


def test_mails_speak_as_the_organisation_does(renamed, settings):
    settings.SMTP_URL = "smtp://mail.example"
    t, now = renamed.things, timezone.now()
    farah, ada = as_member(renamed.people["farah"]), as_member(renamed.people["ada"])
    people = {"people": [renamed.people["cara"]], "guests": {"gus@x.example": "Gus"}}
    planning.invite_to_session(t.session, by=farah, at=now, **people)
    planning.cancel_session(t.session, by=farah, at=now)
    review.return_lesson(t.claimed, by=farah, at=now, comment="Say which ward.")
    asking.remind_people(t.round_open, by=farah, at=now)
    organisations.actions.send_test_mail(renamed.riverside, by=ada, at=now)
    morning = (now + timedelta(days=5)).astimezone(ZoneInfo("Europe/London")).replace(hour=8)
    assert actionplan.actions.send_due_digests(at=morning) != (0, 0)
    texts = [f"{row.subject}\n{row.body}" for row in Mail.objects.all()]
    assert len(texts) > 12
    assert not [one for text in texts for one in words_left_in(text)]
    assert "zorbel" in " ".join(texts)


def test_files_to_take_away_speak_as_the_organisation_does(renamed, as_, monkeypatch):
    browser = as_(renamed.people["lena"])
    pages = {"action_list": [], "lesson_list": [], "programme_plan": [renamed.things.programme.pk]}
    addresses = [reverse(name, args=["riverside", *pk]) + "?format=csv" for name, pk in pages.items()]
    addresses.append(reverse("gap_report_csv", args=["riverside", renamed.things.round_closed.pk]))
    for address in addresses:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert not words_left_in(answer.getvalue().decode()), address
    drawn, closed = [], renamed.things.round_closed
    offer = reports.build(closed).offers[0]
    deciding.accept_as_intervention(closed, offer=offer, by=as_member(renamed.people["lena"]), at=timezone.now())
    monkeypatch.setattr(pdf, "from_html", lambda html: drawn.append(html) or b"%PDF")
    job = Job.objects.create(
        function="selfassessment.tasks.gap_report_pdf",
        args={"assessment_id": renamed.things.round_closed.pk},
        organisation=renamed.riverside,
        requested_by=renamed.people["farah"],
        title="Report",
    )
    runner.run(claimed(job))
    assert "Accepted." in drawn[0]
    assert not left_over(drawn[0])


def claimed(job: Job) -> Job:
    """The job as the worker has it in hand."""
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING, claimed_by="w", attempts=1, lease_until=now + timedelta(minutes=2)
    )
    job.refresh_from_db()
    return job


def test_refusals_and_messages_speak_as_the_organisation_does(renamed, as_):
    cara = as_(renamed.people["cara"])
    page = cara.post(f"/o/riverside/actions/{renamed.things.action.pk}/done/", follow=True).content.decode()
    assert INVENTED["action"][0] in page
    assert not left_over(page)
    assert not left_over(cara.get("/o/riverside/settings/").content.decode())  # 403
    assert not left_over(cara.get("/o/riverside/actions/99999/").content.decode())  # 404


class TestApart:
    """Two organisations in one process never hear each other’s words."""

    def test_pages_in_turn(self, renamed, hillside, oskar, as_):
        ours, theirs = as_(renamed.people["lena"]), as_(oskar)
        for _ in range(3):
            assert capital(INVENTED["session"][1]) in ours.get("/o/riverside/sessions/").content.decode()
            page = theirs.get("/o/hillside/sessions/").content.decode()
            assert "zorbel" not in page
            assert "Sessions" in page

    def test_who_belongs_to_both_reads_each_in_its_own_words(self, renamed, nia, as_):
        browser = as_(nia)
        assert "zorbel" in browser.get("/o/riverside/lessons/").content.decode()
        assert "zorbel" not in browser.get("/o/hillside/lessons/").content.decode()
        assert "zorbel" not in browser.get("/words/").content.decode()
        assert "zorbel" in browser.get("/o/riverside/lessons/").content.decode()
        assert "zorbel" in browser.get("/help/").content.decode()

    def test_after_a_page_that_breaks_nothing_is_left(self, renamed, as_):
        as_(renamed.people["lena"]).get("/o/riverside/actions/99999/")
        assert worded("a lesson") == "a lesson"

    def test_a_file_is_read_in_the_words_of_whoever_asked(self, renamed, hillside, oskar, as_):
        ours = as_(renamed.people["lena"]).get("/o/riverside/actions/?format=csv")
        theirs = as_(oskar).get("/o/hillside/actions/?format=csv")
        assert "zorbel" not in theirs.getvalue().decode()
        assert "zorbel" in ours.getvalue().decode().lower()

    def test_pages_at_once(self, renamed, hillside, oskar):
        """Each thread has a context of its own, as each request has on the server."""

        def speak(organisation, wanted):
            with organisation.at_home():
                for _ in range(200):
                    assert worded("a lesson") == wanted
            return worded("a lesson")

        riverside = renamed.riverside
        pairs = [(riverside, INVENTED["lesson"][2]), (hillside, "a lesson")] * 4
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(lambda pair: speak(*pair), pairs)) == {"a lesson"}

    def test_jobs_in_turn(self, renamed, hillside, monkeypatch):
        said = []
        monkeypatch.setattr(tasks, "probe", lambda work: said.append(worded("A lesson")), raising=False)
        for organisation in (renamed.riverside, hillside, None, renamed.riverside):
            job = Job.objects.create(function="jobs.tasks.probe", args={}, organisation=organisation, title="A probe")
            runner.run(claimed(job))
        theirs = capital(INVENTED["lesson"][2])
        assert said == [theirs, "A lesson", "A lesson", theirs]

    def test_one_mail_says_each_part_as_its_organisation_does(self, renamed, hillside, nia, oskar, mailoutbox):
        now = timezone.now()
        for organisation, by in ((renamed.riverside, renamed.people["lena"]), (hillside, oskar)):
            due = {"title": "Ask them", "owner": nia, "due_on": timezone.localdate() + timedelta(days=5)}
            actionplan.actions.add_action(organisation, by=as_member(by, organisation), at=now, **due)
        morning = (now + timedelta(days=5)).astimezone(ZoneInfo("Europe/London")).replace(hour=8)
        [digest] = [one for one in due_digests(morning) if one.person == nia]
        assert actionplan.actions.send_digests([digest], at=morning) == 1
        body = Mail.objects.latest("pk").body
        assert "Your actions:" in body
        assert f"Your {INVENTED['action'][1]}:" in body
        assert body.index("Hillside") < body.index("Your actions:") < body.index("Riverside")

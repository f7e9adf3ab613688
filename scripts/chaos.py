"""Faults on purpose: kill the parts of a working portal again and again, and count what it lost of what it owed.

    python scripts/chaos.py [sqlite] [postgresql]        both, one after the other, unless one is named

ROUNDS=12 says how often each fault happens, FAULTS=5 that each round has only so many of them, SEED which.

A whole portal runs on databases of its own and works through HTTP: mails, PDFs, imports, a live session, an assessment.
Meanwhile web, worker, its processes (amid a mail, a PDF, an import), timetable, Redis and PostgreSQL are killed, Redis
is emptied, and the mail server refuses, hangs and hangs up. What was acknowledged to somebody is compared with the
database and with the mails that the mail server took. Recovery is the time from a kill until pages answer, work given
afterwards is done, and no work belongs to a dead process.

Status 0: nothing lost, doubled only between the mail server's answer and our note of it, always back within 30 seconds.
"""

import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import chaos_mail
import services
from chaos_people import PASSWORD, ROWS, Browser, Ledger, Places, Storm
from check import environment
from guard import Guard

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = int(os.environ.get("ROUNDS") or "12")
FAULTS = int(os.environ.get("FAULTS") or "0") or None
SEED = int(os.environ.get("SEED") or time.time())
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL and Redis"}
START_SECONDS = 180
BACK_SECONDS = float(os.environ.get("BACK_SECONDS") or "30")
GIVE_UP_SECONDS = 120
DRAIN_SECONDS = 420
AWAY_SECONDS = 1.0
# So long after the mail server's answer a worker may take to note it down; a kill in this time may double the mail.
GAP_SECONDS = 5.0
PEOPLE = ("ada", "farah", "cara", "lena", "reza", "sam")
ROLES = ("administrator", "facilitator", "contributor", "lead", "reader", "sponsor")
WORK, IMPORT, MAIL = "work", "import", "mail"
IDLE = "an idle process of the worker"


@dataclass
class Tally:
    """What happened to the portal, and how it came back."""

    kills: int = 0
    faults: int = 0
    hit: Counter[str] = field(default_factory=Counter)
    gaps: list[tuple[float, float]] = field(default_factory=list)
    """From when to when a mail that the mail server had taken could not be noted as gone."""
    recoveries: list[tuple[float, str]] = field(default_factory=list)
    mail_waits: list[float] = field(default_factory=list)


def main() -> int:
    """Each database in a process of its own, because the settings are read once."""
    wanted = sys.argv[1:] or list(NAMES)
    if set(wanted) - set(NAMES):
        raise SystemExit(__doc__)
    if len(wanted) > 1:
        codes = [subprocess.call([sys.executable, __file__, name], cwd=ROOT) for name in wanted]
        return max(codes)
    if "postgresql" in wanted and (packages := services.missing()):
        print(f"NOT RUN: {' and '.join(packages)} missing.")
        return services.NOT_RUN
    return Chaos(wanted[0]).run()


class Chaos:
    """One portal, its servers, its people, and what is done to them."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.tally, self.ledger = Tally(), Ledger()
        self.services = services.Services(durable=True) if database == "postgresql" else None
        self.guard = self.services.guard if self.services else Guard()
        self.folder = Path(tempfile.mkdtemp(prefix="km-chaos-"))
        self.guard.adopt_folder(self.folder)
        self.mail = chaos_mail.MailServer()
        self.port = _free_port()
        self.portal: subprocess.Popen[bytes] | None = None
        self.reader = Browser(self.port)
        self.random = random.Random(SEED)  # noqa: S311  only chooses whom to kill
        print(f"chaos on {NAMES[database]}: {ROUNDS} rounds, SEED={SEED}", flush=True)

    def run(self) -> int:
        """Everything, from the first server to the verdict."""
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGHUP, _stop)
        try:
            os.environ.update(self._environment())
            self._start_portal()
            self._connect()
            storm = Storm(self.set_the_scene(), self.ledger)
            storm.begin()
            self._wait("the first work", lambda: len(self.ledger.notes) > 3 and bool(self.ledger.invited))
            for number in range(ROUNDS):
                self._one_round(number)
            self._upgrade()
            storm.end()
            self._drain()
            return self._judge()
        finally:
            self._leave()

    # --- the portal -------------------------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        variables = environment(self.folder) | {
            "PORT": str(self.port),
            "SMTP_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "KM_BACKUP_NIGHTLY": "0",
            "KM_LOG_LEVEL": "WARNING",
        }
        return variables | (self.services.start() if self.services else {})

    def _start_portal(self) -> None:
        with (self.folder / "portal.log").open("ab") as log:
            self.portal = subprocess.Popen(
                [sys.executable, str(ROOT / "scripts" / "start.py")],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=self.guard.adopt_me,
            )
        self._wait("the portal", lambda: self.reader.get("/healthz").status == 200)

    def _connect(self) -> None:
        """This process looks into the database as the portal does."""
        sys.path.insert(0, str(ROOT))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmportal.settings")
        import django

        django.setup()

    def _wait(self, what: str, is_there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_there():
            if time.monotonic() > deadline or (self.portal and self.portal.poll() is not None):
                raise SystemExit(f"{what} did not come:\n{self._log()[-4000:]}")
            time.sleep(0.1)

    def _log(self) -> str:
        return (self.folder / "portal.log").read_text(errors="replace")

    def _leave(self) -> None:
        if keep := os.environ.get("CHAOS_LOG"):
            Path(f"{keep}-{self.database}.log").write_text(self._log())
        if self.portal and self.portal.poll() is None:
            self.portal.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.portal.wait(20)
        if self.services:
            self.services.stop()
        else:
            self.guard.leave()

    # --- the scene --------------------------------------------------------------------------------------------------

    def set_the_scene(self) -> Places:
        """People with passwords, closed rounds to draw, an open one to answer, rooms to write in."""
        from django.contrib.auth.hashers import make_password
        from django.utils import timezone

        from organisations.models import Membership, Organisation, Person

        storm = Organisation.objects.create(name="Storm", slug="storm", kind=Organisation.Kind.TRUST)
        secret, members = make_password(PASSWORD), {}
        for name, role in zip(PEOPLE, ROLES, strict=True):
            person = Person.objects.create(email=f"{name}@storm.example", name=name.title(), password=secret)
            members[name] = Membership.objects.create(organisation=storm, person=person, role=role)
        now, farah = timezone.now(), members["farah"]
        closed = [_closed_round(storm, farah, number) for number in range(max(2, ROUNDS))]
        opened = _open_round(storm, farah, "How we learn", [row.person for row in members.values()])
        if not self.reader.sign_in("reza@storm.example"):
            raise SystemExit(f"Nobody can sign in:\n{self._log()[-4000:]}")
        rooms = [_room(storm, farah, number, now) for number in range(1 + ROUNDS // 3)]
        people = [f"{name}@storm.example" for name in PEOPLE]
        return Places(self.port, people, closed, opened.pk, opened.link_nonce, rooms)

    # --- faults -----------------------------------------------------------------------------------------------------

    def _one_round(self, number: int) -> None:
        """Each fault once, in another order each time. While the mail server behaves badly other things are killed."""
        faults = self._faults()
        self.random.shuffle(faults)
        bad = (chaos_mail.REFUSING, chaos_mail.HANGING)[number % 2]
        for place, (name, fault) in enumerate(faults[:FAULTS]):
            manner = bad if place == 0 else chaos_mail.CUTTING if place == 2 else chaos_mail.WELL
            with_mail = self._behave(manner, f"{name}: {manner}") if manner != chaos_mail.WELL else iter(())
            next(with_mail, None)
            self._hurt(name, fault)
            next(with_mail, None)
        print(f"round {number + 1} of {ROUNDS}: {self.tally.kills} kills; {self.ledger}", flush=True)

    def _faults(self) -> list[tuple[str, Callable[[], str]]]:
        found: list[tuple[str, Callable[[], str]]] = [
            ("web", lambda: self._kill_first("uvicorn")),
            ("worker", lambda: self._kill_first("--quiet worker")),
            ("timetable", lambda: self._kill_first("--quiet beat")),
            ("a process of the worker amid a mail", lambda: self._kill_amid(MAIL)),
            ("a process of the worker amid a PDF", lambda: self._kill_amid(WORK)),
            ("a process of the worker amid an import", lambda: self._kill_amid(IMPORT)),
        ]
        if self.services:
            found += [
                ("one of the web processes", self._kill_web_child),
                ("Redis", lambda: self._kill_server("Redis", signal.SIGKILL)),
                ("Redis emptied", self._empty_redis),
                ("PostgreSQL", lambda: self._kill_server("PostgreSQL", signal.SIGKILL)),
                ("PostgreSQL, immediate", lambda: self._kill_server("PostgreSQL", signal.SIGQUIT)),
                ("one process of PostgreSQL", self._kill_backend),
            ]
        return found

    def _hurt(self, name: str, fault: Callable[[], str]) -> None:
        """Do it, then wait until all is well again."""
        began = time.monotonic()
        how = fault()
        hurt_at = time.monotonic()
        if how == "fault":
            self.tally.faults += 1
        else:
            self.tally.kills += 1
            self.tally.hit[IDLE if how == IDLE else name] += 1
        # A server that we keep away for a moment is away from its kill on; finding a victim is not part of it.
        seconds = self._seconds_until_back(name, hurt_at) + (hurt_at - began if how == "server" else 0)
        is_database = "PostgreSQL" in name
        first, last = (began, hurt_at + seconds) if is_database else (hurt_at, hurt_at + 0.5)
        self.tally.gaps.append((first - GAP_SECONDS, last))
        self.tally.recoveries.append((seconds, name))

    def _kill_first(self, part: str) -> str:
        while not (found := self._processes(part)):  # it may just be starting
            time.sleep(0.1)
        os.kill(min(found), signal.SIGKILL)
        return "kill"

    def _kill_web_child(self) -> str:
        while not (children := sorted(self._processes("spawn_main"))):
            time.sleep(0.1)
        os.kill(self.random.choice(children), signal.SIGKILL)
        return "kill"

    def _kill_amid(self, kind: str) -> str:
        """The process that has a piece of this work in hand; of a mail, every second time just after the answer."""
        from jobs.models import Job

        running = Job.objects.filter(state=Job.State.RUNNING, kind=kind)
        if kind == MAIL and self.tally.kills % 2:
            self.mail.wait_for_next(5)
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            claimed = _when_it_answers(lambda: running.values_list("claimed_by", flat=True).first())
            if claimed:
                with suppress(ProcessLookupError):
                    os.kill(int(claimed.rpartition(":")[2]), signal.SIGKILL)
                    return "kill"
            time.sleep(0.005)
        family: list[int] = []
        while len(family) < 2:  # it may just be starting
            time.sleep(0.1)
            family = sorted(self._processes("--quiet worker"))
        os.kill(self.random.choice(family[1:]), signal.SIGKILL)
        return IDLE

    def _kill_server(self, name: str, number: int) -> str:
        assert self.services  # noqa: S101  only listed with servers
        self.services.kill(name, number)
        time.sleep(AWAY_SECONDS)
        start = self.services.start_redis if name == "Redis" else self.services.start_postgres
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                start()
            except SystemExit:  # the last of its processes holds its memory for a moment longer
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return "server"

    def _empty_redis(self) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(os.environ["REDIS_URL"].removeprefix("unix://"))
            connection.sendall(b"FLUSHALL\r\n")
            connection.recv(64)
        return "fault"

    def _kill_backend(self) -> str:
        """PostgreSQL then ends all connections and recovers by itself."""
        assert self.services  # noqa: S101  only listed with servers
        server = self.services.servers["PostgreSQL"][0].pid
        found = [pid for pid, line in _all_processes() if "[local]" in line and _parent_of(pid) == server]
        if not found:
            return "fault"
        os.kill(self.random.choice(found), signal.SIGKILL)
        return "kill"

    def _upgrade(self) -> None:
        """Stop the portal as an operator does and start it again, while people go on: what was under way is answered
        or sent once more."""
        assert self.portal  # noqa: S101  it was started
        began = time.monotonic()
        self.portal.terminate()
        self.portal.wait()
        self.guard.forget(self.portal.pid)
        self._start_portal()
        seconds = time.monotonic() - began
        self.tally.faults += 1
        self.tally.gaps.append((began - GAP_SECONDS, time.monotonic()))
        print(f"  stopped and started as for an upgrade: well again after {seconds:.1f} s", flush=True)

    def _behave(self, manner: str, _why: str) -> Iterator[None]:
        """The mail server behaves so until it has done it once to somebody; then the time until mail goes again."""
        before = self.mail.mistreated
        self.mail.manner = manner
        self.tally.faults += 1
        yield
        deadline = time.monotonic() + 25
        while self.mail.mistreated == before and time.monotonic() < deadline:
            time.sleep(0.05)
        if manner == chaos_mail.HANGING:
            time.sleep(2)
        self.mail.manner = chaos_mail.WELL
        well_at = time.monotonic()
        while not any(one.at > well_at for one in self.mail.taken[-50:]):
            if time.monotonic() - well_at > GIVE_UP_SECONDS:
                break
            time.sleep(0.05)
        self.tally.mail_waits.append(time.monotonic() - well_at)

    def _processes(self, part: str) -> dict[int, str]:
        """Of this portal alone: found by its data folder."""
        mark = f"KM_DATA_DIR={self.folder}\0".encode()
        found = {}
        for pid, line in _all_processes():
            with suppress(OSError):
                if part in line and pid != os.getpid() and mark in Path(f"/proc/{pid}/environ").read_bytes() + b"\0":
                    found[pid] = line
        return found

    # --- recovery ---------------------------------------------------------------------------------------------------

    def _seconds_until_back(self, name: str, since: float) -> float:
        """Until a signed-in page answers, work given after the fault is done, the timetable lives, and no work is held
        by a dead process."""
        from django.utils import timezone

        hurt_at = timezone.now()
        questions: dict[str, Callable[[], bool]] = {
            "page": lambda: self.reader.get("/o/storm/").status == 200,
            "work": _Errand(),
            "leases": lambda: not _held_by_the_dead(),
        }
        if name in {"timetable", "worker"}:
            questions["sign of life"] = lambda: _has_beaten(name, hurt_at)
        waits = {}
        for word, question in questions.items():
            while not _when_it_answers(question):
                if time.monotonic() - since > GIVE_UP_SECONDS:
                    raise SystemExit(f"Not back {GIVE_UP_SECONDS} s after: {name} ({word})\n{self._log()[-6000:]}")
                time.sleep(0.05)
            waits[word] = time.monotonic() - since
        print(f"  {name}: " + ", ".join(f"{word} after {seconds:.1f} s" for word, seconds in waits.items()), flush=True)
        return time.monotonic() - since

    def _drain(self) -> None:
        """Nothing is killed any more: all work that was given comes to its end."""
        from django.utils import timezone

        from jobs.models import Job

        open_work = Job.objects.filter(state__in=[Job.State.READY, Job.State.RUNNING])
        open_work = open_work.filter(due_at__lt=timezone.now() + timedelta(hours=1))  # not what is for another day
        deadline = time.monotonic() + DRAIN_SECONDS
        while _when_it_answers(open_work.exists) and time.monotonic() < deadline:
            time.sleep(0.2)

    # --- the verdict ------------------------------------------------------------------------------------------------

    def _judge(self) -> int:
        lost = [*self._lost_mails(), *self._lost_files(), *self._lost_rows(), *self._lost_words()]
        in_the_gap, doubled = self._doubled()
        longest, what = max(self.tally.recoveries)
        slowest = max(self.tally.mail_waits, default=0.0)
        for line in [*(f"LOST: {one}" for one in lost[:20]), *(f"DOUBLED: {one}" for one in doubled[:20])]:
            print(line)
        for line in self.ledger.odd[:20]:
            print(f"ODD: {line}")
        by_kind: dict[str, float] = {}
        for seconds, name in self.tally.recoveries:
            by_kind[name] = max(seconds, by_kind.get(name, 0.0))
        print("longest by kind: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in sorted(by_kind.items())))
        print("killed: " + ", ".join(f"{name} {count}" for name, count in sorted(self.tally.hit.items())))
        print(f"acknowledged: {self.ledger}; {len(self.mail.taken)} mails taken")
        print(f"mail went again at most {slowest:.1f} s after its server was well")
        print(
            f"chaos on {NAMES[self.database]}: {self.tally.kills} kills and {self.tally.faults} other faults, "
            f"{len(lost)} lost, {len(doubled) + in_the_gap} doubled ({in_the_gap} between the mail server’s answer and "
            f"our note of it), longest recovery {longest:.1f} s ({what})",
            flush=True,
        )
        return int(bool(lost or doubled or self.ledger.odd or longest > BACK_SECONDS))

    def _lost_mails(self) -> list[str]:
        from jobs.models import Mail

        taken = {one.message_id for one in self.mail.taken}
        rows: dict[str, list[Any]] = {}
        for mail in Mail.objects.filter(is_kept=False):
            for address in mail.recipients:
                rows.setdefault(address, []).append(mail)
        lost = [f"no mail for {address}" for address in self.ledger.invited if address not in rows]
        mails = [mail for found in rows.values() for mail in found]
        return lost + [f"mail to {mail.recipients}" for mail in mails if mail.message_id not in taken]

    def _lost_files(self) -> list[str]:
        lost = []
        for pk, browser in self.ledger.reports.items():
            answer = browser.get(f"/o/storm/work/{pk}/file/")
            if not answer.body.startswith("%PDF"):
                lost.append(f"report {pk}: {answer.status}")
        return lost

    def _lost_rows(self) -> list[str]:
        return [f"import {name}: {count} of {ROWS}" for name, count in self._rows_of_imports().items() if count < ROWS]

    def _rows_of_imports(self) -> dict[str, int]:
        from lessons.models import Lesson

        rows = Lesson.objects.values_list("source", flat=True)
        counts = Counter(rows)
        return {name: counts[name] for name in self.ledger.imports}

    def _lost_words(self) -> list[str]:
        from selfassessment.models import Answer
        from techniques.models import Note

        notes = {str(row.client_id): row.text for row in Note.objects.all()}
        lost = [f"note “{text}”" for handle, text in self.ledger.notes.items() if notes.get(handle) != text]
        said = set(Answer.objects.values_list("comment", flat=True))
        for (name, question), may_stand in self.ledger.answers.items():
            if "" not in may_stand and not said.intersection(may_stand):
                lost.append(f"answer of {name} to question {question}")
        return lost

    def _doubled(self) -> tuple[int, list[str]]:
        """How many mails came twice for a reason that we admit, and what else came twice."""
        from jobs.models import Mail

        by_name: dict[str, list[float]] = {}
        for one in self.mail.taken:
            by_name.setdefault(one.message_id, []).append(one.at)
        in_the_gap, doubled = 0, []
        for name, moments in by_name.items():
            for at in sorted(moments)[:-1]:
                if any(first < at < last for first, last in self.tally.gaps):
                    in_the_gap += 1
                else:
                    doubled.append(f"mail {name}")
        counts = Counter(address for mail in Mail.objects.filter(is_kept=False) for address in mail.recipients)
        doubled += [f"{counts[address]} mails for {address}" for address in self.ledger.invited if counts[address] > 1]
        doubled += [f"import {name}: {count} rows" for name, count in self._rows_of_imports().items() if count > ROWS]
        return in_the_gap, doubled


# --- what the scene consists of -------------------------------------------------------------------------------------


def _open_round(organisation: Any, by: Any, title: str, people: list[Any]) -> Any:
    from django.utils import timezone

    from selfassessment.actions import asking, rounds

    now = timezone.now()
    closes_on = timezone.localdate() + timedelta(days=9)
    opened = rounds.prepare_assessment(organisation, by=by, title=title, closes_on=closes_on, at=now)
    rounds.open_assessment(opened, by=by, at=now)
    if people:
        asking.ask_people(opened, by=by, members=people, at=now)
    return asking.enable_link(opened, by=by, at=now)


def _closed_round(organisation: Any, by: Any, number: int) -> int:
    from django.utils import timezone

    from selfassessment.actions import answering, rounds
    from selfassessment.models import Criterion
    from selfassessment.respondents import Choice, Respondent

    opened = _open_round(organisation, by, f"Round {number}", [])
    criteria = list(Criterion.objects.filter(section__framework=opened.framework))[:4]
    for _person in range(6):
        respondent = Respondent(uuid4().hex, link=opened.link_nonce)
        for criterion in criteria:
            answering.save_answer(opened, criterion, by=respondent, choice=Choice(now=2, wanted=4), seen=0)
    rounds.close_assessment(opened, by=by, at=timezone.now())
    return int(opened.pk)


def _room(organisation: Any, by: Any, number: int, at: Any) -> tuple[str, list[dict[str, str]]]:
    from techniques import guest_cookies
    from techniques.actions import planning
    from techniques.actions.room import joining
    from techniques.models import Technique

    technique = Technique.objects.get(key="after-action-review", organisation=None)
    session = planning.plan_session(
        organisation, by=by, technique=technique, length="standard", title=f"Room {number}", starts_at=at, at=at
    )
    session = joining.open_room(session, by=by, at=at)
    guests = []
    for guest in range(6):
        key = guest_cookies.new_key()
        joining.join_room(session, by=None, name=f"Guest {guest}", key=key, at=at)
        guests.append({guest_cookies.cookie_name(session.pk): guest_cookies.sign(key, session.pk)})
    return session.code, guests


# --- looking --------------------------------------------------------------------------------------------------------


class _Errand:
    """A small piece of work, given after a fault and before all other: true when it is done. How long the queue is that
    people have made meanwhile is not what is asked."""

    def __init__(self) -> None:
        self.pk: int | None = None

    def __call__(self) -> bool:
        from django.utils import timezone

        from jobs.actions import enqueue
        from jobs.models import Job

        if self.pk is None:
            nothing = {"mail_id": 0}
            self.pk = enqueue("jobs.tasks.deliver", nothing, title="An errand", at=timezone.now()).pk
            Job.objects.filter(pk=self.pk).update(priority=1)
        return Job.objects.filter(pk=self.pk, state=Job.State.DONE).exists()


def _has_beaten(name: str, since: Any) -> bool:
    from jobs.models import Heartbeat

    return Heartbeat.objects.filter(name=name, at__gt=since).exists()


def _held_by_the_dead() -> bool:
    from jobs.models import Job

    claims = Job.objects.filter(state=Job.State.RUNNING).values_list("claimed_by", flat=True)
    return any(not Path(f"/proc/{claim.rpartition(':')[2]}").exists() for claim in claims)


def _when_it_answers(question: Callable[[], Any]) -> Any:
    """The answer of the database, or None while it is away."""
    from django.db import DatabaseError, InterfaceError, connection

    try:
        return question()
    except (DatabaseError, InterfaceError):
        connection.close()
        time.sleep(0.05)
        return None


def _all_processes() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                if line := (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"):
                    yield int(folder.name), line


def _parent_of(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _stop(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())

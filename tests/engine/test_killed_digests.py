"""The mail of the morning, killed in the middle of it and begun again: each of them once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from actionplan.actions import TOGETHER
from actionplan.models import PromiseReminder
from communities.actions import life, talk
from jobs.models import Job, Mail
from notifications.models import DailyMail
from organisations.models import GroupMembership, Membership, Person
from organisations.permissions import Role
from tests.cast import as_member
from tests.portal import ROOT, address_of_database

pytestmark = [pytest.mark.long, pytest.mark.services, pytest.mark.django_db(transaction=True)]
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)
MEMBERS = 12 * TOGETHER
KILLS = 2


@pytest.fixture
def crowd(riverside, cara) -> set[str]:
    """The addresses of those who belong to a community in which something was asked."""
    asked = MONDAY - timedelta(days=2)
    community = life.found_community(riverside, by=as_member(cara), at=asked, name="Home", question="Why do they stay?")
    people = Person.objects.bulk_create(
        Person(email=f"m{number}@riverside.example", name=f"Member {number}") for number in range(MEMBERS)
    )
    members = Membership.objects.bulk_create(
        Membership(organisation=riverside, person=one, role=Role.READER) for one in people
    )
    GroupMembership.objects.bulk_create(
        GroupMembership(group=community.group, person=one.person, membership=one, joined_at=asked) for one in members
    )
    talk.start_thread(community, by=as_member(cara), at=asked, title="Who brings the bags?", text="Nobody knows.")
    return {one.email for one in people}


def begin(data) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ, "DATABASE_URL": address_of_database(), "KM_DATA_DIR": str(data), "SMTP_URL": "smtp://127.0.0.1:1",
    }  # fmt: skip
    command = [sys.executable, "manage.py", "send_reminders", "--at", MONDAY.isoformat()]
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def test_killed_amid_the_mails_of_a_morning_each_is_written_once(crowd, tmp_path):
    for number in range(KILLS):
        before, process = Mail.objects.count(), begin(tmp_path / "data")
        while Mail.objects.count() == before:
            assert process.poll() is None
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert 0 < Mail.objects.count() < MEMBERS, f"{number}: it was killed too late to prove anything"
        assert Mail.objects.count() == DailyMail.objects.count() == PromiseReminder.objects.count()
    assert begin(tmp_path / "data").wait() == 0
    assert begin(tmp_path / "data").wait() == 0
    written = Counter(mail.recipients[0] for mail in Mail.objects.all())
    assert written == dict.fromkeys(crowd, 1)
    assert Job.objects.filter(function="jobs.tasks.deliver").count() == MEMBERS

"""Communities from a folder: what is read, what is left out and why, and that it can be done again."""

import json
import os
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from communities.actions.timetable import ask_forming_community
from communities.importing import BroughtCommunity, BroughtEvent, read_folder
from communities.models import Closing, Community, Meeting, Pin, State, Thread
from jobs.models import Job
from notifications.models import Notice

REAL = Path(os.environ.get("KM_REAL_DATA", Path(__file__).parents[3] / "shared" / "data")) / "cop_digitalgov"
DEVOPS = """---
title: "Join the DevOps"
date: 2019-01-07 09:00:00 -0500
summary: "How do we deploy on a Friday? We ask each other."
redirectto: https://devops.example/join/
aliases:
  - /communities/devops-forum/
community_list:
  - platform: listserv
    terms: "Anyone who deploys"
---
{{< img src="logo" >}}We deploy &amp; learn.
"""
OLD = '---\ntitle: Mobile\ndate: 2018-02-01\nexpirydate: 2021-12-10\nsummary: "No longer active"\n---\n'
MEETING = """---
title: Deploy day {number}
date: 2019-0{number}-05 14:00:00 -0500
end_date: 2019-0{number}-05 15:30:00 -0500
host: DevOps Community of Practice
venue:
  room: Auditorium
  city: Leeds
---
Words
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    files = {
        "communities/_index.md": "---\ntitle: All of them\n---\n",
        "communities/devops.md": DEVOPS,
        "communities/mobile.md": OLD,
        "communities/bare.md": "no head",
        "communities/odd.md": "---\ntitle: [\n---\n",
        "events/2019/a.md": MEETING.format(number=3),
        "events/2019/b.md": MEETING.format(number=4),
        "events/2019/c.md": "---\ntitle: Linked\ndate: 2019-05-05\n---\n[us](https://x.example/communities/devops-forum/)",
        "events/2019/d.md": "---\ntitle: Nobody’s\ndate: 2019-05-05\n---\n",
        "events/2019/draft.md": "---\ntitle: Draft\nhost: DevOps\ndate: 2019-05-05\ndraft: true\n---\n",
        "events/2019/e.md": "---\ntitle: Timeless\nhost: DevOps\ndate: 2019-13-05 25:00\n---\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "events/2019/f.md").write_bytes(b"---\ntitle: \xff\n---\n")
    return tmp_path


def bring(folder: Path, *options: str) -> tuple[dict[str, int], str]:
    out = StringIO()
    call_command("import_communities", str(folder), "--organisation", "riverside", "--as", "cara@riverside.example",
                 *options, stdout=out)  # fmt: skip
    lines = out.getvalue().strip().split("\n")
    return json.loads(lines[-1]), "\n".join(lines[:-1])


def test_a_folder_is_read(folder):
    brought = read_folder(folder)
    assert [one.name for one in brought.communities] == ["DevOps", "Mobile"]
    devops, mobile = brought.communities
    assert devops.question == "How do we deploy on a Friday?"
    assert (devops.about, devops.terms) == ("We deploy & learn.", "Anyone who deploys")
    assert [event.title for event in devops.events] == ["Deploy day 3", "Deploy day 4", "Linked"]
    assert (devops.events[0].minutes, devops.events[0].place) == (90, "Auditorium, Leeds")
    assert devops.rhythm == "About every 4 weeks: 3 meetings from March 2019 to May 2019"
    assert (str(mobile.ended_on), mobile.question) == ("2021-12-10", "No longer active")
    assert dict(brought.left_out) == {
        "communities/bare.md": "It has no head that can be read.",
        "communities/odd.md": "It has no head that can be read.",
        "events/2019/d.md": "It names no community of this folder.",
        "events/2019/draft.md": "It is a draft that was never published.",
        "events/2019/e.md": "It does not say when it was.",
        "events/2019/f.md": "It cannot be read as UTF-8.",
    }


RPA = """
---
slug: rpa
date: 2019-12-12
title: "Robotic Process Automation (RPA)"
topics:
  - emerging-tech
  - plain-language
community_list:
  - platform: listserv
    type: government_only
    subscribe_email: rpa-request@lists.example
    subscribe_email_subject: Join
  - platform: slack
    subscribe_email: rpa@chat.example
    subscribe_email_body: add me
---
Robots help the U.S. Government. We [meet](https://x.example/) every month. We share.
"""


def test_what_it_says_of_its_topic_its_rhythm_and_where_members_write(tmp_path, cara):
    (tmp_path / "communities").mkdir()
    (tmp_path / "communities/automation.md").write_text(RPA, encoding="utf-8-sig")
    bring(tmp_path)
    answers = Community.objects.get().charters.get().answers
    assert (answers["topic"], answers["rhythm"]) == ("Emerging tech, plain language", "We meet every month.")
    assert answers["place"] == (
        "Mailing list (government only): to join, write to rpa-request@lists.example, subject “Join”. "
        "Slack: to join, write to rpa@chat.example, with the words “add me”."
    )


@pytest.mark.parametrize(
    "head",
    [
        "title: A day\nhost: Robotic Process Automation Community of Practice",
        "title: A day\nhost: Rpa, University of Leeds",
        "title: A day\nhost: Federal Process & the Robotic Process Automations CoP",
        "title: The RPA Community of Practice in March\nhost: University of Leeds",
        "title: A day\nevent_cop: automation",
    ],
)
def test_an_event_finds_its_community_by_what_else_it_is_called(tmp_path, head):
    for name, text in (("communities/automation.md", RPA), ("events/a.md", f"---\n{head}\ndate: 2019-05-05\n---\n")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    brought = read_folder(tmp_path)
    assert [len(one.events) for one in brought.communities] == [1], brought.left_out


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((3, 10), "2 meetings in May 2019"),
        ((3, 10, 17), "About every week: 3 meetings in May 2019"),
        ((3, 17, 31), "About every 2 weeks: 3 meetings in May 2019"),
        ((1, 93, 183), "About every 3 months: 3 meetings from May 2019 to October 2019"),
    ],
)
def test_two_meetings_are_no_rhythm_and_long_ones_are_told_in_months(days, told):
    first = datetime(2019, 4, 30, tzinfo=UTC)
    events = [BroughtEvent(str(day), "A day", first + timedelta(days=day), 60) for day in days]
    assert BroughtCommunity("a", "A", "Why?", "", "", "", first, None, events=events).rhythm == told


def test_they_are_brought_in_once_with_all_that_they_had(folder, cara):
    counts, said = bring(folder)
    assert counts == {"begun": 2, "there": 0, "ended": 1, "meetings": 3, "left_out": 6}
    assert "Left out: events/2019/d.md. It names no community of this folder." in said
    devops, mobile = Community.objects.order_by("name")
    assert (devops.state, mobile.state) == (State.FORMING, State.CLOSED)
    assert devops.charters.get().answers["rhythm"].startswith("About every 4 weeks")
    assert sorted(Meeting.objects.values_list("title", flat=True)) == ["Deploy day 3", "Deploy day 4", "Linked"]
    assert (Pin.objects.get().url, Thread.objects.get().title) == ("https://devops.example/join/", "What “DevOps” is")
    assert Pin.objects.get().title == "Where “DevOps” came from"  # tells it from others once two are one
    assert Closing.objects.get().community == mobile
    assert not ask_forming_community(devops, at=timezone.now())  # its days are over
    counts, _ = bring(folder)
    assert counts == {"begun": 0, "there": 2, "ended": 0, "meetings": 0, "left_out": 6}
    assert Meeting.objects.count() == 3


def test_what_is_over_is_no_news_and_was_not_called_off(folder, cara):
    ran = MEETING.format(number=6).replace("DevOps Community of Practice", "Mobile")
    (folder / "events/2019/ran.md").write_text(ran, encoding="utf-8")
    bring(folder)
    assert not Meeting.objects.exclude(cancelled_at=None).exists()
    assert not Job.objects.filter(function__endswith="tell_of_meeting").exists()
    assert not Notice.objects.exists()


def test_a_series_of_one_slug_is_a_meeting_for_each_day(folder, cara):
    slug = "venue:\nslug: deploy-day\n_place:"
    for name, number in (("g", 5), ("h", 6), ("i", 6)):
        text = MEETING.format(number=number).replace("venue:", slug)
        (folder / f"events/2019/{name}.md").write_text(text, encoding="utf-8")
    counts, said = bring(folder)
    assert (counts["meetings"], counts["left_out"]) == (5, 7)
    assert "Left out: events/2019/i.md. Another file holds the same event." in said
    assert Meeting.objects.count() == 5


def test_a_dry_run_writes_nothing(folder, cara):
    counts, _ = bring(folder, "--dry-run")
    assert (counts["begun"], counts["meetings"]) == (2, 3)
    assert not Community.objects.exists()


def test_a_name_that_is_taken_keeps_none_of_the_others_out(folder, cara, found):
    found("DevOps")
    counts, said = bring(folder)
    assert (counts["begun"], counts["left_out"]) == (1, 7)
    assert "Left out: communities/devops. There is already a community or a group with this name." in said


@pytest.mark.parametrize(
    ("who", "why"), [("reza@riverside.example", "may not begin"), ("nobody@x.example", "is no member")]
)
def test_only_by_who_may_begin_one(folder, cara, reza, who, why):
    with pytest.raises(CommandError, match=why):
        call_command("import_communities", str(folder), "--organisation", "riverside", "--as", who)


def test_a_folder_of_something_else_is_refused(tmp_path, cara):
    with pytest.raises(CommandError, match="no folder communities/"):
        bring(tmp_path)


@pytest.mark.skipif(not REAL.exists(), reason="the real data is not on this machine")
def test_the_archive_of_a_real_network(cara):
    """Forty communities and their events; what is left out are events that none of them held."""
    counts, _ = bring(REAL)
    assert (counts["begun"], counts["ended"]) == (40, 7)
    assert counts["meetings"] == 204
    assert Meeting.objects.count() == counts["meetings"]

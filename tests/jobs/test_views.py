"""Pages about work: only for those whom it concerns, honest about how far it is."""

import pytest
from django.urls import reverse
from django.utils import timezone

from jobs import runner, views
from jobs.models import Job, JobFile, Mail
from tests.cast import as_member


def report(work):
    work.finish({}, JobFile(name="gap report.pdf", content_type="application/pdf", content=b"%PDF-1.7"))


@pytest.fixture
def job(task, cara, riverside):
    return task(report, title="Gap report", by=as_member(cara), organisation=riverside)


def page(job, name="job_detail"):
    return reverse(name, args=[job.organisation.slug, job.pk])


@pytest.mark.parametrize(
    ("name", "found"), [("job_detail", {"Cara", "Lena", "Ada"}), ("job_file", {"Cara"})], ids=["page", "file"]
)
def test_who_plans_or_administers_sees_how_it_goes_and_only_who_asked_gets_the_file(
    job, name, found, as_, cara, lena, ada, farah, reza, sam, nia, oskar
):
    runner.run_ready()
    everybody = (cara, lena, ada, farah, reza, sam, nia, oskar)
    answers = {person.first_name: as_(person).get(page(job, name)).status_code for person in everybody}
    assert answers == {person.first_name: 200 if person.first_name in found else 404 for person in everybody}
    assert as_().get(page(job, name)).status_code == 302


def test_the_file_is_not_offered_to_others(job, as_, cara, ada):
    runner.run_ready()
    assert "Download" in as_(cara).get(page(job)).content.decode()
    assert "Download" not in as_(ada).get(page(job)).content.decode()


def test_a_job_of_another_organisation_is_not_found_under_ones_own(job, as_, oskar, hillside):
    assert as_(oskar).get(reverse("job_detail", args=["hillside", job.pk])).status_code == 404


def test_the_page_says_how_far_it_is_with_and_without_script(job, as_, cara):
    Job.objects.update(
        state=Job.State.RUNNING, claimed_by="w", lease_until=timezone.now(), progress=40, progress_text="4 of 10 pages"
    )
    text = as_(cara).get(page(job)).content.decode()
    assert "4 of 10 pages" in text
    assert 'hx-trigger="every 1s"' in text
    assert "Check progress</a></p></noscript>" in text
    assert "http-equiv" not in text, "a page that reloads itself takes the reader away from what is being read"


def test_the_page_is_only_sent_again_when_something_is_new(job, as_, cara):
    browser = as_(cara)
    seen = {"seen": job.stage}
    assert browser.get(page(job), seen, headers={"HX-Request": "true"}).status_code == 204
    runner.run_ready()
    piece = browser.get(page(job), seen, headers={"HX-Request": "true"})
    assert "Download gap report.pdf" in piece.content.decode()
    assert "<html" not in piece.content.decode()
    assert "hx-trigger" not in piece.content.decode()


def test_the_file_is_saved_not_shown(job, as_, cara):
    assert as_(cara).get(page(job, "job_file")).status_code == 404
    runner.run_ready()
    answer = as_(cara).get(page(job, "job_file"))
    assert b"".join(answer.streaming_content) == b"%PDF-1.7"
    assert answer["Content-Disposition"] == 'attachment; filename="gap report.pdf"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert "no-store" in answer["Cache-Control"]


def test_a_result_that_is_a_page_is_gone_to(task, as_, cara, riverside):
    job = task(lambda work: {"url": "/o/riverside/lessons/"}, by=as_member(cara), organisation=riverside)
    runner.run_ready()
    assert as_(cara).get(page(job)).url == "/o/riverside/lessons/"
    assert as_(cara).get(page(job), headers={"HX-Request": "true"})["HX-Redirect"] == "/o/riverside/lessons/"


def test_a_result_never_leads_elsewhere(task, as_, cara, riverside):
    job = task(lambda work: {"url": "//evil.example/"}, by=as_member(cara), organisation=riverside)
    runner.run_ready()
    assert as_(cara).get(page(job)).status_code == 200


def test_failed_work_says_why_and_can_be_tried_again(job, as_, cara, reza):
    Job.objects.update(state=Job.State.FAILED, attempts=3, error="Nobody has answered yet.")
    browser = as_(cara)
    assert "Nobody has answered yet." in browser.get(page(job)).content.decode()
    assert as_(reza).post(page(job, "job_retry")).status_code == 404
    for _pressed_twice in range(2):
        assert browser.post(page(job, "job_retry")).url == page(job)
    assert Job.objects.get().state == Job.State.READY
    assert browser.get(page(job, "job_retry")).status_code == 405


def test_a_file_that_is_ready_within_a_moment_is_sent_at_once(job):
    runner.run_ready()
    assert views.wait_or_show(Job.objects.get()).url == page(job, "job_file")


def test_a_page_that_is_ready_within_a_moment_is_gone_to(task, cara, riverside):
    task(lambda work: {"url": "/o/riverside/lessons/"}, by=as_member(cara), organisation=riverside)
    runner.run_ready()
    assert views.wait_or_show(Job.objects.get()).url == "/o/riverside/lessons/"


def test_what_takes_longer_shows_its_progress(job, settings, monkeypatch):
    looks = []
    settings.JOB_WAIT_SECONDS = 0.3
    monkeypatch.setattr(views, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(Job, "refresh_from_db", lambda self, **options: looks.append(1))
    assert views.wait_or_show(job).url == page(job)
    assert 1 <= len(looks) <= 4


def test_the_mailbox_is_a_page_of_the_demo_only(client, db, settings):
    mail = Mail.objects.create(
        message_id="1", subject="Your invitation", recipients=["cara@riverside.example"], sender="KM", body="Come <in>."
    )
    urls = [reverse("mailbox"), mail.get_absolute_url()]
    assert [client.get(url).status_code for url in urls] == [404, 404]
    settings.DEMO = True
    listed, shown = (client.get(url).content.decode() for url in urls)
    assert "Your invitation" in listed
    assert "Come &lt;in&gt;." in shown


def test_the_mailbox_asks_the_database_once_however_many_mails(client, db, settings, django_assert_num_queries):
    settings.DEMO = True
    for number in range(3):
        Mail.objects.create(message_id=str(number), subject=str(number), recipients=["a@b.example"])
    with django_assert_num_queries(1):
        client.get(reverse("mailbox"))

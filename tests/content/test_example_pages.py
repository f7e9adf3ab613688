"""The examples where people need them: their pages, and the links that lead there."""

from organisations.models import Organisation, Person
from selfassessment import examples, reports

INSIDE = "/o/riverside"


def page(browser, url: str) -> str:
    response = browser.get(f"{INSIDE}{url}")
    assert response.status_code == 200, response
    return response.content.decode()


def test_a_lesson_of_each_kind(as_, reza, cara):
    text = page(as_(reza), "/lessons/examples/")
    for kind in ("Lesson", "Good practice", "Case study", "Innovation", "Success story"):
        assert kind in text
    assert "When</b> you are about to move a ward, or open beds for a day" in text
    assert "These examples are invented." in text
    assert "Log a lesson" not in text
    assert "Log a lesson" in page(as_(cara), "/lessons/examples/")


def test_the_form_of_a_lesson_leads_to_them(as_, cara):
    assert f'href="{INSIDE}/lessons/examples/"' in page(as_(cara), "/lessons/new/")


def test_invented_lessons_are_never_found(as_, content, cara, riverside):
    page(as_(cara), "/lessons/examples/")
    assert "Keep one bed list" not in page(as_(cara), "/search/?q=bed+list")
    assert "Keep one bed list" not in page(as_(cara), "/lessons/?q=bed+list")


def test_what_an_after_action_review_leaves(as_, content, reza):
    text = page(as_(reza), "/sessions/techniques/after-action-review/example/")
    for words in (
        "15 minutes",
        "What did we expect?",
        "Put the letters of the doors",
        "When</b> you are about to go live",
    ):
        assert words in text
    assert "/after-action-review/example/" in page(as_(reza), "/sessions/techniques/after-action-review/")
    assert "/example/" not in page(as_(reza), "/sessions/techniques/fishbowl/")
    assert as_(reza).get(f"{INSIDE}/sessions/techniques/fishbowl/example/").status_code == 404


def test_three_pitches(as_, content, reza):
    text = page(as_(reza), "/roadmap/catalogue/elevator-pitch/example/")
    assert "Elevator pitch in 30, 60 and 90 seconds" in text
    assert "64 words" in text
    assert "/elevator-pitch/example/" in page(as_(reza), "/roadmap/catalogue/elevator-pitch/")
    assert "/lessons/examples/#success-story" in page(as_(reza), "/roadmap/catalogue/success-stories/")
    assert "/assessments/example/" in page(as_(reza), "/roadmap/catalogue/knowledge-scan-measure/")
    assert "/lessons/examples/#standing-bed-meeting" in page(as_(reza), "/roadmap/catalogue/best-practices/")
    assert 'id="standing-bed-meeting"' in page(as_(reza), "/lessons/examples/")
    assert "See an example" not in page(as_(reza), "/roadmap/catalogue/quick-wins/")
    assert as_(reza).get(f"{INSIDE}/roadmap/catalogue/quick-wins/example/").status_code == 404


def test_the_report_of_twelve_people_is_worked_out_by_the_rules(content):
    built = reports.build_example(examples.example())
    report = built.report
    assert report.headline == "Widest gap: Acting on lessons, now 1.5, wanted 4"
    assert report.turnout.words == "12 of 15 people answered (80%)"
    assert len(report.results) == 25
    assert all(row.figures.now is not None for row in report.results)
    assert report.strengths
    assert report.splits
    decided = {line.offer.result.code: line.decided.verdict for line in built.lines if line.decided}
    assert decided == {"C4": "accepted", "C1": "changed", "B1": "accepted", "C7": "rejected"}
    assert [line.offer.rank for line in built.lines] == sorted(line.offer.rank for line in built.lines)


def test_the_example_report_is_shown_and_linked(as_, content, farah, reza):
    text = page(as_(reza), "/assessments/example/")
    for words in ("This report is invented.", "Became an intervention", "Left for later", "What to notice"):
        assert words in text
    assert "/assessments/example/" in page(as_(farah), "/assessments/")


def test_without_content_the_example_says_so(as_, reza):
    assert "as soon as the portal’s content is loaded" in page(as_(reza), "/assessments/example/")


def test_the_number_of_queries_does_not_grow(as_, content, reza, django_assert_max_num_queries):
    browser: object = as_(reza)
    with django_assert_max_num_queries(25):
        page(browser, "/assessments/example/")
    with django_assert_max_num_queries(15):
        page(browser, "/lessons/examples/")


def test_strangers_see_no_examples_here(as_, riverside: Organisation, oskar: Person):
    assert as_(oskar).get(f"{INSIDE}/lessons/examples/").status_code == 404

"""The words of the domain: what is swapped, with its article and its capital, and what is left alone."""

import pytest
from django.template import Context, Engine
from django.template.base import Template

from kmportal.lib import domain_words, template_words
from kmportal.lib.domain_words import OURS, WORDS, Forms, bound, find_problems, vocabulary, worded, worded_later

THEIRS = vocabulary(
    {
        "intervention": ("piece of the plan", "pieces of the plan", "a piece of the plan"),
        "lesson": ("insight", "insights", "an insight"),
        "gap_report": ("picture", "pictures", "a picture"),
        "km_lead": ("knowledge lead", "knowledge leads", "a knowledge lead"),
        "group": ("Zelle & Co", "Zellen", "a Zelle & Co"),
    }
)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("an intervention", "a piece of the plan"),
        ("An intervention is late.", "A piece of the plan is late."),
        ("Interventions", "Pieces of the plan"),
        ("your lesson’s title", "your insight’s title"),
        ("A lesson, two lessons", "An insight, two insights"),
        ("a late intervention", "a late piece of the plan"),
        ("the gap\n  report", "the picture"),
        ("Ask the KM lead. KM leads plan.", "Ask the knowledge lead. knowledge leads plan."),
        ("interventional, unlesson, lesson-learned, lesson_new, /lesson/", None),
        ("an after action review", None),
        ("no word of the domain", None),
    ],
)
def test_a_sentence(ours, theirs):
    with bound(THEIRS):
        assert worded(ours) == (ours if theirs is None else theirs)
    assert worded(ours) == ours


def test_what_is_said_later_is_said_as_it_is_said_then():
    label = worded_later("Add a lesson")
    with bound(THEIRS):
        assert str(label) == "Add an insight"
    assert str(label) == "Add a lesson"


def test_the_same_words_are_one_vocabulary():
    kept = {"lesson": ["insight", "insights", "an insight"]}
    assert vocabulary(kept) is vocabulary(dict(kept))
    assert vocabulary({"of another edition": ["a", "b", "a a"]}) is OURS


def draw(source: str, **values: object) -> str:
    marked = template_words.in_marks(source)
    assert marked.count("\n") == source.count("\n")
    engine = Engine.get_default()
    return Template(marked, engine=engine).render(Context(values))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<p>Add an intervention</p>", "<p>Add a piece of the plan</p>"),
        (
            '<a class="lesson" href="/lessons/" title="A lesson">x</a>',
            '<a class="lesson" href="/lessons/" title="An insight">x</a>',
        ),
        ('<p data-lesson="lesson" {% if x %}lesson{% endif %}>Lesson</p>', '<p data-lesson="lesson" >Insight</p>'),
        ("{{ n }} lesson{{ n|pluralize }}", "2 insights"),
        ('{{ n|pluralize:"lesson,lessons" }}', "insights"),
        ('{{ nothing|default:"No lesson" }}', "No insight"),
        ('{{ typed|default:"No lesson" }}', "my lesson"),
        ("{{ typed }} about a lesson", "my lesson about an insight"),
        ('{% with name="Your lesson" %}{{ name }}{% endwith %}', "Your insight"),
        ('{% with name="lesson" %}{{ name }}{% endwith %}', "lesson"),
        ("{# a lesson #}{% comment %}a lesson{% endcomment %}", ""),
        ("{% verbatim %}a lesson{% endverbatim %}", "a lesson"),
        ("<script>lesson</script><style>lesson</style>lesson", "<script>lesson</script><style>lesson</style>insight"),
        ('A {% term "lesson" %} helps', "An insight helps"),
        ("a group", "a Zelle &amp; Co"),
        ("{% autoescape off %}a group{% endautoescape %}", "a Zelle & Co"),
        ("<!-- a lesson -->a lesson", "<!-- a lesson -->an insight"),
    ],
)
def test_a_template(source, shown):
    with bound(THEIRS):
        assert draw(source, n=2, typed="my lesson") == shown


@pytest.mark.parametrize("is_markup", [True, False])
def test_a_line_that_breaks_between_article_and_word(is_markup):
    marked = template_words.in_marks("Here is a\n  lesson.", is_markup=is_markup)
    with bound(THEIRS):
        drawn = Template(marked, engine=Engine.get_default()).render(Context())
    assert drawn.split() == ["Here", "is", "an", "insight."]
    assert drawn.count("\n") == 1


def test_our_own_words_have_no_problem():
    assert list(find_problems({word.key: word.usual for word in WORDS})) == []
    forms = [form.lower() for word in WORDS for each in word.all_forms for form in each[:2]]
    assert len(forms) == len(set(forms))


@pytest.mark.parametrize("one", ["a\nb", "<b>", "x" * 61, "{{ lesson }}", '"', "1", "a/b"])
def test_what_cannot_be_said(one):
    assert list(find_problems({"lesson": Forms(one, "notes", f"a {one}")}))


def test_the_longest_form_is_found_first():
    with bound(vocabulary({"assessment": ("check-up", "check-ups", "a check-up")})):
        assert worded("A self-assessment and an assessment") == "A check-up and a check-up"
        assert domain_words.worded_apart("an", "assessment") == ("a ", "check-up")

"""Made-up values for the page that shows every component. Names of people and places are examples."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils import timezone

from kmportal.lib import charts
from kmportal.lib.charts.timeline import State
from kmportal.lib.forms import DateField, MomentField, helper, hinted
from kmportal.lib.provenance import Link, Stop

CRITERIA = [
    ("L1", "Direction", 2.5, 4), ("L2", "Ownership at the top", 3, 4), ("L3", "Leading by example", 2, 3.5),
    ("L4", "Time, people and money", 2, 3), ("L5", "Decisions that use what is known", 3, 4),
    ("L6", "Knowing if it works", 1.5, 3), ("B1", "Looking before leaping", 2, 4),
    ("B2", "Sharing across boundaries", 3, 4), ("B3", "Learning without blame", 3, 4),
    ("B4", "Curiosity and challenge", 2.5, 3), ("B5", "Recognition", 2, 3),
    ("B6", "Learning with those we serve", 3, 4),
    ("C1", "Learning before", 2, 4), ("C2", "Learning during", 2.5, 3), ("C3", "Learning after", 3, 4),
    ("C4", "Acting on lessons", 1.5, 4), ("C5", "Skills and facilitators", 2, 3.5),
    ("C6", "Communities and networks", 4, 4), ("C7", "Keeping knowledge when people move", 1.5, 3.5),
    ("K1", "Knowing what knowledge matters", 2, 3), ("K2", "Finding people", 2.5, 4),
    ("K3", "Lessons and good practice store", 2, 4), ("K4", "Knowledge assets kept alive", 2, 3),
    ("K5", "Evidence and library", 4, 4.5), ("K6", "Tools, access and safe handling", 3, 4),
]  # fmt: skip
SECTIONS = {
    "L": "Leadership",
    "B": "Behaviours",
    "C": "Capabilities and working practices",
    "K": "Knowledge resources",
}
STEPS = [
    charts.StepProgress(1, "Create awareness", 6, 6, "#steps"),
    charts.StepProgress(2, "Get advocates, buy-in and ownership", 4, 5, "#steps", late=1),
    charts.StepProgress(3, "Strategise", 3, 4, "#steps"),
    charts.StepProgress(4, "Prioritise and plan", 2, 5, "#steps", ownerless=1),
    charts.StepProgress(5, "Implement", 0, 0, "#steps"),
]
PLAN: list[tuple[int, str, list[tuple[str, int | None, int | None, State, str]]]] = [
    (1, "Create awareness", [
        ("Knowledge scan (to wake)", -200, -164, "done", "done"),
        ("Brown bag lunches", -185, -50, "done", "done"),
    ]),
    (2, "Get advocates, buy-in and ownership", [
        ("Find champions", -140, -11, "late", "11 days late"),
        ("Business case", -110, -45, "done", "done"),
    ]),
    (3, "Strategise", [
        ("Theory of change", -40, 22, "doing", "doing"),
        ("Scenario analysis", 22, 60, "planned", "planned"),
    ]),
    (4, "Prioritise and plan", [
        ("Action planning", -17, 38, "doing", "doing"),
        ("Logical framework", None, None, "planned", "planned"),
    ]),
    (5, "Implement", [
        ("Before action reviews for all wards that move or change how they work", -14, 116, "doing", "doing"),
        ("Trained facilitators’ register", 38, 158, "planned", "planned"),
    ]),
]  # fmt: skip
BALANCE = [
    ("Foundation", [3, 2, 2, 1, 1]), ("Creation, storage and use of knowledge", [2, 0, 1, 2, 4]),
    ("Enablers", [1, 2, 0, 1, 3]), ("External context", [1, 1, 1, 0, 0]), ("Products and services", [0, 1, 0, 1, 2]),
]  # fmt: skip
LESSON_STATES = [
    ("", "pencil", "Draft"), ("info", "clock", "Submitted"), ("info", "eye", "In review"),
    ("info", "circle-check", "Checked: something must change"), ("warn", "flag", "Action agreed"),
    ("good", "circle-check", "Learned"),
    ("good", "sprout", "Embedded"), ("", "lightbulb", "Checked: good to know"), ("warn", "clock", "Review due"),
    ("bad", "triangle-alert", "11 days late"),
]  # fmt: skip
COLOURS = [
    ("ink", "Ink"), ("ink-2", "Ink 2"), ("line-strong", "Edge"), ("line", "Hairline"), ("wash-2", "Wash 2"),
    ("wash", "Wash"), ("paper", "Paper"), ("primary", "Damson"), ("primary-wash", "Damson wash"),
    ("accent", "Saffron"), ("accent-wash", "Saffron wash"), ("good", "Good"), ("warn", "Warn"), ("bad", "Bad"),
    ("info", "Info"),
]  # fmt: skip
LEVELS = ["Not yet", "Starting", "In place", "Joined up", "Second nature"]
KINDS = [("quick", "Quick win"), ("strategic", "Strategic"), ("process", "Process change")]


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label="What is it called?", max_length=60)
    email = forms.EmailField(label="Work e-mail", required=False, help_text="We send one mail a day at most.")
    end = DateField(label="By when?", error_messages={"required": "Say by when"})
    starts = MomentField(label="When does it begin?", required=False)
    owner = forms.ChoiceField(label="Who does it?", choices=[("", "Nobody yet"), ("farah", "Farah Siddiqui")])
    kind = forms.ChoiceField(
        label="What kind is it?",
        widget=forms.RadioSelect,
        choices=hinted(KINDS, {"quick": "little work, seen soon", "process": "a checklist, pathway or course changes"}),
        error_messages={"required": "Choose what kind of intervention it is"},
    )
    areas = forms.MultipleChoiceField(
        label="Which areas does it serve?",
        widget=forms.CheckboxSelectMultiple,
        choices=[("foundation", "Foundation"), ("enablers", "Enablers"), ("products", "Products and services")],
        required=False,
    )
    why = forms.CharField(
        label="Why does the plan change?",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=300,
        help_text="One sentence.",
        error_messages={"required": "Say why the plan changes"},
    )
    picture = forms.FileField(label="Picture", required=False, help_text="PNG or JPEG, at most 2 MB.")
    known = forms.BooleanField(label="The owner knows about it", required=False, help_text="Ask before you promise.")

    helper = property(lambda self: helper(verb="Save the change", back="#form", back_words="Leave it as it was"))


def component_values() -> dict[str, Any]:
    """The context of the components page."""
    today = timezone.localdate()
    typed = {"title": "x" * 75, "end": "31 February 2027", "email": "lena", "owner": "somebody"}
    wrong = SampleForm({f"wrong-{name}": text for name, text in typed.items()}, prefix="wrong")
    return {
        "colours": COLOURS,
        "states": LESSON_STATES,
        "steps_of_programme": STEPS,
        "levels": LEVELS,
        "page_of_list": Paginator(range(86), 25).page(2),
        "days": [today - timedelta(days=11), today, today + timedelta(days=1), today + timedelta(days=120)],
        "now": timezone.now(),
        "stops": [
            Stop("done", "Gap", [Link("C1 Learning before: now 2, wanted 4", "#thread")]),
            Stop("done", "Suggestion accepted", [Link("Hold one 15-minute review", "#thread")], "4 November"),
            Stop("here", "You are here", [Link("Intervention in step 5")]),
            Stop("next", "Sessions", [Link("2 held", "#thread"), Link("1 tomorrow", "#thread")]),
        ],
        "radar": _sample_radar(),
        "gaps": _sample_gaps(),
        "mini": charts.mini_gap(1.5, 4),
        "punctuality": charts.columns(
            [("Jul", 88), ("Aug", 83), ("Sep", 79), ("Oct", None), ("Nov", 71)],
            "Actions done on time fell from 88 per cent in July to 71 per cent in November; the target is 80",
            target=80,
            unit=" %",
            ident="punctuality",
        ),
        "timeline": _sample_timeline(today),
        "balance": charts.balance([(step.number, step.name) for step in STEPS], BALANCE),
        "sample_form": SampleForm(),
        "wrong_form": wrong,
    }


def _sample_radar() -> charts.Radar:
    axes = [charts.Axis(code, name, SECTIONS[code[0]], now, wanted) for code, name, now, wanted in CRITERIA]
    return charts.radar(axes, "Radar of 25 questions. Now and wanted are furthest apart at C4 Acting on lessons")


def _sample_gaps() -> charts.GapBars:
    gaps = [
        charts.Gap("C4", "Acting on lessons", 1.5, 4, 1, 2),
        charts.Gap("C7", "Keeping knowledge when people move", 1.5, 3.5, 1, 4),
        charts.Gap("C6", "Communities and networks", 4, 4, 3, 5),
        charts.Gap("K2", "Finding people", None, None),
    ]
    return charts.gap_bars(gaps, "Acting on lessons is 2.5 levels from what is wanted, keeping what people know 2")


def _sample_timeline(today: date) -> charts.Timeline:
    def day(shift: int | None) -> date | None:
        return None if shift is None else today + timedelta(days=shift)

    bands = [
        charts.Band(step, name, [charts.Bar(title, day(a), day(b), state, words) for title, a, b, state, words in rows])
        for step, name, rows in PLAN
    ]
    milestones = [
        charts.Milestone(today + timedelta(days=5), "Results meeting"),
        charts.Milestone(today + timedelta(days=54), "Strategy review"),
    ]
    return charts.timeline(bands, "Interventions by step", today=today, milestones=milestones)

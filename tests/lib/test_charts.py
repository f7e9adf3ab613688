"""Charts with ordinary, odd and missing values: nothing crashes, leaves the picture, or says what is not so."""

import re
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from kmportal.lib import charts
from kmportal.lib.charts.pieces import width_of, wrapped

TODAY = date(2026, 11, 23)
LONG = "Before action reviews for all wards, clinics and community teams that move or change how they work"
levels = st.none() | st.floats(1, 5).map(lambda value: round(value, 1))


def drawn(chart, part=""):
    """The drawing as an XML tree; that it parses is half the test."""
    name = chart.template.replace(".html", f"_{part}.html") if part else chart.template
    return ElementTree.fromstring(render_to_string(name, {"chart": chart}))  # noqa: S314  our own drawing


def numbers(tree):
    """All co-ordinates of a drawing."""
    for element in tree.iter():
        for key in ("x", "y", "cx", "cy", "x1", "x2", "y1", "y2", "points", "width", "height"):
            yield from (float(found) for found in re.findall(r"-?\d+\.?\d*", element.get(key, "")))


def axes(*pairs):
    return [charts.Axis(f"C{i}", f"Criterion {i}", "Practices", a, b) for i, (a, b) in enumerate(pairs)]


@given(st.lists(st.tuples(levels, levels), max_size=30))
def test_a_radar_draws_whatever_is_known(pairs):
    chart = charts.radar(axes(*pairs), "Radar")
    known = [value for pair in pairs for value in pair if value is not None]
    assert chart.is_drawn == (len(pairs) >= 3 and bool(known))
    tree = drawn(chart)
    assert len(tree.findall(".//circle")) == sum(now is not None for now, _ in pairs)
    assert all(-1 <= number <= 541 for number in numbers(tree))


def test_a_missing_answer_leaves_a_hole_in_the_radar():
    chart = charts.radar(axes((2, 4), (None, 4), (3, 4), (1, 4), (2, 4)), "Radar")
    assert chart.area == ""
    (line,) = chart.now_lines
    assert len(line.split()) == 4
    assert chart.table.rows[1] == ["C1 Criterion 1", "–", "4"]


def test_a_radar_with_all_answers_is_closed():
    chart = charts.radar(axes((2, 4), (1, 4), (3, 4)), "Radar")
    points = chart.now_lines[0].split()
    assert points[0] == points[-1]
    assert len(points) == 4


@pytest.mark.parametrize("code", ["C4", "Learning before we begin", "Donaudampfschifffahrtsgesellschaft"])
def test_labels_of_a_radar_stay_inside(code):
    chart = charts.radar([charts.Axis(code, code, "S", 2, 3) for _ in range(12)], "Radar")
    for label in chart.labels:
        for _, line in label.lines:
            width = width_of(line, 17)
            left = label.x - {"start": 0, "middle": width / 2, "end": width}[label.anchor]
            assert left >= -1, line
            assert left + width <= 501, line


def test_sections_have_a_corner_each_or_none():
    def sections(count):
        rows = [charts.Axis(f"{s}{i}", "x", f"Section {s}", 2, 3) for s in range(count) for i in range(4)]
        return [line for label in charts.radar(rows, "Radar").sections for _, line in label.lines]

    assert sections(4) == ["Section 0", "Section 1", "Section 2", "Section 3"]
    assert sections(6) == []


@given(st.lists(st.tuples(levels, levels, levels, levels), max_size=12))
def test_gap_bars_draw_whatever_is_known(rows):
    chart = charts.gap_bars([charts.Gap("C1", LONG, *row) for row in rows], "Gaps")
    tree = drawn(chart)
    assert len(tree.findall(".//circle")) == sum(row[0] is not None for row in rows)
    for row, made in zip(rows, chart.rows, strict=True):
        if row[0] is None or row[1] is None:
            assert made.words == "too few answers"
            assert made.bar is None
        if made.bar:
            assert 0 <= made.bar[0] <= made.bar[0] + made.bar[1] <= 100


def test_a_gap_is_the_difference_and_a_reached_goal_has_no_bar():
    wide, none = charts.gap_bars([charts.Gap("C4", "Acting", 1.5, 4), charts.Gap("C6", "Communities", 4, 4)], "x").rows
    assert (wide.words, wide.bar is not None) == ("+2.5", True)
    assert (none.words, none.bar) == ("reached", None)


def test_long_names_of_gaps_fit_a_small_phone():
    (row,) = charts.gap_bars([charts.Gap("C7", LONG, 1, 5)], "x").rows
    assert len(row.names) == 2
    assert max(width_of(name, 16) for _, name in row.names) <= 288


def test_a_value_outside_the_scale_widens_it():
    chart = charts.gap_bars([charts.Gap("X", "Odd", 0, 6)], "x")
    assert [name for _, name in chart.ticks] == ["0", "1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize(("now", "wanted"), [(None, None), (None, 4), (2, None), (4, 2), (1, 5), (0, 9)])
def test_the_small_gap_never_fails(now, wanted):
    chart = charts.mini_gap(now, wanted)
    assert (chart.bar is not None) == bool(now is not None and wanted is not None and wanted > now)
    assert all(0 <= number <= 200 for number in numbers(drawn(chart)))


@given(st.lists(st.tuples(st.text(max_size=9), st.none() | st.integers(0, 10_000)), max_size=14), st.integers(0, 99))
def test_columns_draw_nought_nothing_and_much(rows, target):
    rows = [(re.sub(r"[^\w ]", "", name), value) for name, value in rows]
    chart = charts.columns(rows, "Columns", target=target)
    tree = drawn(chart)
    assert chart.is_drawn == bool(rows)
    for (_, value), column in zip(rows, chart.columns, strict=True):
        assert 0 <= column.height <= 160
        assert (column.words == "–") == (value is None)
        assert 0 <= column.x <= column.x + column.width <= 100
    assert len(tree.findall("rect")) == len(rows)


def test_columns_without_target_use_the_whole_width():
    chart = charts.columns([("Sep", 0), ("Oct", 0)], "Columns")
    assert chart.target is None
    assert [column.height for column in chart.columns] == [0, 0]
    assert chart.columns[-1].x + chart.columns[-1].width > 85


def plan(*bars):
    return [charts.Band(5, "Implement", bars)]


def bar(start, end, state="doing", name="Before action review"):
    def day(shift):
        return None if shift is None else TODAY + timedelta(days=shift)

    return charts.Bar(name, day(start), day(end), state, state)


shifts = st.none() | st.integers(-900, 900)


@given(st.lists(st.tuples(shifts, shifts), max_size=12), st.lists(st.integers(-900, 900), max_size=5))
def test_a_timeline_draws_any_dates(rows, marks):
    bars = [bar(start, end) for start, end in rows]
    milestones = [charts.Milestone(TODAY + timedelta(days=mark), "Review") for mark in marks]
    chart = charts.timeline(plan(*bars), "Plan", today=TODAY, milestones=milestones)
    for part, width in (("wide", 1120), ("narrow", 100)):
        drawn(chart, part)
        drawing = getattr(chart, part)
        for made in drawing.bands[0].bars:
            if made.x is not None:
                assert 0 <= made.x <= made.x + made.width <= width + 1
    assert len(chart.table.rows) == len(rows) + len(marks)


def test_a_missing_day_is_not_guessed():
    chart = charts.timeline(plan(bar(None, None), bar(0, None), bar(None, 30)), "Plan", today=TODAY)
    neither, begun, due = chart.wide.bands[0].bars
    assert (neither.x, neither.words) == (None, "doing, no dates yet")
    assert begun.x + begun.width == pytest.approx(1120, abs=0.2)
    assert due.x is None
    assert due.due_x is not None
    assert chart.table.rows[1][3:5] == ["23 November 2026", "–"]


def test_long_names_of_interventions_are_cut_and_stand_whole_in_the_table():
    chart = charts.timeline(plan(bar(-10, 10, name=LONG)), "Plan", today=TODAY)
    names = chart.wide.bands[0].bars[0].names
    assert len(names) == 2
    assert names[-1][1].endswith("…")
    assert chart.table.rows[0][0] == LONG


def test_today_is_drawn_only_where_the_plan_has_it():
    past = charts.timeline(plan(bar(-800, -700)), "Plan", today=TODAY)
    assert past.wide.today is None
    assert past.narrow.today is None


def test_milestones_on_one_day_do_not_write_over_each_other():
    marks = [charts.Milestone(TODAY, f"A milestone with a long name {i}") for i in range(3)]
    chart = charts.timeline(plan(bar(-5, 5)), "Plan", today=TODAY, milestones=marks)
    assert len({mark.y for mark in chart.wide.milestones}) == 3


def test_balance_counts_empty_places_and_leaves_out_too_many_dots():
    chart = charts.balance([(1, "Aware"), (2, "Buy-in")], [("Foundation", [0, 3]), ("Enablers", [12, 0])])
    assert chart.empty == 2
    assert [len(cell.dots) for _, cells in chart.rows for cell in cells] == [0, 3, 0, 0]


@given(st.text(max_size=200), st.integers(5, 40), st.integers(1, 3))
def test_wrapping_never_makes_a_line_too_long(text, most, lines):
    made = wrapped(text, most, lines)
    assert 1 <= len(made) <= lines
    assert all(len(line) <= most for line in made)


def test_wrapping_keeps_all_words_that_fit():
    assert wrapped("Keeping knowledge when people move", 20) == ["Keeping knowledge", "when people move"]


def test_words_of_charts_are_escaped():
    chart = charts.gap_bars([charts.Gap("<b>", "a & b", 1, 2)], "<script>")
    html = render_to_string(chart.template, {"chart": chart})
    assert "<script>" not in html
    assert "&lt;b&gt; a &amp; b" in html


@pytest.mark.parametrize(
    ("done", "total", "words", "kind"),
    [(0, 0, "Nothing planned yet", "next"), (3, 3, "3 of 3 done", "done"), (1, 3, "1 of 3 done", "next")],
)
def test_progress_of_a_step(done, total, words, kind):
    step = charts.StepProgress(1, "Create awareness", done, total)
    assert (step.pieces, step.kind) == ([("", words)], kind)


def test_a_bar_with_a_page_is_a_link_and_one_day_a_dot():
    linked = replace(bar(0, 0), url="/o/x/7/", owner="Farah")
    chart = charts.timeline(plan(linked), "Plan", today=TODAY)
    for drawing in (chart.wide, chart.narrow):
        [drawn] = drawing.bands[0].bars
        assert (drawn.url, drawn.is_dot) == ("/o/x/7/", True)
        assert drawn.words.startswith("Farah, ")
    assert chart.is_linked
    assert [url for _, _, url in chart.table.body] == ["/o/x/7/"]
    assert not charts.timeline(plan(bar(0, 9)), "Plan", today=TODAY).is_linked

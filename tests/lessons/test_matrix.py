"""Two sets of themes as one table: what ships, who may take it, and numbers that are those of their lists."""

import pytest

from kmportal.lib.exceptions import Refusal
from lessons.actions import themes
from lessons.models import SavedList, Theme, ThemeSet
from lessons.reports.matrix import MOST_LINES, Matrix
from tests.cast import as_member
from tests.lessons.conftest import NOON, validate

URL = "/o/riverside/lessons/themes/together/"


def ship(farah, riverside, *keys):
    return [themes.load_shipped_themes(riverside, by=as_member(farah), at=NOON, key=key).theme_set for key in keys]


@pytest.fixture
def square(farah, riverside):
    return ship(farah, riverside, "service-change", "work-change")


def put(farah, lesson, *rows):
    for theme in rows:
        themes.file_under_theme(theme, by=as_member(farah), at=NOON, lessons=[lesson])


@pytest.mark.django_db
class TestShipped:
    def test_taken_once_and_then_no_longer_offered(self, farah, cara, riverside, as_):
        listed = "/o/riverside/lessons/themes/"
        assert "What the knowledge is about" in as_(farah).get(listed).text
        assert "Sets that come with the portal" not in as_(cara).get(listed).text
        for _ in range(2):
            as_(farah).post(f"{listed}ship/", {"key": "content"})
        made = ThemeSet.objects.get()
        assert [theme.code for theme in made.themes.all()] == ["IM", "CF", "CO", "OL"]
        assert 'value="content"' not in as_(farah).get(listed).text
        assert as_(cara).post(f"{listed}ship/", {"key": "content"}).status_code == 403

    def test_none_of_that_name(self, farah, riverside, as_):
        with pytest.raises(Refusal, match="offered"):
            ship(farah, riverside, "nothing")
        assert as_(farah).post("/o/riverside/lessons/themes/ship/", {"key": "\x00"}).status_code == 302
        assert not ThemeSet.objects.exists()


@pytest.mark.django_db
class TestTable:
    def test_it_counts_what_its_lists_show(self, square, claimed, farah, reza, as_):
        service, work = square
        much, little = service.themes.all()
        same, other = work.themes.all()
        lessons = [validate(claimed(title=f"Lesson {n}"), farah) for n in range(3)]
        claimed(title="Not checked yet")
        for lesson in lessons[:2]:
            put(farah, lesson, much, other)
        put(farah, lessons[1], little, same)
        put(farah, lessons[2], little)
        built = Matrix.build(service, work, as_member(reza))
        assert [[cell.number for cell in row.cells] for row in built.rows] == [[1, 2], [1, 1]]
        assert [row.total.number for row in built.rows] == [2, 2]
        assert [cell.number for cell in built.totals] == [1, 2]
        assert [[cell.name for cell in row.cells] for row in built.rows] == [
            ["Effectiveness", "Transformation"], ["Business as usual", "Efficiency"],
        ]  # fmt: skip
        cells = [cell for row in built.rows for cell in (*row.cells, row.total)]
        for cell in (*cells, *built.totals):
            assert f'<data value="{cell.number}">' in as_(reza).get(cell.url).text
        assert built.rows[0].cells[1].radius > built.rows[0].cells[0].radius > 0
        page = as_(reza).get(URL).text
        assert page.index("The service changes much") < page.index("Transformation")
        turned = Matrix.build(work, service, as_member(reza))
        assert [cell.name for cell in turned.rows[0].cells] == ["Effectiveness", "Business as usual"]

    def test_a_list_of_two_themes_stays_inside_both(self, square, claimed, farah, reza, as_):
        much, other = square[0].themes.all()[0], square[1].themes.all()[1]
        both, one = (validate(claimed(title=title), farah) for title in ("In both of them", "In one of them"))
        put(farah, both, much, other)
        put(farah, one, much)
        url = f"/o/riverside/lessons/?theme={much.pk}&theme={other.pk}"
        page = as_(reza).get(url).text
        assert "In both of them" in page
        assert "In one of them" not in page
        assert "on the theme “The service changes much” and on the theme “The work changes much”" in page
        assert page.count('name="theme"') == 2
        assert "Hear of new ones" not in page
        assert "Hear of new ones" in as_(reza).get(f"/o/riverside/lessons/?theme={much.pk}").text
        as_(reza).post(f"/o/riverside/lessons/lists/new/?theme={much.pk}&theme={other.pk}", {"name": "Both"})
        assert SavedList.objects.get().query == f"theme={much.pk}&theme={other.pk}"
        odd = as_(reza).get(f"{url}&theme=x&theme={'9' * 30}&theme=-1&theme=3&theme=4")
        assert odd.status_code == 200

    def test_a_reader_counts_what_they_may_read(self, square, claimed, farah, oskar, as_):
        lesson = validate(claimed(), farah)
        put(farah, lesson, *square[0].themes.all()[:1], *square[1].themes.all()[:1])
        assert as_(oskar).get(URL).status_code == 404

    def test_without_two_sets(self, farah, riverside, as_):
        assert "needs two sets" in as_(farah).get(URL).text
        ship(farah, riverside, "content")
        assert "needs two sets" in as_(farah).get(URL).text

    @pytest.mark.parametrize("asked", ["", "?down={0}", "?down={0}&across={0}", "?across=x&down=99999", "?across={1}"])
    def test_whatever_the_address_asks_for_two_different_sets_are_shown(self, square, farah, riverside, as_, asked):
        ship(farah, riverside, "content")
        page = as_(farah).get(f"{URL}{asked.format(*(one.pk for one in square))}")
        assert page.status_code == 200
        assert page.text.count(" selected>") == 2

    def test_too_many_themes_leave_out_the_emptiest(self, square, claimed, farah, riverside, as_):
        pasted = "\n".join(f"Ward {n}" for n in range(MOST_LINES + 5))
        wards = themes.load_themes(riverside, by=as_member(farah), at=NOON, pasted=pasted, name="Wards").theme_set
        last = wards.themes.last()
        put(farah, validate(claimed(), farah), last, square[0].themes.first())
        built = Matrix.build(wards, square[0], as_member(farah))
        assert len(built.rows) == MOST_LINES
        assert built.rows[-1].theme == last
        assert built.left_out == 5
        assert "5" in as_(farah).get(f"{URL}?down={wards.pk}&across={square[0].pk}").text

    def test_a_theme_out_of_use_has_no_line(self, square, claimed, farah):
        much = square[0].themes.first()
        put(farah, validate(claimed(), farah), much, square[1].themes.first())
        Theme.objects.filter(pk=much.pk).update(retired_at=NOON)
        assert len(Matrix.build(*square, as_member(farah)).rows) == 1

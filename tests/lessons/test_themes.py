"""Sets of themes: read, loaded, loaded anew, put out of use; lessons tied to them, the table, and whoever follows."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from jobs.models import Job
from kmportal.lib.exceptions import Refusal
from lessons import tasks
from lessons.actions import follows, themes
from lessons.importing.themes import ThemeLine, read_themes
from lessons.models import FollowHit, LessonTheme, Theme, ThemeSet
from lessons.reports.themes import Coverage
from tests.cast import as_member
from tests.lessons.conftest import NOON, validate

GOALS = "code,name,text\nG1,Home early,Nobody waits\nG2,Safe medicines,\n"


class TestReading:
    @pytest.mark.parametrize(
        "pasted",
        [
            "G1\tHome early\tNobody waits\nG2\tSafe medicines",
            "Name;Code;Description\nHome early;G1;Nobody waits\nSafe medicines;G2;",
            "\ufeffcode,name,text\r\nG1,Home early,Nobody waits\r\n\r\nG2,Safe medicines,\r\n",
            "themes:\n- code: G1\n  name: Home early\n  text: Nobody waits\n- {code: G2, name: Safe medicines}",
        ],
    )
    def test_tables_and_yaml(self, pasted):
        assert read_themes(pasted).lines == [
            ThemeLine("Home early", "G1", "Nobody waits"), ThemeLine("Safe medicines", "G2"),
        ]  # fmt: skip

    def test_names_alone(self):
        assert read_themes("Home early\nSafe medicines").lines == [ThemeLine("Home early"), ThemeLine("Safe medicines")]
        assert read_themes("- Home early\n- Safe medicines").lines[1] == ThemeLine("Safe medicines")

    @pytest.mark.parametrize(
        ("pasted", "words"),
        [
            (" \n\u200b", "Paste"),
            ("code,name\n", "no theme"),
            ("G1,\n", "no name"),
            ("One\none\n", "twice"),
            ("a,One\na,Two", "twice"),
            ("\n".join(f"Theme {n}" for n in range(400)), "at most 300"),
            ("x" * 300_000, "too much"),
            ("x" * 300, "too long"),
            ("themes: {a: b}", "list"),
            ("- &a [1]\n- *a", "refers to itself"),
            ("themes: [", "cannot be read"),
            ("- " + "[" * 50_000, "cannot be read"),
            ("- [1, 2]", "no name"),
        ],
    )
    def test_what_cannot_be_read_is_said(self, pasted, words):
        with pytest.raises(Refusal, match=words):
            read_themes(pasted)


@pytest.mark.django_db
class TestLoading:
    def load(self, farah, riverside, pasted=GOALS, name="Goals"):
        return themes.load_themes(riverside, by=as_member(farah), at=timezone.now(), pasted=pasted, name=name)

    def test_again_changes_nothing(self, farah, riverside):
        first = self.load(farah, riverside)
        again = self.load(farah, riverside, name="GOALS")
        assert (first.new, again.new, again.changed, again.gone) == (2, 0, 0, 0)
        assert again.theme_set == first.theme_set

    def test_anew_keeps_what_is_known_by_its_code_and_puts_the_rest_out_of_use(self, farah, riverside, claimed):
        made = self.load(farah, riverside)
        lesson = validate(claimed(), farah)
        safe = Theme.objects.get(code="G2")
        themes.file_under_theme(safe, by=as_member(farah), at=NOON, lessons=[lesson])
        made = self.load(farah, riverside, "G1,Home sooner\nG3,Clean hands")
        assert (made.new, made.changed, made.gone) == (1, 1, 1)
        assert Theme.objects.get(code="G1").name == "Home sooner"
        assert list(Theme.objects.in_use().values_list("code", flat=True)) == ["G1", "G3"]
        assert LessonTheme.objects.get().theme == safe
        self.load(farah, riverside, GOALS)
        assert lesson.themes.in_use().get() == safe

    def test_codes_and_names_may_change_places(self, farah, riverside):
        self.load(farah, riverside, "A,One\nB,Two")
        self.load(farah, riverside, "B,One\nA,Two")
        assert list(Theme.objects.in_use().values_list("code", "name")) == [("B", "One"), ("A", "Two")]
        self.load(farah, riverside, "C,One")
        self.load(farah, riverside, "A,One")
        assert list(Theme.objects.in_use().values_list("code", "name")) == [("A", "One")]

    def test_by_command(self, farah, riverside, tmp_path, capsys):
        file = tmp_path / "goals.csv"
        file.write_text(GOALS)
        call_command("load_themes", file, organisation="riverside", by=farah.email)
        assert "goals: 2 new" in capsys.readouterr().out
        for wrong in ({"by": "nobody@x.example"}, {"organisation": "elsewhere"}):
            with pytest.raises(CommandError):
                call_command("load_themes", file, **{"organisation": "riverside", "by": farah.email, **wrong})
        file.write_text("code,name\n")
        with pytest.raises(CommandError, match="no theme"):
            call_command("load_themes", file, organisation="riverside", by=farah.email)


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def goals(self, farah, riverside):
        return themes.load_themes(riverside, by=as_member(farah), at=NOON, pasted=GOALS, name="Goals").theme_set

    def test_pasted(self, farah, cara, as_):
        url = "/o/riverside/lessons/themes/load/"
        assert as_(cara).get(url).status_code == 403
        wrong = as_(farah).post(url, {"name": "Goals", "pasted": "G1,\n"})
        assert wrong.status_code == 422
        assert "Theme 1 has no name" in wrong.text
        assert "G1,\n" in wrong.text
        assert (
            as_(farah)
            .post(url, {"name": "Goals", "pasted": GOALS})
            .url.endswith(f"/themes/{ThemeSet.objects.get().pk}/")
        )

    def test_the_table_counts_what_its_lists_show(self, goals, claimed, farah, reza, as_):
        first = goals.themes.all()[0]
        lessons = [validate(claimed(title=f"Lesson {n}"), farah) for n in range(2)]
        other = validate(claimed(title="Good to know"), farah, outcome="noted")
        themes.file_under_theme(first, by=as_member(farah), at=NOON, lessons=[*lessons, other])
        built = Coverage.build(goals, as_member(reza))
        assert [row.total.number for row in built.rows] == [3, 0]
        assert [cell.number for cell in built.rows[0].cells] == [1, 2, 0, 0, 0]
        assert built.uncovered == 1
        for cell in (built.rows[0].total, *built.rows[0].cells):
            if cell.url:
                assert f'<data value="{cell.number}">' in as_(reza).get(cell.url).text
        page = as_(reza).get(goals.get_absolute_url()).text
        assert "1 of 2 themes have no lesson" in page
        assert "Load it anew" not in page
        assert f"?theme={first.pk}" in page

    def test_lessons_are_proposed_and_ticked(self, goals, claimed, farah, as_):
        safe = goals.themes.get(code="G2")
        lesson = validate(claimed(), farah)
        url = f"/o/riverside/lessons/themes/{safe.pk}/sort/"
        assert lesson.words.title in as_(farah).get(url).text
        as_(farah).post(url, {"lessons": [lesson.pk, "x", "9" * 30]})
        assert lesson.themes.get() == safe
        assert lesson.words.title not in as_(farah).get(url).text

    def test_its_author_chooses_its_themes(self, goals, draft, cara, reza, as_):
        lesson, theme = draft(), goals.themes.first()
        url = f"/o/riverside/lessons/{lesson.pk}/themes/"
        assert as_(reza).get(url).status_code in {403, 404}
        assert as_(cara).post(url, {"themes": [theme.pk]}).url == lesson.get_absolute_url()
        assert f"?theme={theme.pk}" in as_(cara).get(lesson.get_absolute_url()).text
        as_(cara).post(url, {})
        assert not LessonTheme.objects.exists()

    def test_out_of_use_and_back(self, goals, farah, as_):
        as_(farah).post(f"{goals.get_absolute_url()}retire/")
        assert not Theme.objects.in_use().exists()
        assert "not used any more" in as_(farah).get(goals.get_absolute_url()).text
        as_(farah).post(f"{goals.get_absolute_url()}restore/")
        assert Theme.objects.in_use().count() == 2

    def test_only_of_what_is_new_and_of_no_removal(self, goals, claimed, farah, reza):
        first, second = goals.themes.all()[:2]
        lesson = validate(claimed(), farah)
        values = {"by": as_member(farah), "at": timezone.now()}
        themes.file_under_themes(lesson, themes=[first], **values)
        follows.follow_theme(first, by=as_member(reza), at=timezone.now() - timedelta(days=1))
        Job.objects.all().delete()
        themes.file_under_themes(lesson, themes=[first, second], **values)
        assert tasks.tell_followers(None, **Job.objects.get().args) == {"told": 0}
        Job.objects.all().delete()
        themes.file_under_themes(lesson, themes=[first], **values)
        assert not Job.objects.exists()

    def test_whoever_follows_a_theme_hears_of_it(self, goals, claimed, farah, reza, cara, lena, as_):
        theme, at = goals.themes.first(), timezone.now() - timedelta(days=1)
        as_(reza).post(f"/o/riverside/lessons/following/theme/{theme.pk}/", {"how": "digest"})
        follows.save_search(goals.organisation,
                            by=as_member(lena), at=at, query="q=pharmacy")  # fmt: skip
        lesson = validate(claimed(), farah)
        Job.objects.all().delete()
        themes.file_under_theme(theme, by=as_member(farah), at=timezone.now(), lessons=[lesson])
        job = Job.objects.get(function="lessons.tasks.tell_followers")
        assert tasks.tell_followers(None, **job.args) == {"told": 1}
        assert FollowHit.objects.get().membership.person == reza

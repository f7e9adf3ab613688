"""The report on paper, with the real questions and with what people paste: nothing leaves the page, nothing is a box.

Each round here is drawn once; the tests look at the boxes that WeasyPrint made and at the letters in the file.
"""

import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string
from django.utils import timezone
from pypdf import PdfReader
from pypdf.generic import ContentStream

from communities import catalogue
from communities.actions import life
from communities.models import Charter
from communities.reports.charter import charter_values
from kmportal.lib import pdf
from kmportal.lib.letters import name_missing
from lessons.reports.summary import summary_values
from selfassessment import reports, scoring
from selfassessment.actions import rounds
from selfassessment.models import Answer, Assessment, Criterion, Framework, Response
from techniques.tasks import sheet_values
from tests.cast import as_member

from .conftest import close_and_publish

pytestmark = [pytest.mark.pdf, pytest.mark.drawn]
pytest.importorskip("weasyprint", reason="Pango is missing", exc_type=OSError)

TEMPLATES = sorted((Path(__file__).parents[2] / "templates" / "pdf").glob("*.html"))
LINK = (
    "https://riverside.sharepoint.example/sites/KM/Shared%20Documents/Forms/AllItems.aspx?id=%2Fsites%2FKM%2FShared"
    "%20Documents%2FLessons%2FWinter%202026&viewid=1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef"
)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
HOSTILE = [
    LINK,
    "x" * 900,
    "🙂 ok 漢字 مرحبا",
    "Đỗ Thị Hồng, ậ ỹ; ZAŻÓŁĆ gęślą jaźń; Ελληνικά; Привет Київ; → ≥ ≤ ½ ✓ € ← •",
    "नमस्ते; বাংলা; ગુજરાતી; ਪੰਜਾਬੀ; தமிழ்; שלום; 👨‍👩‍👧 👍🏽 🇬🇧 한국어 日本語 \ue000 q\u0301 \u202eabc\u202c ไทย",
    "<b>not bold</b> &amp; \u00ad\u200b <script>1</script>",
]
SAID = "We hold the before action review when the rota allows, and write down what we meant to do differently. "


@dataclass
class Paper:
    """One report as it is printed."""

    document: Any
    reader: PdfReader

    @property
    def text(self) -> str:
        return " ".join("\n".join(page.extract_text() for page in self.reader.pages).split())


@pytest.fixture
def real(db) -> Framework:
    call_command("load_content", stdout=io.StringIO())
    return Framework.objects.get(is_current=True)


@pytest.fixture
def paper(real, riverside, farah):
    """``paper(people=8, comments=40)``: a closed round of the real questions, answered by so many, printed."""

    def answered(people: int, comments: list[str], **fields: Any) -> Assessment:
        fields = {"title": "Autumn round", "closes_on": timezone.localdate(), **fields}
        assessment = rounds.prepare_assessment(
            riverside, by=as_member(farah), at=timezone.now(), framework=real, **fields
        )
        rounds.open_assessment(assessment, by=as_member(farah), at=timezone.now())
        dice, waiting = Random(3), list(comments)
        for number in range(people):
            response = Response.objects.create(
                assessment=assessment, way=Response.Way.LINK, anonymous=True, key=f"key {number}"
            )
            for position, criterion in enumerate(Criterion.objects.filter(section__framework=real)):
                now = 1 + (position * 7 + dice.randint(0, 2)) % 4
                has = waiting and (position + number) % 3 == 0
                Answer.objects.create(
                    response=response, criterion=criterion, now=now, wanted=min(5, now + dice.randint(0, 3)),
                    comment=waiting.pop() if has else "", evidence=LINK if has and number == 0 else "",
                )  # fmt: skip
        assert not waiting or not people
        return close_and_publish(assessment, by=as_member(farah), at=timezone.now())

    def make(people: int = 8, comments: list[str] | None = None, **fields: Any) -> Paper:
        report = reports.build(answered(people, comments or [], **fields))
        document = pdf.laid_out(render_to_string("pdf/gap_report.html", reports.pdf_values(report)))
        return Paper(document, PdfReader(io.BytesIO(pdf.written(document))))

    return make


def test_every_kind_of_paper_is_printed_here():
    """A new report on paper has to be drawn by these tests as well; those of lessons draw asset, pack and poster."""
    assert [path.name for path in TEMPLATES] == [
        "asset.html",
        "base.html",
        "charter.html",
        "gap_report.html",
        "pack.html",
        "poster.html",
        "sheet.html",
        "summary.html",
    ]


def test_what_people_paste_stays_inside_the_margins_and_has_its_letters(paper):
    made = paper(6, HOSTILE, title=f"Wüstenrundfahrt {LONG}", scope=f"{LONG} {LONG[:20]}")
    assert outside(made) == []
    assert boxes_without_letters(made) == []
    for words in ("not bold", "Привет", "Ελληνικά", "slightly smiling face", "Chinese sign 6F22", "flag of GB"):
        assert words in made.text
    assert LINK in made.text.replace(" ", "")
    assert made.text.count("x") >= 900


def test_a_summary_of_hostile_words_stays_on_its_page(world, cara):
    held = world.things.held
    keys = list(held.stages.values_list("key", flat=True))
    held.summary = dict(zip(keys, HOSTILE, strict=False))
    held.title = f"Wüstenrundfahrt {LONG}"[:120]
    document = pdf.laid_out(render_to_string("pdf/summary.html", summary_values(held, as_member(cara))))
    made = Paper(document, PdfReader(io.BytesIO(pdf.written(document))))
    assert outside(made) == []
    assert boxes_without_letters(made) == []
    assert "not bold" in made.text


def test_a_sheet_to_fill_in_by_hand_is_one_page(world):
    room = world.things.room
    room.title = f"Wüstenrundfahrt {LONG}"[:120]
    document = pdf.laid_out(render_to_string("pdf/sheet.html", sheet_values(room)))
    made = Paper(document, PdfReader(io.BytesIO(pdf.written(document))))
    assert outside(made) == []
    assert len(made.reader.pages) == 1
    assert made.text.count("I claim this") == 3


def test_a_charter_of_hostile_words_stays_on_its_page(riverside, cara):
    by, at = as_member(cara), timezone.now()
    community = life.found_community(riverside, by=by, at=at, name=LONG[:60], question="Why so late?")
    answers = dict(zip([prompt.key for prompt in catalogue.prompts()][2:], HOSTILE, strict=False))
    answers |= {"name": LONG[:60], "question": "Why so late?"}
    life.write_charter(community, by=by, at=at, seen=community.version, answers=answers)
    charter = Charter.objects.get(community=community)
    document = pdf.laid_out(render_to_string("pdf/charter.html", charter_values(community, charter)))
    made = Paper(document, PdfReader(io.BytesIO(pdf.written(document))))
    assert outside(made) == []
    assert boxes_without_letters(made) == []
    assert "not bold" in made.text


@pytest.mark.parametrize(("people", "comments"), [(8, 0), (12, 40), (3, 0)])
def test_every_length_is_laid_out_well(paper, people, comments):
    made = paper(people, [f"{SAID}No {number}." for number in range(comments)])
    assert outside(made) == []
    assert boxes_without_letters(made) == []
    assert pdf.last_page_filled(made.document) >= pdf.HALF
    root = made.reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("en-GB", True)
    assert not re.search(r"First on the list|: ?;|: ?\.", made.text)
    if people >= scoring.FLOOR:
        the_picture_comes_first_and_the_formula_last_in_words(made, has_comments=bool(comments))
        letters_of_both_pictures_are_as_tall(made)
        all_tables_share_their_columns(made)


def the_picture_comes_first_and_the_formula_last_in_words(made: Paper, *, has_comments: bool) -> None:
    wanted = [
        "Four sections", "The overall picture", "Widest gaps", "What we are good at", "Where we see things differently",
        "What to do about it", "Decisions so far", "All questions", *(["What people wrote"] if has_comments else []),
        "How the figures came about",
    ]  # fmt: skip
    boxes = [(number, box) for number, page in enumerate(made.document.pages) for box in walk(page._page_box)]
    heads = [(number, box.position_y, box.position_x, box) for number, box in boxes if tag_of(box) in ("h2", "h3")]
    words = ["".join(box.element.itertext()) for *_, box in sorted(heads, key=lambda head: head[:3])]
    assert [head for head in dict.fromkeys(words) if head in wanted] == wanted
    assert words[-1] == "How the suggestions are put in order"
    assert "a gap counts twice" in made.text
    assert "×" not in made.text


def letters_of_both_pictures_are_as_tall(made: Paper) -> None:
    heights = dict(pictures_of(made.document))
    assert set(heights) == {"km-radar", "km-bars"}
    assert abs(heights["km-radar"] - heights["km-bars"]) < 0.3
    assert heights["km-radar"] >= 10  # CSS pixels: 7.5 points


def all_tables_share_their_columns(made: Paper) -> None:
    starts: dict[str, set[int]] = {"Now": set(), "Wanted": set(), "Gap": set()}
    boxes = [box for page in made.document.pages for box in walk(page._page_box)]
    for cell in (box for box in boxes if type(box).__name__ == "TableCellBox"):
        if (words := "".join(cell.element.itertext())) in starts:
            starts[words].add(round(cell.position_x))
    assert {words: len(places) for words, places in starts.items()} == {"Now": 1, "Wanted": 1, "Gap": 1}


@pytest.mark.parametrize("text", [*HOSTILE, "abc", ""])
def test_what_is_named_can_be_drawn(text):
    named = name_missing(text)
    assert name_missing(named) == named
    assert len(named) == len(text) or "[" in named or any(unicodedata.category(letter) == "Cf" for letter in text)


# --- Looking at paper ---------------------------------------------------------------------------------------------


def walk(box):
    yield box
    for child in box.all_children() if hasattr(box, "all_children") else []:
        yield from walk(child)


def tag_of(box) -> str:
    return box.element_tag if getattr(box, "element", None) is not None else ""


def outside(made: Paper) -> list[str]:
    """Words that leave the part of a page that is inside its margins, or the page in its margins."""
    found = []
    for page in made.document.pages:
        whole = page._page_box
        left, right = whole.content_box_x(), whole.content_box_x() + whole.width
        for box in walk(whole):
            text = getattr(box, "text", "")
            if text.strip() and (box.position_x < left - 0.5 or box.position_x + box.width > right + 0.5):
                found.append(text[:60])
            if text.strip() and not 0 <= box.position_y <= page.height - box.height:
                found.append(text[:60])
    return found


def boxes_without_letters(made: Paper) -> list[str]:
    """Fonts that draw their letter 0, which is the empty box, and fonts that do not ship with us."""
    found = []
    for page in made.reader.pages:
        fonts = {name: font.get_object() for name, font in page["/Resources"]["/Font"].items()}
        names = [font["/BaseFont"] for font in fonts.values()]
        found += [f"{name} is of this machine" for name in names if not re.search("Atkinson|-of-ours", name)]
        font = ""
        for operands, operator in ContentStream(page.get_contents(), made.reader).operations:
            if operator == b"Tf":
                font = operands[0]
            elif operator in (b"TJ", b"Tj"):
                parts = operands[0] if isinstance(operands[0], list) else [operands[0]]
                drawn = b"".join(part.original_bytes for part in parts if hasattr(part, "original_bytes"))
                if any(drawn[i : i + 2] == b"\0\0" for i in range(0, len(drawn), 2)):
                    found.append(f"a box in {fonts[font]['/BaseFont']}")
    return found


def pictures_of(document):
    """Each picture’s class and how tall, in pixels, a letter of its names is drawn."""
    for page in document.pages:
        for box in walk(page._page_box):
            if tag_of(box).endswith("svg"):
                tree = box.element
                _, _, width, _ = map(float, tree.get("viewBox").split())
                sizes = [
                    float(text.get("font-size"))
                    for text in tree.iter("{http://www.w3.org/2000/svg}text")
                    if text.get("font-weight") == "600" or "code" in text.get("class", "")
                ]
                yield tree.get("class").split()[0], max(sizes) * box.width / width

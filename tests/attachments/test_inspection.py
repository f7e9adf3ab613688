"""Uploads: what may be attached, what is refused and in which words, and what stays of a picture."""

import io
import zipfile

import pytest
from PIL import Image, ImageOps

from attachments import pictures
from attachments.file_kinds import LARGEST, LONGEST_NAME
from attachments.inspection import CheckedFile, check_file
from kmportal.lib.exceptions import Refusal
from tests.attachments.samples import (
    GIF_JS,
    HTML,
    PDF,
    SVG,
    bomb,
    huge_png,
    office,
    open_document,
    packed,
    photo,
    picture,
)

# It ends before it says where its list stands.
CUT_EXIF = b"Exif\0\0II*\0"
MACRO_TYPE = '<Default Extension="bin" ContentType="application/vnd.ms-office.vba&#80;roject"/>'


def drawn(file: CheckedFile) -> Image.Image:
    image = Image.open(io.BytesIO(file.content))
    image.load()
    return image


class TestWhatMayBeAttached:
    @pytest.mark.parametrize(
        ("name", "content", "kind"),
        [
            ("a.pdf", PDF, "pdf"),
            ("a.txt", b"Ask by ten\n", "text"),
            ("a.csv", "ward;bags\nSix;7\nCaf\xe9;1".encode("cp1252"), "csv"),
            ("A.MD", b"\xef\xbb\xbf# Ask\n", "markdown"),
            ("a.txt", "Ask by ten".encode("utf-16"), "text"),
            ("a.docx", office("docx"), "docx"),
            ("a.xlsx", office("xlsx"), "xlsx"),
            ("a.pptx", office("pptx"), "pptx"),
            ("a.odt", open_document("text"), "odt"),
            ("a.ods", open_document("spreadsheet"), "ods"),
            ("a.odp", open_document("presentation"), "odp"),
        ],
    )
    def test_documents_stay_as_they_are(self, name, content, kind):
        checked = check_file(name, content)
        assert (checked.kind.key, checked.content, checked.picture) == (kind, content, None)

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (picture("JPEG"), "jpeg"),
            (picture("JPEG", mode="CMYK"), "jpeg"),
            (picture("JPEG", mode="L"), "jpeg"),
            (picture("PNG"), "png"),
            (picture("PNG", mode="RGBA"), "png"),
            (picture("GIF", mode="L"), "png"),
            (picture("WEBP"), "jpeg"),
            (picture("WEBP", mode="RGBA"), "png"),
        ],
    )
    def test_pictures_are_drawn_anew(self, content, kind):
        checked = check_file("photo.bmp", content)
        assert checked.kind.key == kind
        assert checked.name == {"jpeg": "photo.jpg", "png": "photo.png"}[kind]
        assert drawn(checked).size == (40, 30)
        assert b"Ward 6" not in checked.content + checked.picture.small

    def test_a_photo_stands_upright_and_tells_no_place(self):
        content = photo()
        assert b"Telephone" in content
        checked = check_file("photo.jpg", content)
        assert drawn(checked).size == (40, 60)
        assert not drawn(checked).getexif()
        assert b"Telephone" not in checked.content + checked.picture.small
        assert b"Ward 6" not in checked.content + checked.picture.small

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_however_the_camera_was_held(self, orientation):
        image = Image.new("RGB", (64, 32), "white")
        image.paste((255, 0, 0), (0, 0, 16, 16))
        exif, out = Image.Exif(), io.BytesIO()
        exif[0x0112] = orientation
        image.save(out, "JPEG", exif=exif, quality=95)
        wanted = ImageOps.exif_transpose(Image.open(io.BytesIO(out.getvalue())))
        found = drawn(check_file("a.jpg", out.getvalue()))
        assert found.size == wanted.size
        corners = [(3, 3), (3, found.height - 4), (found.width - 4, 3), (found.width - 4, found.height - 4)]
        is_red = [found.getpixel(corner)[1] < 128 for corner in corners]
        assert is_red == [wanted.getpixel(corner)[1] < 128 for corner in corners]
        assert sum(is_red) == 1

    def test_a_large_one_becomes_smaller_and_has_a_small_version(self):
        checked = check_file("wide.jpg", picture("JPEG", (5_000, 1_000)))
        assert drawn(checked).size == (2_000, 400)
        assert (checked.picture.small_width, checked.picture.small_height) == (320, 64)

    def test_a_photo_that_was_saved_as_png_is_kept_as_jpeg(self):
        out = io.BytesIO()
        Image.effect_noise((1_000, 1_000), 90).convert("RGBA").save(out, "PNG")
        assert check_file("noise.png", out.getvalue()).kind.key == "jpeg"

    def test_the_first_picture_of_a_film_stays(self):
        out = io.BytesIO()
        frames = [Image.new("L", (20, 20), shade) for shade in (0, 255)]
        frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
        checked = check_file("a.gif", out.getvalue())
        assert getattr(drawn(checked), "n_frames", 1) == 1


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("a.png", HTML, "kind that cannot be attached"),
            ("a.txt", HTML, "web page or a drawing"),
            ("a.csv", b"\xef\xbb\xbf \n<ScRipt>alert(1)</script>", "web page or a drawing"),
            ("a.txt", HTML.decode().encode("utf-16"), "web page or a drawing"),
            ("a.svg", SVG, "kind that cannot be attached"),
            ("a.md", b"<?xml version='1.0'?>" + SVG, "web page or a drawing"),
            ("a.exe", b"MZ\x90\x00" * 40, "kind that cannot be attached"),
            ("a.pdf", b"MZ\x90\x00" * 40, "kind that cannot be attached"),
            ("a.txt", b"words\x00words", "kind that cannot be attached"),
            ("a.txt", b"\xff\xfea\xd8", "kind that cannot be attached"),
            ("a.pdf", b"%PDF-1.7 and then nothing", "is not complete"),
            ("a.gif", GIF_JS, "damaged, or no picture"),
            ("a.jpg", photo()[:-200], "damaged, or no picture"),
            ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "damaged, or no picture"),
            ("a.png", picture("PNG", exif=CUT_EXIF), "damaged, or no picture"),
            ("a.webp", picture("WEBP", exif=CUT_EXIF), "damaged, or no picture"),
            ("a.jpg", picture("JPEG", exif=CUT_EXIF, dpi=(72, 72)), "damaged, or no picture"),
            ("a.png", huge_png(), "too many pixels"),
            ("a.png", huge_png(8_000, 8_000), "too many pixels"),
            ("a.jpg", photo() + b"\xff\xda" * 200, "too many pixels"),
            ("a.zip", packed({"a.txt": b"words"}), "kind that cannot be attached"),
            ("a.docx", packed({"a.txt": b"words"}), "kind that cannot be attached"),
            ("a.docx", b"PK\x03\x04" + b"\x00" * 40, "cannot be opened"),
            ("a.docx", office()[:-30], "cannot be opened"),
            ("a.docx", office(**{"../../etc/passwd": b""}), "cannot be opened"),
            ("a.docx", packed({"[Content_Types].xml": b"<Types"}), "cannot be opened"),
            (
                "a.docx",
                packed({"[Content_Types].xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}),
                "cannot be opened",
            ),
            ("a.docx", packed({"[Content_Types].xml": "<Types/>".encode("utf-16")}), "cannot be opened"),
            ("a.docx", packed({"[Content_Types].xml": b"<Types/>"}), "kind that cannot be attached"),
            ("a.odg", open_document("graphics"), "kind that cannot be attached"),
            ("a.docm", office(**{"word/vbaProject.bin": b"x"}), "holds macros"),
            ("a.docx", office(types=MACRO_TYPE, **{"word/pictures.bin": b"x"}), "holds macros"),
            ("a.xlsx", office("xlsx", **{"xl/macrosheets/sheet1.xml": b"x"}), "holds macros"),
            ("a.docx", office(**{"word/activeX/activeX1.xml": b"x"}), "holds macros"),
            ("a.odt", open_document(**{"Basic/Standard/script-lb.xml": b"x"}), "holds macros"),
            ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "old Office program, or has a password"),
            ("a.txt", b"", "is empty"),
            ("a.pdf", PDF + b"\0" * LARGEST, "larger than 5 MB"),
        ],
    )
    def test_it_says_why(self, name, content, words):
        with pytest.raises(Refusal, match=words) as refused:
            check_file(name, content)
        sentence = str(refused.value)
        assert sentence.startswith(f"“{name}” ")
        assert sentence.endswith(".")
        if "kind that" in words:
            assert "You can attach pictures (JPEG, PNG, GIF, WebP), PDF" in sentence


def in_single_colours(content: bytes) -> bytes:
    """A JPEG whose first scan says that it holds one colour alone."""
    at = content.index(b"\xff\xda") + 4
    return content[:at] + b"\x01" + content[at + 1 :]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(picture("JPEG", progressive=True), id="progressive"),
        pytest.param(in_single_colours(picture("JPEG")), id="a scan for each colour"),
        pytest.param(b"\xff\xd8\xff\xff" + picture("JPEG")[3:], id="with padding"),
        pytest.param(b"\xff\xd8\xff\xd0" + picture("JPEG")[2:], id="with a bare marker"),
        pytest.param(b"\xff\xd8\xff\xfe\0\x02x" + picture("JPEG")[2:], id="with a stray letter"),
    ],
)
def test_a_large_jpeg_comes_in_one_scan(content, monkeypatch):
    """What comes in several is kept whole in memory, so it may have as many pixels as any other picture."""
    assert check_file("a.jpg", picture("JPEG"))
    monkeypatch.setattr(pictures, "MOST_PIXELS", 40 * 30 - 1)
    assert check_file("a.jpg", picture("JPEG"))
    assert check_file("a.jpg", picture("JPEG", mode="L"))
    with pytest.raises(Refusal, match="too many pixels"):
        check_file("a.jpg", content)


def test_a_bomb_is_never_unpacked():
    with pytest.raises(Refusal, match="far more than a document"):
        check_file("a.docx", bomb())


def test_nor_a_document_of_too_many_parts():
    with pytest.raises(Refusal, match="far more than a document"):
        check_file("a.docx", packed({f"{number}": b"" for number in range(5_001)}))


@pytest.mark.parametrize("name", ["[Content_Types].xml", "mimetype"])
@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param(lambda part: part[:4] + b"\xff" * len(part[4:]), id="broken"),
        pytest.param(lambda part: part[:5] + b"\xff\xff\xff\xff" + part[9:], id="a dictionary of four gigabytes"),
        pytest.param(lambda part: part, id="as no program packs"),
    ],
)
def test_nor_a_document_that_is_packed_in_another_way(name, spoiled):
    """It fails with errors of its own, and a few bytes may ask for gigabytes."""
    content = packed({name: b"<Types/>" * 9}, how=zipfile.ZIP_LZMA)
    start = 30 + len(name)
    end = content.index(b"PK\x01\x02")
    with pytest.raises(Refusal, match="cannot be opened"):
        check_file("a.docx", content[:start] + spoiled(content[start:end]) + content[end:])


def test_nor_a_document_with_a_password():
    content = bytearray(office())
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.find(mark) + (6 if mark == b"PK\x03\x04" else 8)
        content[at] |= 1
    with pytest.raises(Refusal, match="has a password"):
        check_file("a.docx", bytes(content))


class TestNames:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("../../etc/passwd", "passwd.pdf"),
            ("C:\\Users\\ada\\plan.pdf", "plan.pdf"),
            ("ward\u202efdp.exe", "wardfdp.pdf"),
            ("a\u200bb\x00\r\nc.pdf", "ab c.pdf"),
            ("report.pdf.exe", "report.pdf"),
            ("Minutes v1.2.pdf", "Minutes v1.2.pdf"),
            ("Minutes v1.2", "Minutes v1.2.pdf"),
            ("R\u00e9sum\u00e9 \u2013 \u0141\u00f3d\u017a.pdf", "R\u00e9sum\u00e9 \u2013 \u0141\u00f3d\u017a.pdf"),
            ('a"b;c%d.pdf', "a b c d.pdf"),
            ("CON.pdf", "file.pdf"),
            ("...", "file.pdf"),
            ("", "file.pdf"),
            ("\u202e\u200b", "file.pdf"),
            (".pdf", "file.pdf"),
            ("x" * 400 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
        ],
    )
    def test_they_are_cleaned(self, sent, kept):
        assert check_file(sent, PDF).name == kept


def refuse_all(name: str, content: bytes) -> str:
    return f"“{name}” has the virus Test in it. Clean your computer first."


def break_down(name: str, content: bytes) -> str:
    raise OSError("the scanner is away")


def pass_all(name: str, content: bytes) -> str:
    return ""


def test_the_scanner_may_refuse(settings):
    settings.FILE_SCANNER = f"{__name__}.refuse_all"
    with pytest.raises(Refusal, match=r"“a.pdf” has the virus"):
        check_file("a.pdf", PDF)


def test_what_the_scanner_could_not_look_at_is_not_kept(settings, caplog):
    settings.FILE_SCANNER = f"{__name__}.break_down"
    with pytest.raises(Refusal, match="could not be checked for viruses"):
        check_file("a.pdf", PDF)
    assert "The scanner of files failed" in caplog.text


def test_what_the_scanner_passes_is_kept(settings):
    settings.FILE_SCANNER = f"{__name__}.pass_all"
    assert check_file("a.pdf", PDF)

"""Sound: what it is by its content, what is left out of it, and what only calls itself sound."""

import pytest
from django.test import RequestFactory

from attachments.inspection import check_file
from attachments.models import FileContent, StoredFile
from attachments.reports import shown_files
from attachments.serving import answer_with_file
from kmportal.lib.exceptions import Refusal
from tests.attachments.samples import HTML, aac, box, m4a, mp3, ogg, wav, webm

KINDS = {
    "ogg": (ogg(), "audio/ogg"),
    "webm": (webm(), "audio/webm"),
    "m4a": (m4a(), "audio/mp4"),
    "mp3": (mp3(), "audio/mpeg"),
    "aac": (aac(), "audio/aac"),
    "wav": (wav(), "audio/wav"),
}


@pytest.mark.parametrize("key", KINDS)
def test_its_content_says_what_it_is(key):
    content, media_type = KINDS[key]
    found = check_file("What happened.exe", content)
    assert (found.kind.key, found.kind.media_type) == (key, media_type)
    assert found.name.startswith("What happened.")
    assert found.kind.is_sound


@pytest.mark.parametrize("content", [m4a(), mp3(), wav(b"Ward 6")])
def test_what_a_program_wrote_beside_it_is_left_out(content):
    assert b"Ward 6" in content
    assert b"Ward 6" not in check_file("note", content).content


def test_the_sound_stays_where_players_look_for_it():
    content = m4a()
    kept = check_file("note", content).content
    assert len(kept) == len(content)
    assert kept.index(b"mdat") == content.index(b"mdat")


@pytest.mark.parametrize(
    "content", [ogg(b"\x80theora"), webm(b"V_VP8"), webm(b"A_OPUS" + bytes(9) + b"V_VP9"), m4a(b"vide")]
)
def test_a_film_is_no_sound(content):
    with pytest.raises(Refusal, match="is a film"):
        check_file("note.mp4", content)


@pytest.mark.parametrize(
    "content",
    [
        ogg(b"Speex   "),
        webm(b"S_TEXT"),
        m4a(b"hint"),
        m4a()[:60],
        box(b"ftyp", b"M4A ") + b"\0\0\0\1mdat" + bytes(20),
        wav(form=2),
        wav()[:30],
        b"ID3\x04\x00\x00\x00\x00\x00\x03abc" + HTML,
    ],
)
def test_half_of_a_sound_is_refused(content):
    with pytest.raises(Refusal, match="cannot be played"):
        check_file("note.mp3", content)


@pytest.mark.parametrize("content", [HTML, b"\xff\xfb" + HTML, b"\xff" * 40, b"RIFF", b"OggX" + HTML])
def test_a_page_that_calls_itself_sound_is_refused(content):
    with pytest.raises(Refusal):
        check_file("note.mp3", content)


@pytest.mark.parametrize("depth", [3, 200])
def test_boxes_in_boxes_end(depth):
    content = box(b"hdlr", bytes(8) + b"soun")
    for _ in range(depth):
        content = box(b"moov", content)
    content = box(b"ftyp", b"M4A ") + content
    if depth == 200:
        with pytest.raises(Refusal):
            check_file("a", content)
    else:
        assert check_file("a", content).kind.key == "m4a"


@pytest.fixture
def note(riverside) -> StoredFile:
    content = wav()
    file = StoredFile.objects.create(organisation=riverside, name="a.wav", kind="wav", size=len(content), digest="d")
    FileContent.objects.create(file=file, content=content)
    return file


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        ("", 200, None),
        ("bytes=0-9", 206, "bytes 0-9/844"),
        ("bytes=840-", 206, "bytes 840-843/844"),
        ("bytes=-4", 206, "bytes 840-843/844"),
        ("bytes=0-99999", 206, "bytes 0-843/844"),
        ("bytes=844-", 416, "bytes */844"),
        ("bytes=-0", 416, "bytes */844"),
        ("bytes=-", 200, None),
        ("bytes=0-1,4-5", 200, None),
        ("pages=1", 200, None),
    ],
)
def test_players_ask_for_parts(note, asked, status, told):
    headers = {"Range": asked} if asked else {}
    answer = answer_with_file(RequestFactory().get("/", headers=headers), note)
    assert (answer.status_code, answer.headers.get("Content-Range")) == (status, told)
    assert answer.headers["Content-Type"] == "audio/wav"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Accept-Ranges"] == "bytes"
    if status == 206:
        first, last = (int(one) for one in told.split()[1].split("/")[0].split("-"))
        assert answer.content == wav()[first : last + 1]


def test_it_is_shown_as_sound_with_its_words(note):
    shown = shown_files([(1, note)], lambda version, key: f"/{version}/{key}/", {1: "Call the porters first."})
    (sound,) = shown.sounds
    assert (sound.url, sound.tells) == ("/whole/1/", "Call the porters first.")
    assert not shown.pictures
    assert not shown.others

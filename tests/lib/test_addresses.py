import pytest
from django.core.exceptions import ValidationError

from kmportal.lib.addresses import is_same_address, normal_address, read_addresses


@pytest.mark.parametrize(
    "text",
    [
        "ann@example.org, bob@example.org",
        "ann@example.org;bob@example.org",
        "ann@example.org\nbob@example.org\n",
        "ann@example.org bob@example.org",
        "<ann@example.org>\tbob@example.org,",
        "ANN@example.org\r\n\r\nbob@example.org; ann@example.org",
    ],
)
def test_any_separator(text):
    pasted = read_addresses(text)
    assert list(pasted.found) == ["ann@example.org", "bob@example.org"]
    assert pasted.bad == ()


def test_names_are_kept():
    pasted = read_addresses('Ann Lee <ann@example.org>; "Bob, the builder" <bob@example.org>')
    assert pasted.found == {"ann@example.org": "Ann Lee", "bob@example.org": "Bob, the builder"}
    assert read_addresses("Lee, Ann <ann@example.org>").found == {"ann@example.org": "Ann Lee"}
    assert read_addresses('"Lee, Ann" <a@example.org>, Bo Ek <b@example.org>').found == {
        "a@example.org": "Ann Lee", "b@example.org": "Bo Ek",
    }  # fmt: skip


def test_what_is_no_address_is_named():
    pasted = read_addresses("ann@example.org, bob(at)example.org\ncarl@")
    assert list(pasted.found) == ["ann@example.org"]
    assert pasted.bad == ("bob(at)example.org", "carl@")


def test_nothing_is_nothing():
    assert read_addresses(" \n,;") == read_addresses("")


@pytest.mark.parametrize("mark", [*"\u200e\u202c\u200b\ufeff\u00ad\u2060\u2066\u201d\u2019\u00bb\u3000;,.>", "\r\n"])
def test_what_a_paste_brings_along_goes(mark):
    assert normal_address(f"pat@example.org{mark}") == "pat@example.org"
    assert is_same_address(f"{mark}pat@example.org", "PAT@Example.org")


@pytest.mark.parametrize("mark", "\u200e\u00ad\u200b\u200d\ufeff")
def test_a_mark_within_goes_too(mark):
    assert normal_address(f"pat@exam{mark}ple.org") == normal_address(f"p{mark}at@example.org") == "pat@example.org"


@pytest.mark.parametrize(
    "text",
    ["", "\u200b", "pat", "@example.org", "pat@", "pat@example.org\ue000", "pat@exam\ue000ple.org",
     "p\u00e4t@example.org",
     "pat@exam ple.org", "pat@" + "x" * 64 + ".org", "pat@.org", "pat@a..org", "x" * 300 + "@example.org",
     "pat@example.org\ud800", "a@b@example.org", "pat@\u2800.org"],
)  # fmt: skip
def test_the_rest_is_no_address(text):
    with pytest.raises(ValidationError, match="complete e-mail address"):
        normal_address(text)


def test_one_domain_in_two_spellings_is_one_address():
    written = ["pat@ex\u00e4mple.org", "PAT@EXA\u0308MPLE.ORG", "pat@xn--exmple-cua.org", "pat@XN--EXMPLE-CUA.org"]
    assert {normal_address(one) for one in written} == {"pat@xn--exmple-cua.org"}
    assert list(read_addresses("; ".join(written)).found) == ["pat@xn--exmple-cua.org"]


def test_wide_letters_are_letters():
    assert normal_address("\uff50\uff41\uff54\uff20example.org") == "pat@example.org"


def test_a_line_of_nothing_is_no_bad_piece():
    assert read_addresses("pat@example.org\n\u200b\n\ufeff").bad == ()


def test_rows_of_a_table_are_names_and_addresses():
    pasted = read_addresses(
        "Ann Lee\tann@example.org\nBob Roe, bob@example.org\nCy Poe cy@example.org\nDi, Ward 6\tdi@x.org"
    )
    assert pasted.found == {
        "ann@example.org": "Ann Lee", "bob@example.org": "Bob Roe", "cy@example.org": "Cy Poe", "di@x.org": "",
    }  # fmt: skip
    assert pasted.bad == ("Di", "Ward 6")
    two = read_addresses("ann@example.org\tbob@example.org\nhalf@, cy@example.org")
    assert set(two.found) == {"ann@example.org", "bob@example.org", "cy@example.org"}
    assert two.bad == ("half@",)

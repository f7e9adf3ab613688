import pytest

from kmportal.lib.addresses import read_addresses


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
    assert read_addresses("Lee, Ann <ann@example.org>").found == {"ann@example.org": "Lee, Ann"}
    assert read_addresses('"Lee, Ann" <a@example.org>, Bo Ek <b@example.org>').found == {
        "a@example.org": "Lee, Ann", "b@example.org": "Bo Ek",
    }  # fmt: skip


def test_what_is_no_address_is_named():
    pasted = read_addresses("ann@example.org, bob(at)example.org\ncarl@")
    assert list(pasted.found) == ["ann@example.org"]
    assert pasted.bad == ("bob(at)example.org", "carl@")


def test_nothing_is_nothing():
    assert read_addresses(" \n,;") == read_addresses("")

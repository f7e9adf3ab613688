import pytest
from django.core.cache import cache

from kmportal.lib.exceptions import Refusal
from techniques import join_codes

pytestmark = pytest.mark.database  # the brake counts in the cache


@pytest.fixture(autouse=True)
def _clean_cache():
    cache.clear()
    yield
    cache.clear()


def test_a_code_has_six_letters_that_cannot_be_confused():
    made = {join_codes.make_code() for _ in range(200)}
    assert len(made) > 190
    assert all(len(code) == 6 and not set(code) & set("0O1IL2Z5S8BUVAE") for code in made)


def test_a_taken_code_is_not_given_again(monkeypatch):
    letters = iter("CCCCCCDDDDDD")
    monkeypatch.setattr(join_codes.secrets, "choice", lambda _: next(letters))
    assert join_codes.make_code(taken={"CCCCCC"}) == "DDDDDD"


@pytest.mark.parametrize("typed", ["RNK4G7", "rnk4g7", " rnk 4g7 ", "RNK-4G7", "r n k 4 g 7"])
def test_people_type_codes_as_they_like(typed):
    assert join_codes.tidy_code(typed) == "RNK4G7"


@pytest.mark.parametrize("typed", ["", "RNK4G", "RNK4G77", "RNK4G0", "../../x", "ＲＮＫ４Ｇ７", "🙂🙂🙂🙂🙂🙂"])
def test_what_cannot_be_a_code_is_none(typed):
    assert join_codes.tidy_code(typed) == ""


def test_one_address_is_braked_and_others_are_not():
    for _ in range(join_codes.FROM_ONE_ADDRESS):
        join_codes.check_brake("192.0.2.7")
        join_codes.count_failure("192.0.2.7")
    with pytest.raises(Refusal, match="Too many wrong codes"):
        join_codes.check_brake("192.0.2.7")
    join_codes.check_brake("192.0.2.8")


def test_many_addresses_together_are_braked(monkeypatch):
    monkeypatch.setattr(join_codes, "FROM_EVERYBODY", 5)
    for number in range(5):
        join_codes.count_failure(f"192.0.2.{number}")
    with pytest.raises(Refusal):
        join_codes.check_brake("192.0.2.99")

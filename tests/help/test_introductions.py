"""What stands on top of a page: that every page has it, who reads what, putting it away and taking it out again."""

import re

import pytest
from django.test import RequestFactory
from django.urls import reverse

from help import actions, introductions
from help.context import introduction
from help.models import PutAway
from kmportal.lib.content import ContentError
from organisations.permissions import Permission
from tests.test_doors import CLASS_OF, GUEST, PUBLIC, patterns

pytestmark = pytest.mark.drawn

# Signed-in pages without an introduction, and why.
EXEMPT = {
    "It is the room, or the big screen, where people need the space": "session_room session_screen",
    "One answers here, one question at a time": "assessment_answer assessment_question assessment_finish",
    "It is made to be printed": "technique_print asset_print trial_poster invitation_codes",
    "It asks one thing and says what happens then": """
        assessment_delete session_cancel person_remove person_second_step person_sign_out
        action_done action_reopen action_move action_hand_over action_drop group_admit
        account_email account_change_password account_set_password account_reauthenticate front
        mfa_reauthenticate mfa_reauthenticate_webauthn mfa_deactivate_totp mfa_generate_recovery_codes
        mfa_remove_webauthn community_leave story_delete reuse_delete transfer_undo meeting_cancel meeting_day_cancel
    """,
    "It only shows how far some work has come": "job_detail",
    "It leads on to another page at once": "account_confirm_login_code",
}
EXEMPTED = {name for names in EXEMPT.values() for name in names.split()}


def shown(html: str) -> bool:
    return 'id="introduction"' in html


def posted(browser, name, *, page="lesson_list", back="/o/riverside/lessons/", **headers):
    return browser.post(reverse(name), {"page": page, "back": back}, headers=headers)


def test_every_page_for_people_who_are_signed_in_has_one_or_says_why_not(world, as_):
    browsers = {name: as_(person) for name, person in world.people.items()}
    seen, wrong = set(), []
    for name, route, _ in patterns():
        if CLASS_OF[name] in {PUBLIC, GUEST} or "^" in route:
            continue
        url = world.address(name, route)
        for browser in browsers.values():
            answer = browser.get(url)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                seen.add(name)
                if shown(answer.content.decode()) == (name in EXEMPTED):
                    wrong.append(name)
                break
    assert wrong == []
    assert len(seen) > 60
    assert set(introductions.by_page()) <= set(CLASS_OF)
    assert set(CLASS_OF) >= EXEMPTED
    assert not EXEMPTED & set(introductions.by_page())


def test_who_may_do_more_is_told_what_they_do_first(as_, riverside, lena, farah, cara, reza, sam):
    words = {}
    for name, person in {"lena": lena, "farah": farah, "cara": cara, "reza": reza, "sam": sam}.items():
        html = as_(person).get(reverse("home", args=["riverside"])).content.decode()
        words[name] = re.search(r'km-intro__title">([^<]*)<', html)[1]
    assert words["cara"] == words["reza"]
    assert len(set(words.values())) == 4


def test_the_first_line_whose_permission_one_has_is_read():
    home = introductions.by_page()["home"]
    lead = home.words_for({Permission.READ, Permission.PLAN, Permission.OVERSEE, Permission.FACILITATE})
    assert lead == next(one for one in home.variants if one.may == Permission.PLAN)
    assert home.words_for({Permission.READ}) == home


def test_it_is_put_away_for_this_page_and_this_person_alone(as_, riverside, cara, reza):
    browser, url = as_(cara), reverse("lesson_list", args=["riverside"])
    assert shown(browser.get(url).content.decode())
    answer = posted(browser, "introduction_put_away", back=f"{url}?q=a")
    assert (answer.status_code, answer.url) == (302, f"{url}?q=a")
    html = browser.get(url).content.decode()
    assert not shown(html)
    assert "What is this page for?" in html
    assert shown(browser.get(reverse("session_list", args=["riverside"])).content.decode())
    assert shown(as_(reza).get(url).content.decode())


def test_twice_is_the_same_as_once(as_, riverside, cara):
    browser = as_(cara)
    assert [posted(browser, "introduction_put_away").status_code for _ in range(2)] == [302, 302]
    assert PutAway.objects.count() == 1
    assert [posted(browser, "introduction_show").status_code for _ in range(2)] == [302, 302]
    assert PutAway.objects.count() == 0


def test_it_can_be_taken_out_again(as_, riverside, cara):
    browser, url = as_(cara), reverse("lesson_list", args=["riverside"])
    posted(browser, "introduction_put_away")
    assert posted(browser, "introduction_show", back=url).url == f"{url}#introduction"
    assert shown(browser.get(url).content.decode())


def test_all_are_taken_out_on_the_page_of_ones_account(as_, riverside, cara, reza):
    browser, url = as_(cara), reverse("account")
    assert "Show all introductions again" not in browser.get(url).content.decode()
    for page in ("lesson_list", "session_list"):
        posted(browser, "introduction_put_away", page=page)
    actions.hide_introduction("lesson_list", by=reza)
    html = browser.get(url).content.decode()
    assert "You have put away 2." in html
    assert "Show all introductions again" in html
    assert browser.post(reverse("introduction_show_all")).url == url
    assert list(PutAway.objects.values_list("person", flat=True)) == [reza.pk]


def test_the_script_gets_no_page_back(as_, riverside, cara):
    assert posted(as_(cara), "introduction_put_away", hx_request="true").status_code == 204
    assert PutAway.objects.filter(person=cara, page="lesson_list").exists()


def test_pages_that_share_their_words_are_put_away_together(as_, riverside, cara):
    posted(as_(cara), "introduction_put_away", page="lesson_edit")
    assert PutAway.objects.get().page == "lesson_new"


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "\\\\evil", "999", "a\0b"]
)
@pytest.mark.parametrize("name", ["introduction_put_away", "introduction_show"])
def test_nobody_is_led_elsewhere(as_, riverside, cara, name, back):
    assert posted(as_(cara), name, back=back).url in {"/", "/#introduction"}


@pytest.mark.parametrize("name", ["introduction_put_away", "introduction_show"])
def test_a_page_that_has_none_is_not_kept(as_, riverside, cara, name):
    for page in ("session_room", "nonsense", "", "x" * 200):
        assert posted(as_(cara), name, page=page).status_code == 404
    assert PutAway.objects.count() == 0


@pytest.mark.parametrize("name", ["introduction_put_away", "introduction_show", "introduction_show_all"])
def test_only_by_a_button_and_only_signed_in(client, as_, riverside, cara, name):
    assert as_(cara).get(reverse(name)).status_code == 405
    assert "/accounts/login/" in posted(client, name).url
    assert PutAway.objects.count() == 0


def test_it_is_not_shown_where_mistakes_stand(as_, riverside, cara):
    answer = as_(cara).post(reverse("action_new", args=["riverside"]), {})
    assert answer.status_code == 422
    assert not shown(answer.content.decode())


def test_pages_that_are_not_there_or_not_open_have_none(as_, riverside, reza):
    for url in (reverse("person_list", args=["riverside"]), reverse("lesson_detail", args=["riverside", 999])):
        answer = as_(reza).get(url)
        assert answer.status_code in {403, 404}
        html = answer.content.decode()
        assert not shown(html)
        assert "What is this page for?" not in html


def test_it_costs_one_query(lena, riverside, member, django_assert_num_queries, django_assert_max_num_queries):
    request = RequestFactory().get("/")
    request.user, request.membership = lena, member(lena)
    request.resolver_match = type("Match", (), {"url_name": "home"})
    frame = introduction(request)["introduction"]
    with django_assert_num_queries(1):
        assert frame.words.title
        assert not frame.is_put_away
        assert not frame.is_put_away


WRONG = """
introductions:
  - page: home
    title: Two sentences. Not one.
    words: No full stop
  - page: home
    title: Here is a title.
    words: It names a [[word-that-nobody-knows]]. Two. Three. Four.
  - page: search
    title: Here is a title.
    words: It’s 'straight'.
    for:
      - may: fly
        title: Here is a title.
        words: Fine.
"""


def test_the_check_lists_every_mistake(tmp_path):
    folder = tmp_path / "content" / "help"
    folder.mkdir(parents=True)
    (folder / "introductions.yaml").write_text(WRONG)
    with pytest.raises(ContentError, match="is not one of"):
        introductions.read(folder)
    (folder / "introductions.yaml").write_text(WRONG.replace("fly", "plan"))
    with pytest.raises(ContentError) as caught:
        introductions.read(folder)
    said = str(caught.value)
    for words in (
        "one full sentence", "full sentences with a full stop", "two introductions", "word-that-nobody-knows",
        "at most 3 sentences", "straight ones",
    ):  # fmt: skip
        assert words in said

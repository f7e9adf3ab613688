"""Every address of the portal and who may come in: a table by hand, and a walk that covers what is added next year."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from organisations.actions import invite_member
from organisations.permissions import Permission, Role
from organisations.tokens import invitation_token
from tests.cast import as_member
from tests.shares import fewer_on_postgresql

# Classes of doors.
PUBLIC, GUEST, ACCOUNT = "public", "guest", "account"
MEMBER, CONTRIBUTOR, FACILITATOR, VALIDATOR, LEAD, ADMINISTRATOR = (
    Permission.READ,
    Permission.CONTRIBUTE,
    Permission.FACILITATE,
    Permission.VALIDATE,
    Permission.PLAN,
    Permission.ADMINISTER,
)

API = "api/v1/"
# URL name → class. A new page fails the walk until it has its line here.
DOORS = {
    PUBLIC: """
        livez healthz help guide words accessibility privacy components mailbox mailbox_mail demo_enter
        account_login account_signup account_inactive account_reset_password account_reset_password_done
        account_reset_password_from_key account_reset_password_from_key_done account_confirm_email
        account_email_verification_sent account_confirm_login_code account_logout
        mfa_authenticate mfa_login_webauthn
    """,
    GUEST: """
        invitation_accept action_guest password_by_link enquiry_link calendar_feed community_mail_stop
        lesson_feed left_new left_receipt
        lesson_feed lesson_receipt expert_answer review_turn
        join join_session join_calendar join_leave join_room join_note join_note_change join_mine join_since
        join_comment join_vote join_me_too join_ready join_correction join_agree join_wish join_address
        join_ask
        join_comment join_vote join_me_too join_ready join_correction join_act join_feedback
        answer_start answer_question answer_finish
    """,
    ACCOUNT: """
        front account account_email account_change_password account_set_password account_reauthenticate
        mfa_index mfa_reauthenticate mfa_activate_totp mfa_deactivate_totp mfa_view_recovery_codes
        mfa_generate_recovery_codes mfa_download_recovery_codes mfa_list_webauthn mfa_add_webauthn mfa_edit_webauthn
        mfa_remove_webauthn mfa_reauthenticate_webauthn
        introduction_put_away introduction_show introduction_show_all own_sign_ins session_end session_end_others
        token_list token_revoke
    """,
    MEMBER: """
        session_outcome session_report session_matches
        home yours benefit_list invitation_many invitation_codes search organisation_logo notice_list notice_read_all
        notice_open job_detail job_file job_retry
        unanswered_tell
        home yours benefit_list invitation_many search organisation_logo notice_list notice_read_all notice_open
        job_detail job_file job_retry
        home yours invitation_many search organisation_logo notice_list notice_read_all notice_open job_detail
        job_file job_retry
        unanswered_tell saved_lists saved_list_new saved_list_delete
        follow_list follow_new lesson_follow follow_how follow_stop follow_feed follow_search_feed follow_feed_away
        action_list action_new action_detail action_edit action_done action_reopen action_move action_hand_over
        action_drop
        programme_current programme_list programme_detail programme_time programme_balance step_detail
        programme_plan
        intervention_detail intervention_state intervention_action_new catalogue_list catalogue_detail catalogue_example
        session_list session_detail summary_pdf session_join session_screen screen_since
        technique_list technique_detail technique_print technique_example
        innovation_list theme_list theme_set theme_matrix follow_tag follow_theme
        lesson_list lesson_detail lesson_changes lesson_examples lesson_aging
        lesson_list lesson_detail lesson_changes lesson_versions lesson_examples lesson_aging
        lesson_reuse reuse_list reuse_detail reuse_edit reuse_delete saving_confirm saving_decline
        lesson_file lesson_file_small lesson_comment comment_detail comment_edit comment_withdraw
        quote_detail quote_agree quote_withdraw
        finder_list finder_own finder_own_delete finder_profile
        enquiry_list enquiry_new enquiry_detail enquiry_answer enquiry_pass enquiry_close enquiry_delete
        trial_list trial_detail trial_join trial_leave trial_met trial_another trial_answer
        assessment_list assessment_example assessment_questions assessment_detail
        assessment_answer assessment_question assessment_finish
        gap_report gap_report_csv gap_report_pdf
        community_list community_detail community_edit community_informal community_people community_roles
        community_join community_facilitator community_knock community_invite community_elsewhere
        community_leave knock_answer
        charter_detail charter_edit charter_pdf charter_version community_steps community_step_go community_step
        thread_list thread_new thread_detail thread_answer thread_reply thread_ask post_edit post_history
        post_file post_file_small
        shelf_detail pin_new pin_edit pin_move
        community_review review_open review_answers review_voice review_carry_on review_change review_close
        review_merge review_split merge_answer transfer_undo
        community_ending ending_home ending_leave ending_farewell home_answer
        story_list story_new story_detail story_edit story_delete benefit_confirm benefit_decline
        community_health health_agree quiet_answer community_ties
        emergency_list emergency_release emergency_ask emergency_detail emergency_agree emergency_end emergency_thread
        emergency_file emergency_file_small
        pack_list pack_detail pack_pdf pack_tick pack_use pack_aside pack_later
        asset_list asset_detail asset_print asset_history asset_part_away asset_pdf asset_step_list
        asset_file asset_file_small
        risk_list risk_detail
        community_close community_object objection_answer community_stop community_story community_wake
        kickoff_list kickoff_detail kickoff_sort kickoff_barriers topic_remove
        problem_list problem_new problem_detail problem_edit problem_share problem_unshare problem_move problem_back
        problem_delete problem_take_up problem_give_back
        calendar_own calendar_of_community community_mail thread_mute thread_follow
        meeting_list meeting_new meeting_detail meeting_edit meeting_cancel meeting_calendar
        meeting_day meeting_day_move meeting_day_cancel meeting_day_write_up
        learning_set_list learning_set_detail learning_set_next learning_set_people learning_set_leave
        own_action_new own_action_edit own_action_delete own_action_share set_meeting_open set_meeting_end
    """,
    CONTRIBUTOR: """
        lesson_similar lesson_themes upkeep_list lesson_keeper
        lesson_quote_new session_quote_new innovation_edit innovation_adapt
        lesson_mine lesson_new lesson_action_new session_action_new lesson_edit lesson_send lesson_withdraw
        lesson_discard lesson_files community_new thread_lesson topic_begin problem_begin
        lesson_restore lesson_send_safely lesson_discard community_new thread_lesson topic_begin problem_begin
        thread_asset
        work_new work_edit
        asset_new asset_edit asset_publish asset_check asset_keep asset_take asset_discard asset_part_new
        asset_step
        risk_edit risk_asset risk_settle risk_reopen risk_holder_new risk_holder_edit risk_holder_away
    """,
    VALIDATOR: """
        lesson_queue lesson_claim lesson_take_over lesson_release lesson_check lesson_return lesson_decline
        comment_hide comment_show poster_list poster_detail poster_open poster_renew poster_close poster_pdf
        left_detail left_take left_aside
        lesson_confirm lesson_learned lesson_embed lesson_fall_back
        lesson_merge lesson_merge_into lesson_part
        lesson_supersede lesson_retire lesson_bring_back lesson_check_back expert_list expert_revoke
    """,
    FACILITATOR: """
        risk_new learning_set_new
        trial_new trial_edit trial_cancel trial_pair trial_end trial_share trial_people trial_words trial_poster
        session_new session_edit session_cancel session_invite session_attendance session_tick session_open
        session_room session_close session_sheet
        room_go room_time room_people room_show room_note room_note_change room_mine room_since
        import_list import_detail import_try import_run import_undo import_differences import_problems
        meeting_day_session review_session
        room_go room_time room_people room_show room_screen room_note room_note_change room_mine room_since
        room_sort room_vote room_comment session_wish summary_correct room_here
        room_sort room_vote room_comment room_act
        import_list import_detail import_try import_run import_problems meeting_day_session
        import_list import_detail import_try import_run import_undo import_differences import_problems
        meeting_day_session
        assessment_new assessment_edit assessment_delete assessment_open assessment_close assessment_people
        assessment_comments assessment_publish remark_withhold remark_show
        assessment_addresses assessment_link assessment_remind decision_new decision_reject decision_undo
        kickoff_new kickoff_edit kickoff_end barrier_remove
        lesson_mending tag_list tag_edit tag_retire tag_restore theme_load theme_retire theme_restore theme_sort
        theme_ship
        review_rule_list dictionary_list dictionary_delete
        unanswered_list unanswered_detail unanswered_aside unanswered_open
    """,
    LEAD: """
        check_rule_list check_rule_delete
        programme_new programme_edit programme_make_current step_edit intervention_new intervention_edit
        programme_change programme_change_undo programme_delete intervention_delete
    """,
    ADMINISTRATOR: """
        person_list invitation_new invitation_edit invitation_resend invitation_revoke person_edit
        person_suspend person_restore
        person_reset person_remove person_second_step person_sign_out
        sign_in_list group_list group_new group_edit group_admit
        organisation_edit organisation_words mail_test audit_list
    """,
}
CLASS_OF = {name: door for door, names in DOORS.items() for name in names.split()}

# Who of the cast gets through a door inside Riverside; Oskar is a stranger there, Vera is not signed in.
MEMBERS = ["lena", "farah", "cara", "reza", "ada", "sam", "nia"]
THROUGH = {
    MEMBER: MEMBERS,
    CONTRIBUTOR: ["lena", "farah", "cara", "ada", "sam"],
    FACILITATOR: ["lena", "farah"],
    VALIDATOR: ["lena", "farah"],
    LEAD: ["lena"],
    ADMINISTRATOR: ["ada"],
}
# Doors behind which a single thing decides: who gets through, whatever their role.
ODD = {
    "job_detail": ["farah", "lena", "ada"],
    "invitation_codes": ["ada"],  # as the next
    "invitation_many": ["ada"],  # and KM leads where the administrator allows it
    "job_file": [],  # it has no file yet
    "job_retry": ["farah", "lena", "ada"],
    "notice_open": ["cara"],
    "organisation_logo": [],  # there is none yet
    "lesson_detail": ["cara"],  # a draft
    "lesson_changes": ["cara", "lena", "farah"],  # waiting for review
    "lesson_versions": ["cara"],
    "lesson_restore": ["cara"],
    "lesson_edit": ["cara"],
    "lesson_send": ["cara"],
    "lesson_themes": ["cara"],  # her draft
    "lesson_send_safely": ["cara"],
    "lesson_discard": ["cara"],
    **{name: ["cara"] for name in ("lesson_files", "lesson_file", "lesson_file_small")},  # of a draft
    **{f"comment_{verb}": ["reza"] for verb in ("edit", "withdraw")},  # who wrote it
    "innovation_edit": ["cara", "farah", "lena"],  # who wrote it, and who curates
    "quote_detail": ["cara", "reza"],  # who wrote it in, and who is asked
    "quote_withdraw": ["cara", "reza"],
    "quote_agree": ["reza"],
    "lesson_action_new": [],  # not before it is checked
    "saved_list_delete": ["cara"],  # her own
    "lesson_keeper": ["cara", "farah", "lena"],  # who looks after it, and who curates or checks
    "lesson_aging": ["lena", "farah", "sam"],  # who checks, and who oversees
    "lesson_withdraw": ["cara", "lena", "farah"],
    "lesson_follow": [],  # not before it is checked
    **{name: ["cara"] for name in ("follow_how", "follow_stop", "follow_search_feed", "follow_feed_away")},  # her own
    "intervention_state": ["lena", "farah"],  # who plans, and who owns it
    # Cara facilitates the community, Farah is her deputy; Reza is invited. The administrator is not in it.
    **{
        name: ["cara", "farah"]
        for name in (
            *("community_edit", "community_informal", "community_roles", "community_invite", "community_elsewhere"),
            *("community_leave", "charter_edit", "community_step_go", "community_step", "thread_new", "thread_detail"),
            *("thread_answer", "thread_lesson", "thread_asset", "post_history", "community_close", "community_object"),
            *("post_file", "post_file_small"),
            *("objection_answer", "community_stop", "community_story", "pin_new", "pin_edit", "pin_move"),
            *("community_health", "health_agree", "quiet_answer", "story_new", "story_detail"),
            "community_ties",
            *("community_ending", "ending_leave", "ending_home", "ending_farewell"),
            *("community_review", "review_open", "review_answers", "review_voice", "merge_answer", "transfer_undo"),
            *(f"review_{what}" for what in ("carry_on", "change", "close", "merge", "split")),
            *("calendar_of_community", "community_mail", "thread_mute", "meeting_list", "meeting_new"),
            "thread_follow",
            *("meeting_detail", "meeting_edit", "meeting_cancel", "meeting_calendar", "meeting_day"),
            *("meeting_day_move", "meeting_day_cancel", "meeting_day_write_up"),
        )
    },
    "emergency_release": ["reza", "ada"],  # who was named, and who names
    **{
        f"emergency_{what}": ["sam", "reza"] for what in ("ask", "agree", "end", "thread", "file", "file_small")
    },  # who were named
    "emergency_detail": ["sam", "reza", "cara", "farah"],  # and who is in the community
    "post_edit": ["cara"],
    "home_answer": ["reza"],  # who was asked
    **{f"story_{verb}": ["cara"] for verb in ("edit", "delete")},  # her own
    # Who checks lessons and reads the story; never who told it.
    **{f"benefit_{verb}": ["farah"] for verb in ("confirm", "decline")},
    "problem_edit": ["cara"],  # who raised it
    "problem_delete": ["cara", "farah", "lena"],  # and who looks after kick-offs
    **{f"problem_{verb}": ["cara", "farah"] for verb in ("take_up", "give_back")},  # who is in a community
    "meeting_day_session": ["farah"],
    # Who is in the set, who advises it, and whose it is.
    "learning_set_detail": ["cara", "reza", "sam", "farah"],
    **{name: ["farah"] for name in ("learning_set_next", "learning_set_people", "set_meeting_open", "set_meeting_end")},
    **{name: ["cara", "reza", "sam"] for name in ("learning_set_leave", "own_action_new")},
    **{f"own_action_{verb}": ["cara"] for verb in ("edit", "delete", "share")},
    "session_report": [],  # nobody gave advice
    "session_matches": [],  # nobody found anybody
    "session_outcome": ["farah", "lena"],  # who facilitates; who took an action on there, of whom the walk has none
    "review_session": ["farah"],
    # A forged link; and the walk names nobody.
    "thread_reply": [],
    "thread_ask": [],
    **{f"reuse_{verb}": ["reza"] for verb in ("edit", "delete")},  # who said it
    # Who checks lessons, and who oversees; never who said it.
    **{f"saving_{verb}": ["farah", "lena", "sam"] for verb in ("confirm", "decline")},
    "work_edit": ["cara", "lena"],  # who described it, and who plans
    **{
        f"pack_{answer}": ["lena", "farah", "cara", "ada", "sam"] for answer in ("use", "aside", "later")
    },  # who contributes
    "asset_discard": ["cara"],  # a draft
    # Who wrote it, who looks after it, and who facilitates.
    **{
        f"asset_{verb}": ["cara", "farah", "lena"]
        for verb in ("edit", "publish", "keep", "take", "part_new", "part_away", "step")
    },
    # Who sees to it, who knows about it, who curates, and who oversees.
    "risk_detail": ["cara", "reza", "farah", "lena", "sam"],
    "risk_asset": ["cara"],  # a draft of hers
    **{
        f"risk_{verb}": ["cara", "farah", "lena"]
        for verb in ("edit", "settle", "reopen", "holder_new", "holder_edit", "holder_away")
    },
    "knock_answer": ["reza"],
    # Who belonged to it, and who plans.
    **{name: ["cara", "farah", "lena"] for name in ("community_wake", "community_facilitator")},
    # Who leads, who wrote it, who owns it.
    **{f"action_{verb}": ["lena", "farah", "cara"] for verb in ("edit", "done", "reopen", "move", "hand_over", "drop")},
    "finder_own_delete": ["cara"],  # the only one who has a profile
    "enquiry_detail": ["farah", "cara"],  # who asked, and who was asked
    **{f"enquiry_{verb}": ["cara"] for verb in ("answer", "pass")},
    **{f"enquiry_{verb}": ["farah"] for verb in ("close", "delete")},
    **{f"trial_{verb}": ["cara", "farah", "lena", "sam"] for verb in ("leave", "answer")},  # who take part
    **{f"trial_{verb}": [] for verb in ("met", "another")},  # the walk names no pair
    # The walk names no stage, no note and nobody in the room.
    **{name: [] for name in ("room_go", "room_show", "room_screen", "room_note_change", "room_people")},
    **{name: [] for name in ("room_sort", "room_vote", "room_comment", "session_wish")},
    **{name: [] for name in ("room_sort", "room_vote", "room_comment", "room_act")},
}
# Found by the code in the address, so the person does not matter; these codes or states open nothing.
DEAD = {
    "join_note_change",
    "join_mine",
    "join_since",
    "action_guest",
    "enquiry_link",
    "mailbox",
    "mailbox_mail",
    "demo_enter",
}
DEAD |= {"mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes"}  # nobody has set one up
DEAD |= {"introduction_put_away", "introduction_show"}  # the walk names no page
DEAD |= {"lesson_feed", "left_receipt"}  # tests/lessons opens them
DEAD |= {"join_ask"}  # the walk’s room has no presenters
DEAD |= {"join_comment", "join_feedback"}  # the walk names no note of somebody else, and is in no room
DEAD |= {"expert_answer", "review_turn"}  # the walk has no signature; tests/lessons opens it
DEAD |= {"calendar_feed", "community_mail_stop"}  # the walk has no secret; tests/communities opens them
DEAD |= {"token_revoke", "session_end"}  # the token is Cara’s, and nobody has this session
SENDS_STRANGERS_AWAY = {"account_logout", "account_confirm_login_code", "mfa_authenticate", "mfa_login_webauthn"}


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    """Every address of a page: name, route, pattern. The API is another door, which test_api walks."""
    for entry in (resolver or get_resolver()).url_patterns:
        if str(entry.pattern) == API:
            continue
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        else:
            yield entry.name or "", prefix + str(entry.pattern), entry


def test_every_address_has_its_line_and_every_line_its_address():
    names = {name for name, _, _ in patterns()}
    assert names == set(CLASS_OF)


def test_every_view_of_ours_carries_the_mark_of_its_class():
    wrong = []
    for name, _, pattern in patterns():
        view = pattern.callback
        if view.__module__.startswith("allauth."):
            continue
        mark, door = getattr(view, "access", None), CLASS_OF[name]
        expected = {PUBLIC: "public", GUEST: "guest", ACCOUNT: "signed_in"}.get(door, door)
        if mark != expected:
            wrong.append((name, mark, expected))
    assert not wrong


def knock(browser: Client, url: str, *, power: str = "") -> str:
    """What the door says: *in*, *not found*, *forbidden*, *sign in*, *broken*, or *power*: it shows that token. What it
    changed is taken back."""
    with transaction.atomic():
        answer = browser.get(url)
        if answer.status_code == 405:
            answer = browser.post(url)
        transaction.set_rollback(True)
    if power and not answer.streaming and power.encode() in answer.content:
        return "power"
    if answer.status_code == 302 and "/accounts/login/" in answer.url:
        return "sign in"
    return {404: "not found", 403: "forbidden"}.get(answer.status_code, "broken" if answer.status_code == 500 else "in")


@pytest.mark.parametrize("name", fewer_on_postgresql([*MEMBERS, "oskar", "vera"], 3))
def test_the_walk_inside_riverside(name, world, oskar, as_):
    """Nor does any page show the link of an invitation that makes an administrator, as long as nobody has just said who
    sits there: a stranger at an open screen would take a picture of it."""
    person = {**world.people, "oskar": oskar}.get(name)
    browser, wrong = as_(person), []
    wanted = {"email": "power@x.example", "role": Role.ADMINISTRATOR, "at": timezone.now()}
    power = invitation_token(invite_member(world.riverside, by=as_member(world.people["ada"]), **wanted))
    for url_name, route, _ in patterns():
        door = CLASS_OF[url_name]
        if not route.startswith("o/") or door == GUEST:
            continue
        url = reverse(url_name, args=["riverside", *world.args(url_name, route)])
        if name == "vera":
            expected = {"sign in"}
        elif name == "oskar":
            expected = {"not found"}
        elif name in ODD.get(url_name, THROUGH[door]):
            expected = {"in"}
        elif name in THROUGH[door]:
            expected = {"not found", "forbidden"}
        else:
            expected = {"forbidden"}
        if (said := knock(browser, url, power=power)) not in expected:
            wrong.append((url_name, said, expected))
    assert not wrong


@pytest.mark.parametrize("name", ["lena", "oskar", "vera"])
def test_the_walk_outside_organisations(name, world, oskar, as_):
    browser, wrong = as_({**world.people, "oskar": oskar}.get(name)), []
    for url_name, route, _ in patterns():
        door = CLASS_OF[url_name]
        if (route.startswith("o/") and door != GUEST) or url_name in DEAD or "^" in route:
            continue
        slug = ["riverside"] if route.startswith("o/") else []
        url = reverse(url_name, args=[*slug, *world.args(url_name, route)])
        said = knock(browser, url)
        sends_to_sign_in = door == ACCOUNT or url_name in SENDS_STRANGERS_AWAY
        fine = {"sign in"} if sends_to_sign_in and name == "vera" else {"in"}
        if said not in fine:
            wrong.append((url_name, said, fine))
    assert not wrong


def test_the_demo_has_no_doors_outside_the_demo(world, client, settings):
    settings.DEMO = False
    assert client.get(reverse("mailbox")).status_code == 404
    assert client.get(reverse("mailbox_mail", args=[world.things.mail.pk])).status_code == 404
    assert client.post(reverse("demo_enter"), {"person": "lena"}).status_code == 404


def test_codes_that_were_never_given_open_nothing(world, client):
    for url_name, route, _ in patterns():
        if CLASS_OF[url_name] != GUEST or url_name in {"join", "invitation_accept", "lesson_receipt"}:
            continue
        args = ["ZZZZZZ" if isinstance(arg, str) else arg for arg in world.args(url_name, route)]
        slug = ["riverside"] if route.startswith("o/") else []
        answer = client.get(reverse(url_name, args=[*slug, *args]))
        if answer.status_code == 405:
            answer = client.post(reverse(url_name, args=[*slug, *args]))
        assert answer.status_code in (302, 404, 410, 422, 429), url_name
        if answer.status_code == 302:
            assert answer.url.startswith(reverse("join")), url_name


def test_a_stranger_is_told_that_nothing_is_there_before_how_to_ask_for_it(world, oskar, as_):
    browser, wrong = as_(oskar), []
    for name, route, _ in patterns():
        if route.startswith("o/") and CLASS_OF[name] != GUEST:
            url = reverse(name, args=["riverside", *world.args(name, route)])
            said = {browser.get(url).status_code, browser.post(url).status_code}
            if said != {404}:
                wrong.append((name, said))
    assert not wrong

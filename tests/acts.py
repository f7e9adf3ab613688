"""What it takes to do each action once in the world of the tests, and who may: the tables of ``test_permissions``.

``ACTS``: action → function of the world that answers its positional and its keyword arguments, without ``by`` and
``at``.
"""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

from django.http import QueryDict
from django.utils import timezone

from attachments.inspection import check_file
from communities.models import CommunityRole, Thread
from kmportal.lib.importing.reports import Report
from lessons.actions import importing
from lessons.actions.review import validate_lesson
from lessons.actions.writing import write_lesson
from lessons.models import State, Tag
from lessons.quality import quality_for
from organisations.models import Group, GroupMembership, Membership, Organisation
from people.actions import write_profile
from people.models import Profile
from selfassessment import reports
from selfassessment.actions import deciding
from techniques.models import Bowl, Outlook, Technique
from tests.cast import as_member
from tests.test_doors import ADMINISTRATOR, CONTRIBUTOR, FACILITATOR, LEAD, MEMBER, VALIDATOR

# Besides the permissions: for the person themself, for whoever holds a link, code or seat, for the portal itself.
ONESELF, HOLDER, PORTAL = "oneself", "holder", "portal"
SELF_OR_HOLDER = {ONESELF, HOLDER}

# Action → class. A new action fails the walk until it has its line here.
PERMISSIONS: dict[str, str] = {
    ONESELF: """
        organisations.actions.members.rename_person organisations.actions.members.say_away
        organisations.actions.sessions.create_access_token
        organisations.actions.sessions.revoke_access_token organisations.actions.sessions.end_session
        organisations.actions.sessions.end_other_sessions organisations.actions.invitations.accept_invitation
        help.actions.hide_introduction help.actions.show_introduction help.actions.show_all_introductions
        notifications.actions.mark_notice_read notifications.actions.mark_all_notices_read
        communities.actions.wishes.choose_pace communities.actions.calendars.renew_own_calendar
    """,
    HOLDER: """
        organisations.actions.invitations.accept_as_newcomer organisations.actions.members.choose_password_by_link
        lessons.actions.safe.answer_by_receipt lessons.actions.safe.withdraw_by_receipt
        lessons.actions.safe.forget_author lessons.actions.experts.answer_as_expert
        actionplan.actions.complete_as_guest people.actions.answer_by_link
        lessons.actions.posters.leave_note
        communities.actions.wishes.stop_community_mail
        techniques.actions.room.joining.join_room techniques.actions.room.joining.leave_room
        techniques.actions.room.notes.write_note techniques.actions.room.notes.change_note
        techniques.actions.room.notes.withdraw_note
        selfassessment.actions.answering.begin_answering selfassessment.actions.answering.save_answer
        selfassessment.actions.answering.finish_answering
        techniques.actions.room.notes.withdraw_note techniques.actions.room.voting.cast_votes
        techniques.actions.room.reactions.set_me_too techniques.actions.room.reactions.write_comment
        techniques.actions.room.reactions.withdraw_comment techniques.actions.room.reactions.confirm_correction
        techniques.actions.room.reactions.say_ready techniques.actions.room.wording.agree_to_words
        techniques.actions.room.wording.make_wish techniques.actions.room.wording.leave_address
        techniques.actions.room.reactions.say_ready
        techniques.actions.room.marks.give_mark techniques.actions.room.marks.take_mark_back
        techniques.actions.room.consent.answer_consent
        techniques.actions.afterwards.give_feedback techniques.actions.room.assist.choose_side
        techniques.actions.room.assist.answer_advice techniques.actions.room.market.write_sheet
        techniques.actions.room.market.claim_entry techniques.actions.room.market.drop_claim
        techniques.actions.room.fishbowl.take_chair techniques.actions.room.fishbowl.leave_chair
        techniques.actions.room.fishbowl.ask_to_speak techniques.actions.room.fishbowl.stop_asking
        techniques.actions.room.fishbowl.begin_turn techniques.actions.room.fishbowl.end_turn
        selfassessment.actions.answering.save_answer selfassessment.actions.answering.finish_answering
        techniques.actions.room.learning.report_in techniques.actions.room.learning.say_done
        techniques.actions.room.learning.place_bid techniques.actions.room.learning.say_need
        techniques.actions.room.learning.withdraw_bid techniques.actions.room.learning.back_bid
        techniques.actions.room.learning.read_questions techniques.actions.room.learning.wish_for_gifts
        techniques.actions.room.learning.ask_question techniques.actions.room.learning.give_gift
        techniques.actions.room.learning.promise_oneself techniques.actions.room.learning.move_on
    """,
    PORTAL: """
        organisations.actions.settings.found_organisation organisations.actions.groups.create_source_group
        jobs.actions.enqueue jobs.actions.enqueue_all jobs.actions.record_heartbeat jobs.actions.sweep_jobs
        jobs.actions.find_lost_work jobs.actions.forget_last_run jobs.actions.run_daily jobs.actions.tidy_jobs
        jobs.actions.tell_undelivered jobs.actions.forget_mails
        organisations.actions.members.reset_lost_second_step
        notifications.actions.notify notifications.actions.withdraw_notices
        notifications.actions.withdraw_undelivered notifications.actions.withdraw_undelivered_about
        techniques.actions.summary.send_summary techniques.actions.summary.send_due_summaries
        actionplan.actions.send_due_digests actionplan.actions.send_digests actionplan.actions.follow_readers
        lessons.actions.importing.begin_import lessons.actions.importing.try_import
        lessons.actions.importing.run_import lessons.actions.importing.tidy_imports lessons.actions.undoing.undo_import
        lessons.actions.importing.find_unfinished roadmap.actions.tidy_plan
        techniques.actions.room.market.forget_matches techniques.actions.room.fishbowl.forget_left_open
        techniques.actions.room.market.forget_matches techniques.actions.room.learning.forget_sets
        lessons.actions.leaving.discard_left_drafts
        lessons.actions.upkeep.begin_upkeep lessons.actions.upkeep.choose_turns
        lessons.actions.risk_holders.note_leaver lessons.actions.risk_holders.note_return
        lessons.actions.assets.release_assets lessons.actions.follows.tell_followers
        lessons.actions.life.lose_agreement lessons.actions.tags.find_lessons_of_tag
        selfassessment.actions.rounds.tell_closing_date selfassessment.actions.publishing.publish_figures
        selfassessment.actions.publishing.publish_or_wait selfassessment.actions.meeting.follow_booking
        selfassessment.actions.meeting.invite_to_meeting
        people.actions.release_leaver coffee.actions.release_leaver coffee.actions.move_trials_on
        coffee.actions.make_due_pairs coffee.actions.pair_waiting coffee.actions.remind_at_half_time
        coffee.actions.end_due_trial coffee.actions.forget_pairs
        organisations.actions.groups.let_outsider_in
        communities.actions.people.keep_a_facilitator
        communities.actions.closing.close_due_community communities.actions.closing.archive_due_community
        communities.actions.timetable.move_communities_on communities.actions.timetable.ask_forming_community
        communities.actions.timetable.tell_of_unanswered
        communities.actions.rehoming.walk_closings communities.actions.rehoming.ask_about_closing
        communities.actions.rehoming.offer_sisters communities.actions.rehoming.ask_heirs
        communities.actions.health.ask_quiet_communities communities.actions.health.ask_quiet_community
        communities.actions.timetable.lay_days_ahead communities.actions.meetings.call_off
        communities.actions.shelf.release_pins communities.actions.shelf.ask_about_pin
        communities.actions.kickoff.end_due_kickoff communities.actions.kickoff.take_over_session
        communities.actions.review.take_over_review_session
        communities.actions.emergency.forget_emergency_reader
    """,
    MEMBER: """
        techniques.actions.planning.plan_meeting_of_set techniques.actions.learning_sets.plan_next_meeting
        techniques.actions.learning_sets.bring_in techniques.actions.learning_sets.choose_adviser
        techniques.actions.learning_sets.end_meeting techniques.actions.learning_sets.leave_set
        techniques.actions.learning_sets.write_own_action techniques.actions.learning_sets.change_own_action
        techniques.actions.learning_sets.delete_own_action techniques.actions.learning_sets.share_own_action
        techniques.actions.room.learning.share_out techniques.actions.room.learning.give_turn
        techniques.actions.room.learning.take_turn techniques.actions.room.learning.go_on
        lessons.actions.summary.request_summary_pdf
        actionplan.actions.add_action roadmap.actions.add_intervention_action
        search.actions.keep_search
        lessons.actions.follows.follow_tag lessons.actions.follows.follow_theme
        lessons.actions.follows.save_search lessons.actions.follows.follow_lesson lessons.actions.follows.choose_how
        lessons.actions.follows.stop_following
        lessons.actions.lists.save_list lessons.actions.lists.delete_list lessons.actions.upkeep.answer_turn
        lessons.actions.feeds.renew_feed lessons.actions.feeds.renew_feed_of_search lessons.actions.feeds.close_feed
        actionplan.actions.reword_action actionplan.actions.complete_action actionplan.actions.reopen_action
        actionplan.actions.reschedule_action actionplan.actions.hand_over_action actionplan.actions.drop_action
        actionplan.actions.delete_untouched_action
        roadmap.actions.set_intervention_state
        jobs.actions.retry_job
        actionplan.actions.pass_on_action
        selfassessment.actions.reporting.request_report_pdf
        people.actions.write_profile people.actions.delete_profile people.actions.send_enquiry
        people.actions.answer_enquiry people.actions.pass_on people.actions.close_enquiry
        people.actions.delete_enquiry
        coffee.actions.join_trial coffee.actions.leave_trial coffee.actions.say_met coffee.actions.ask_for_another
        coffee.actions.answer_trial coffee.actions.pass_on_trial
        communities.actions.people.join_community communities.actions.people.ask_to_join
        communities.actions.people.invite_into_community communities.actions.people.answer_knock
        communities.actions.people.leave_community communities.actions.people.set_roles
        communities.actions.people.let_in_from_elsewhere communities.actions.people.find_facilitator
        communities.actions.life.change_community communities.actions.life.write_charter
        communities.actions.life.leave_informal communities.actions.life.take_step communities.actions.life.answer_step
        communities.actions.life.request_charter_pdf
        communities.actions.talk.start_thread communities.actions.talk.write_post communities.actions.talk.change_post
        communities.actions.asking.ask_expert
        communities.actions.talk.mark_answer communities.actions.talk.unmark_answer
        communities.actions.closing.announce_closing communities.actions.closing.object_to_closing
        communities.actions.closing.answer_objection
        communities.actions.closing.stop_closing communities.actions.closing.write_story
        communities.actions.closing.wake_community
        communities.actions.shelf.pin_to_shelf communities.actions.shelf.change_pin communities.actions.shelf.move_pin
        communities.actions.shelf.unpin
        communities.actions.health.agree_on_figures communities.actions.health.answer_quiet_line
        communities.actions.health.show_in_picture
        communities.actions.stories.tell_story communities.actions.stories.change_story
        communities.actions.stories.take_story_back
        communities.actions.benefits.confirm_benefit communities.actions.benefits.decline_benefit
        communities.actions.rehoming.ask_for_home communities.actions.rehoming.answer_for_home
        communities.actions.rehoming.leave_behind communities.actions.rehoming.write_farewell
        communities.actions.review.open_review communities.actions.review.answer_review
        communities.actions.review.give_voice communities.actions.review.decide_to_carry_on
        communities.actions.review.decide_to_change communities.actions.review.decide_to_close
        communities.actions.moving.decide_to_merge communities.actions.moving.answer_merge
        communities.actions.moving.decide_to_split communities.actions.moving.undo_transfer
        communities.actions.kickoff.name_barrier
        communities.actions.problems.raise_problem communities.actions.problems.change_problem
        communities.actions.problems.take_away_problem communities.actions.problems.share_problem
        communities.actions.problems.unshare_problem communities.actions.problems.remove_topic
        communities.actions.problems.move_problems communities.actions.problems.put_problem_back
        communities.actions.founding.take_up_problem communities.actions.founding.give_problem_back
        communities.actions.meetings.plan_meeting communities.actions.meetings.change_meeting
        communities.actions.meetings.cancel_meeting communities.actions.meetings.move_meeting_day
        communities.actions.meetings.cancel_meeting_day communities.actions.meetings.write_up_meeting
        communities.actions.calendars.renew_community_calendar communities.actions.wishes.choose_community_mail
        communities.actions.wishes.mute_thread communities.actions.wishes.follow_thread
        communities.actions.talk.see_talk
        lessons.actions.assets.remove_part lessons.actions.asset_steps.request_asset_pdf
        communities.actions.emergency.release_emergency_reader communities.actions.emergency.ask_emergency_reading
        communities.actions.emergency.agree_to_emergency_reading communities.actions.emergency.end_emergency_reading
        lessons.actions.pack.request_pack_pdf
        lessons.actions.reuse.say_reuse lessons.actions.reuse.describe_reuse lessons.actions.reuse.take_reuse_back
        lessons.actions.reuse.confirm_saving lessons.actions.reuse.decline_saving
        lessons.actions.comments.write_comment lessons.actions.comments.change_comment
        lessons.actions.comments.withdraw_comment
        lessons.actions.quotes.agree_to_quote lessons.actions.quotes.withdraw_quote
    """,
    CONTRIBUTOR: """
        lessons.actions.writing.start_lesson lessons.actions.writing.write_lesson
        lessons.actions.writing.submit_lesson lessons.actions.writing.withdraw_lesson
        lessons.actions.writing.discard_lesson lessons.actions.writing.add_lesson_action
        lessons.actions.quotes.add_quote
        lessons.actions.innovations.describe_innovation lessons.actions.innovations.adapt_innovation
        lessons.actions.closing.add_session_action lessons.actions.themes.file_under_themes
        lessons.actions.closing.add_session_action
        lessons.actions.files.change_files lessons.actions.files.carry_files
        lessons.actions.versions.restore_revision lessons.actions.safe.send_safely
        lessons.actions.assets.start_asset lessons.actions.assets.write_asset lessons.actions.assets.publish_asset
        lessons.actions.assets.check_asset lessons.actions.assets.keep_asset
        lessons.actions.asset_steps.do_step lessons.actions.asset_steps.open_step
        lessons.actions.risks.write_risk lessons.actions.risks.begin_asset_of_risk
        lessons.actions.risks.settle_risk lessons.actions.risks.reopen_risk
        lessons.actions.risk_holders.name_holder lessons.actions.risk_holders.change_holder
        lessons.actions.risk_holders.take_holder_out
        lessons.actions.assets.take_asset lessons.actions.assets.discard_asset
        lessons.actions.assets.add_part lessons.actions.asset_files.add_files
        lessons.actions.pack.describe_work lessons.actions.pack.change_work lessons.actions.pack.use_lesson
        lessons.actions.pack.set_lesson_aside lessons.actions.pack.put_lesson_off lessons.actions.pack.tick_lessons
        communities.actions.life.found_community communities.actions.talk.make_lesson
        communities.actions.founding.found_from_topic communities.actions.founding.found_from_problem
        communities.actions.keeping.make_asset
    """,
    VALIDATOR: """
        lessons.actions.review.claim_lesson lessons.actions.review.take_over_lesson
        lessons.actions.review.release_lesson lessons.actions.review.return_lesson
        lessons.actions.review.decline_lesson lessons.actions.review.validate_lesson
        lessons.actions.review.confirm_change lessons.actions.review.pass_on_claim
        lessons.actions.comments.hide_comment lessons.actions.comments.show_comment
        lessons.actions.posters.open_poster lessons.actions.posters.renew_poster lessons.actions.posters.close_poster
        lessons.actions.posters.request_poster_pdf lessons.actions.posters.take_note
        lessons.actions.posters.put_note_aside
        lessons.actions.life.learn_lesson lessons.actions.life.embed_lesson lessons.actions.life.fall_back
        lessons.actions.merging.merge_lessons lessons.actions.merging.part_lessons
        lessons.actions.ending.supersede_lesson lessons.actions.ending.retire_lesson
        lessons.actions.ending.bring_back_lesson lessons.actions.checks.withdraw_check
        lessons.actions.experts.ask_expert lessons.actions.experts.revoke_question
    """,
    FACILITATOR: """
        techniques.actions.learning_sets.begin_set
        coffee.actions.plan_trial coffee.actions.change_trial coffee.actions.cancel_trial coffee.actions.make_pairs
        coffee.actions.end_trial coffee.actions.share_outcome
        communities.actions.meetings.plan_session_of_day communities.actions.review.plan_review_session
        lessons.actions.tags.rename_tag lessons.actions.tags.replace_tag lessons.actions.tags.retire_tag
        lessons.actions.tags.restore_tag lessons.actions.themes.load_themes lessons.actions.themes.retire_theme_set
        lessons.actions.themes.restore_theme_set lessons.actions.themes.file_under_theme
        lessons.actions.themes.load_shipped_themes
        search.actions.define_word search.actions.forget_word
        lessons.actions.upkeep.set_review_months lessons.actions.upkeep.set_keeper
        lessons.actions.upkeep.pass_on_upkeep
        search.actions.answer_search search.actions.set_search_aside search.actions.open_search_again
        communities.actions.meetings.plan_session_of_day
        techniques.actions.planning.plan_session techniques.actions.planning.edit_session
        techniques.actions.planning.pass_on_session selfassessment.actions.rounds.pass_on_assessment
        lessons.actions.assets.pass_on_asset
        lessons.actions.risks.add_risk lessons.actions.risks.pass_on_risk
        techniques.actions.planning.cancel_session techniques.actions.planning.tick_preparation
        techniques.actions.planning.invite_to_session
        techniques.actions.attendance.note_attendance
        techniques.actions.room.joining.open_room techniques.actions.room.joining.stop_admission
        techniques.actions.room.joining.resume_admission techniques.actions.room.joining.remove_participant
        techniques.actions.room.stages.go_to_stage techniques.actions.room.stages.extend_stage
        techniques.actions.room.stages.pause_clock techniques.actions.room.stages.resume_clock
        techniques.actions.room.stages.reveal_notes techniques.actions.room.screen.turn_page
        techniques.actions.room.screen.put_note_alone techniques.actions.room.screen.put_column_alone
        techniques.actions.room.screen.take_off
        techniques.actions.room.grouping.group_notes techniques.actions.room.grouping.merge_notes
        techniques.actions.room.grouping.take_notes_apart techniques.actions.room.grouping.rename_group
        techniques.actions.room.grouping.undo_grouping
        techniques.actions.room.voting.open_voting techniques.actions.room.voting.end_voting
        techniques.actions.room.stages.shorten_stage techniques.actions.room.stages.set_minutes_left
        techniques.actions.room.stages.restart_stage
        techniques.actions.room.wording.save_wording techniques.actions.room.wording.decide_wish
        lessons.actions.wording.keep_wording lessons.actions.wording.decide_wish
        techniques.actions.room.closing.close_session techniques.actions.summary.correct_summary
        techniques.actions.room.marks.show_marks techniques.actions.room.rota.plan_tables
        techniques.actions.room.consent.count_consent techniques.actions.afterwards.tell_outcome
        techniques.actions.room.outlook.show_outlook techniques.actions.room.outlook.mark_fear
        techniques.actions.room.assist.let_speak techniques.actions.room.assist.report_back
        techniques.actions.room.market.tell_of_matches techniques.actions.paper.request_sheet_pdf
        techniques.actions.room.fishbowl.choose_form techniques.actions.room.fishbowl.seat_person
        techniques.actions.room.fishbowl.seat_guest techniques.actions.room.fishbowl.ask_for_guest
        techniques.actions.room.fishbowl.call_next techniques.actions.room.fishbowl.take_off_list
        techniques.actions.room.fishbowl.ask_out techniques.actions.room.fishbowl.free_chair
        techniques.actions.room.fishbowl.swap_circles techniques.actions.room.fishbowl.play_back
        techniques.actions.room.fishbowl.mark_answered
        techniques.actions.room.closing.close_session
        lessons.actions.closing.close_with_lessons
        lessons.actions.importing.upload_import lessons.actions.importing.settle_import
        lessons.actions.importing.request_trial lessons.actions.importing.request_import
        lessons.actions.importing.choose_differences lessons.actions.undoing.request_undo
        lessons.actions.reviews.bring_review_in
        selfassessment.actions.rounds.prepare_assessment selfassessment.actions.rounds.edit_assessment
        selfassessment.actions.rounds.discard_assessment selfassessment.actions.rounds.open_assessment
        selfassessment.actions.rounds.close_assessment selfassessment.actions.publishing.publish_report
        selfassessment.actions.publishing.withhold_remark selfassessment.actions.publishing.show_remark_again
        selfassessment.actions.asking.ask_people selfassessment.actions.asking.remind_people
        selfassessment.actions.asking.enable_link selfassessment.actions.asking.disable_link
        selfassessment.actions.deciding.accept_as_action selfassessment.actions.deciding.reject_suggestion
        selfassessment.actions.deciding.undo_decision
        communities.actions.kickoff.open_kickoff communities.actions.kickoff.change_kickoff
        communities.actions.kickoff.end_kickoff communities.actions.kickoff.remove_barrier
    """,
    LEAD: """
        lessons.actions.checks.set_check_rule lessons.actions.checks.drop_check_rule
        selfassessment.actions.deciding.accept_as_intervention
        roadmap.actions.begin_programme roadmap.actions.revise_programme roadmap.actions.make_programme_current
        roadmap.actions.mark_step roadmap.actions.plan_intervention roadmap.actions.change_intervention
        roadmap.actions.delete_untouched_intervention
        roadmap.actions.pass_on_intervention roadmap.actions.pass_on_programme
        roadmap.actions.change_together roadmap.actions.undo_change_together
        roadmap.actions.delete_intervention roadmap.actions.delete_programme
    """,
    ADMINISTRATOR: """
        organisations.actions.invitations.invite_member organisations.actions.invitations.invite_members
        organisations.actions.invitations.change_invitation organisations.actions.invitations.resend_invitation
        organisations.actions.invitations.revoke_invitation organisations.actions.members.change_role
        organisations.actions.members.suspend_member organisations.actions.members.restore_member
        organisations.actions.members.remove_member
        organisations.actions.groups.create_group organisations.actions.groups.change_group
        organisations.actions.groups.admit_outsider
        organisations.actions.settings.change_settings organisations.actions.members.make_reset_link
        organisations.actions.settings.send_test_mail organisations.actions.members.reset_second_step
        organisations.actions.members.sign_out_member
        communities.actions.emergency.name_emergency_reader
    """,
}

# Where the single thing decides as well: who may, whatever their role.
CONCERNED = ["lena", "farah", "cara"]  # who leads, who wrote it, who owns it
ODD: dict[str, list[str]] = {
    # Who advises a set; who is in it; whose it is.
    **{
        f"techniques.actions.{name}": ["farah"]
        for name in (
            *("planning.plan_meeting_of_set", "learning_sets.plan_next_meeting", "learning_sets.bring_in"),
            *("learning_sets.choose_adviser", "learning_sets.end_meeting", "room.learning.share_out"),
            *("room.learning.give_turn", "room.learning.take_turn", "room.learning.go_on"),
        )
    },
    **{
        f"techniques.actions.learning_sets.{name}": ["cara", "reza", "sam"]
        for name in ("leave_set", "write_own_action")
    },
    **{f"techniques.actions.learning_sets.{verb}_own_action": ["cara"] for verb in ("change", "delete", "share")},
    "actionplan.actions.pass_on_action": [*CONCERNED, "ada"],  # who looks after people
    **{
        name: ["lena", "farah", "ada"]
        for name in (
            "techniques.actions.planning.pass_on_session",
            "lessons.actions.review.pass_on_claim",
            "lessons.actions.assets.pass_on_asset",
            "lessons.actions.risks.pass_on_risk",
            "lessons.actions.upkeep.pass_on_upkeep",
            "selfassessment.actions.rounds.pass_on_assessment",
        )
    },
    "techniques.actions.room.market.tell_of_matches": ["reza"],  # who found somebody there
    "lessons.actions.pack.change_work": ["cara", "lena"],  # who described it, and who plans
    **{f"lessons.actions.reuse.{name}": ["reza"] for name in ("describe_reuse", "take_reuse_back")},  # who said it
    **{f"lessons.actions.comments.{verb}_comment": ["reza"] for verb in ("change", "withdraw")},  # who wrote it
    # Who checks lessons, and who oversees; never who said it.
    **{f"lessons.actions.reuse.{verb}_saving": ["farah", "lena", "sam"] for verb in ("confirm", "decline")},
    "lessons.actions.themes.file_under_themes": ["cara"],  # a draft of hers
    "lessons.actions.innovations.describe_innovation": ["cara", "farah", "lena"],  # who wrote it, and who curates
    "lessons.actions.quotes.agree_to_quote": ["reza"],  # who said it
    "lessons.actions.quotes.withdraw_quote": ["cara", "reza"],  # who wrote it in, and who said it
    # Her own
    "lessons.actions.lists.delete_list": ["cara"],
    "lessons.actions.upkeep.answer_turn": ["cara"],  # who was asked
    "lessons.actions.upkeep.set_keeper": ["cara", "farah", "lena"],  # who looks after it, curates or checks
    **{f"lessons.actions.follows.{verb}": ["cara"] for verb in ("choose_how", "stop_following")},
    **{f"lessons.actions.feeds.{verb}": ["cara"] for verb in ("renew_feed_of_search", "close_feed")},
    **{f"lessons.actions.assets.{verb}_asset": ["cara"] for verb in ("publish", "discard")},  # a draft
    # Who wrote it, who looks after it, and who facilitates.
    **{
        f"lessons.actions.assets.{name}": ["cara", "farah", "lena"]
        for name in ("write_asset", "take_asset", "keep_asset", "add_part", "remove_part")
    },
    "lessons.actions.asset_files.add_files": ["cara", "farah", "lena"],
    # Who sees to it, and who curates; a draft is begun by the former alone.
    **{f"lessons.actions.risks.{verb}_risk": ["cara", "farah", "lena"] for verb in ("write", "settle", "reopen")},
    "lessons.actions.risks.begin_asset_of_risk": ["cara"],
    **{
        f"lessons.actions.risk_holders.{name}": ["cara", "farah", "lena"]
        for name in ("name_holder", "change_holder", "take_holder_out")
    },
    **{f"lessons.actions.asset_steps.{verb}_step": ["cara", "farah", "lena"] for verb in ("do", "open")},
    **{f"roadmap.actions.pass_on_{what}": ["lena", "ada"] for what in ("intervention", "programme")},
    **{
        f"actionplan.actions.{name}": CONCERNED
        for name in (
            "reword_action",
            "complete_action",
            "reopen_action",
            "reschedule_action",
            "hand_over_action",
            "drop_action",
            "delete_untouched_action",
        )
    },
    **{
        f"communities.actions.{name}": ["cara", "farah"]  # who facilitates it, and her deputy
        for name in (
            *("people.invite_into_community", "people.leave_community", "people.set_roles"),
            *("people.let_in_from_elsewhere", "life.change_community", "life.write_charter", "life.leave_informal"),
            *("life.take_step", "life.answer_step", "talk.start_thread", "talk.write_post", "talk.mark_answer"),
            *("talk.unmark_answer", "talk.make_lesson", "closing.announce_closing", "closing.object_to_closing"),
            "closing.answer_objection",
            *("closing.stop_closing", "closing.write_story", "shelf.pin_to_shelf", "shelf.change_pin"),
            *("shelf.move_pin", "shelf.unpin", "health.agree_on_figures", "health.answer_quiet_line"),
            "health.show_in_picture",
            "stories.tell_story",
            *("rehoming.ask_for_home", "rehoming.leave_behind", "rehoming.write_farewell"),
            *("review.open_review", "review.answer_review", "review.give_voice", "review.decide_to_carry_on"),
            *("review.decide_to_change", "review.decide_to_close", "moving.decide_to_merge", "moving.answer_merge"),
            *("moving.decide_to_split", "moving.undo_transfer"),
            *("meetings.plan_meeting", "meetings.change_meeting", "keeping.make_asset", "asking.ask_expert"),
            *("meetings.cancel_meeting", "meetings.move_meeting_day", "meetings.cancel_meeting_day"),
            *("meetings.write_up_meeting", "calendars.renew_community_calendar", "wishes.choose_community_mail"),
            *("wishes.mute_thread", "wishes.follow_thread", "talk.see_talk"),
        )
    },
    "communities.actions.problems.change_problem": ["cara"],  # her own
    "communities.actions.problems.take_away_problem": ["cara", "farah", "lena"],  # and who looks after kick-offs
    **{f"communities.actions.founding.{name}": ["cara", "farah"] for name in ("take_up_problem", "give_problem_back")},
    "communities.actions.meetings.plan_session_of_day": ["farah"],  # her deputy, who leads sessions
    "communities.actions.emergency.release_emergency_reader": ["reza", "ada"],  # who was named, and who names
    **{
        f"communities.actions.emergency.{name}_emergency_reading": ["sam", "reza"]  # who were named
        for name in ("ask", "agree_to", "end")
    },
    "communities.actions.review.plan_review_session": ["farah"],  # her deputy, who leads sessions
    "communities.actions.people.answer_knock": ["reza"],  # it is his invitation
    "communities.actions.talk.change_post": ["cara"],  # her own
    "communities.actions.rehoming.answer_for_home": ["reza"],  # who was asked
    # Who checks lessons and reads the story; never who told it.
    **{f"communities.actions.benefits.{verb}_benefit": ["farah"] for verb in ("confirm", "decline")},
    **{f"communities.actions.stories.{name}": ["cara"] for name in ("change_story", "take_story_back")},  # her own
    # Who belonged to it, and who plans.
    "communities.actions.closing.wake_community": ["cara", "farah", "lena"],
    "communities.actions.people.find_facilitator": ["cara", "farah", "lena"],
    "roadmap.actions.set_intervention_state": ["lena", "farah"],  # who plans, and who owns it
    "jobs.actions.retry_job": ["farah", "lena", "ada"],  # who asked for it, who plans or administers
    "people.actions.delete_profile": ["cara"],  # one’s own
    **{f"people.actions.{name}": ["cara"] for name in ("answer_enquiry", "pass_on")},  # who was asked
    **{f"people.actions.{name}": ["farah"] for name in ("close_enquiry", "delete_enquiry")},  # who asked
    # Who takes part; and of a pair, who was drawn into it.
    **{f"coffee.actions.{name}": ["cara"] for name in ("leave_trial", "answer_trial")},
    "coffee.actions.pass_on_trial": ["farah", "lena", "ada"],
    **{f"coffee.actions.{name}": ["cara", "farah"] for name in ("say_met", "ask_for_another")},
}

Call = tuple[tuple[Any, ...], dict[str, Any]]
Act = Callable[[Any], Call]


def on(thing: str, **words: Any) -> Act:
    """Done with one thing of the world, as it stands in the database."""

    def act(world: Any) -> Call:
        row = getattr(world.things, thing)
        return (type(row).objects.get(pk=row.pk),), {key: _value(word, world) for key, word in words.items()}

    return act


def here(**words: Any) -> Act:
    """Done in the organisation."""
    return lambda world: (
        (Organisation.objects.get(pk=world.riverside.pk),),
        {key: _value(word, world) for key, word in words.items()},
    )


def _value(word: Any, world: Any) -> Any:
    return word(world) if callable(word) else word


def _answer(**words: Any) -> Act:
    """An answer to a lesson, after the one that stands."""
    return lambda world: (
        (world.things.work, _row(world, "checked")),
        {"seen": world.things.pack_answer.version, **words},
    )


def _left_open(world: Any) -> Call:
    """A question of Cara’s that nobody has answered, and Farah as its expert."""
    thread = world.things.open_question
    CommunityRole.objects.get_or_create(
        seat=GroupMembership.objects.get(group=thread.group, person=world.people["farah"]), kind="expert"
    )
    Thread.objects.filter(pk=thread.pk).update(told_unanswered_at=timezone.now())
    return (Thread.objects.get(pk=thread.pk),), {"person": world.people["farah"]}


def _person(name: str) -> Callable[[Any], Any]:
    return lambda world: world.people[name]


def _version(thing: str) -> Callable[[Any], int]:
    return lambda world: type(getattr(world.things, thing)).objects.get(pk=getattr(world.things, thing).pk).version


def _tomorrow(days: int = 1) -> Callable[[Any], Any]:
    return lambda world: timezone.localdate() + timedelta(days=days)


def _done_action(world: Any) -> Call:
    action = world.things.action
    type(action).objects.filter(pk=action.pk).update(state="done", done_at=timezone.now())
    return on("action")(world)


def _mistaken_intervention(world: Any) -> Call:
    row = world.things.intervention
    return (type(row).objects.create(programme=row.programme, title="A mistake", step=1),), {}


def _mistaken_programme(world: Any) -> Call:
    row = world.things.programme
    return (
        type(row).objects.create(
            organisation=row.organisation, name="A mistake", starts_on=row.starts_on, ends_on=row.ends_on
        ),
    ), {}


def _suspended_member(world: Any) -> Call:
    Membership.objects.filter(pk=world.things.member.pk).update(suspended_at=timezone.now())
    return on("member")(world)


def _admit(world: Any) -> Call:
    """Somebody of another organisation, which lends its members to ours."""
    Organisation.objects.filter(pk=world.riverside.pk).update(admits_outsiders=True)
    elsewhere = Organisation.objects.create(name="Moorland", slug="moorland", lends_members=True)
    person = type(world.people["cara"]).objects.create(email="mo@moorland.example", name="Mo")
    Membership.objects.create(organisation=elsewhere, person=person)
    group = Group.objects.select_related("organisation").get(pk=world.things.group.pk)
    return (group,), {"email": person.email}


def _admit_into_community(world: Any) -> Call:
    """The same, into a community, by whoever facilitates it."""
    _, words = _admit(world)
    return (
        type(world.things.community).objects.select_related("organisation").get(pk=world.things.community.pk),
    ), words


def _without_facilitator(world: Any) -> Call:
    """A community whose last facilitator has gone."""
    CommunityRole.objects.all().delete()
    return on("community", person=_person("farah"))(world)


def _day_that_has_been(world: Any) -> Call:
    day = world.things.day
    type(day).objects.filter(pk=day.pk).update(starts_at=timezone.now() - timedelta(days=1))
    return on("day", seen=_version("day"), notes="Four wards ask by ten.", people=[])(world)


def _in_three_days(world: Any) -> Any:
    return timezone.now() + timedelta(days=3)


def _technique(world: Any) -> Any:
    return world.things.session.technique


def _now(world: Any) -> Any:
    return timezone.now()


def _stage(world: Any) -> Any:
    return world.things.room.stages.order_by("position").last()


def _open_stage(world: Any) -> Any:
    """The room goes to a step of which everybody reads the notes."""
    stage = next(one for one in world.things.room.stages.all() if one.columns and one.shows_notes)
    type(world.things.room).objects.filter(pk=world.things.room.pk).update(stage=stage)
    return stage


def _open_note(world: Any) -> Any:
    stage = _open_stage(world)
    return stage.notes.create(session=world.things.room, column=stage.column_keys[0], text="Beds", client_id=uuid4())


def _step_with(takes: str, prepare: Callable[[Any], None]) -> Callable[[Any], Any]:
    """A step of the room with that helper, and another behind it, as the rounds of a café are."""

    def make(world: Any) -> Any:
        room = world.things.room
        room.stages.filter(position__lte=1).update(takes=takes, started_at=None)
        stage = room.stages.order_by("position").first()
        prepare(stage)
        return stage

    return make


def _people_in(stage: Any, number: int) -> list[Any]:
    make = stage.session.participants.create
    return [make(name=f"Guest {n}", key=uuid4().hex, joined_at=timezone.now()) for n in range(number)]


def _three_marks(stage: Any) -> None:
    for person in _people_in(stage, 3):
        stage.marks.create(participant=person, value=7)


def _three_answers(stage: Any) -> None:
    for person in _people_in(stage, 3):
        stage.consents.create(participant=person, agrees=True)


def _one_fear(stage: Any) -> None:
    stage.outlook.create(kind="feared", text="No beds")


def _seven_people(stage: Any) -> None:
    stage.session.participants.update(joined_at=None)
    _people_in(stage, 7)


def _nobody(stage: Any) -> None:
    """The step as it is."""


def _one_waits(stage: Any) -> None:
    Bowl.objects.create(session=stage.session, kind="closed").queue.create(name="Mrs Oak")


def _one_sits(stage: Any) -> None:
    bowl = Bowl.objects.create(session=stage.session)
    bowl.taken.create(number=1, chairs=4, name="Mrs Oak", sat_at=timezone.now())


def _played_back(world: Any) -> Any:
    """The step behind one of which everybody reads what was hidden."""
    first, second = world.things.room.stages.order_by("position")[:2]
    columns = _open_stage(world).columns
    shown = {"columns": columns, "writes": "everyone", "reveal": "hidden", "revealed_at": timezone.now()}
    world.things.room.stages.filter(pk=first.pk).update(**shown)
    world.things.room.stages.filter(pk=second.pk).update(takes="playback")
    return second


def _played_note(world: Any) -> Any:
    first = world.things.room.stages.order_by("position").first()
    note = first.notes.create(session=world.things.room, column=first.column_keys[0], text="Beds", client_id=uuid4())
    return note.client_id


def _two_notes(world: Any) -> Any:
    return [_open_note(world).client_id, _open_note(world).client_id]


def _note_group(world: Any) -> Any:
    stage = _open_stage(world)
    return stage.groups.create(session=world.things.room, column=stage.column_keys[0], name="Rota")


def _guest(world: Any) -> Any:
    return world.things.room.participants.create(name="Gus", key="k", joined_at=timezone.now())


def _offer(world: Any) -> Any:
    return reports.build(_row(world, "round_closed")).offers[0]


def _remark(world: Any) -> Any:
    page = reports.ReadingPage.build(_row(world, "round_unread"), as_member(world.people["farah"]))
    return page.questions[0].remarks[0]


def _closed_session(world: Any) -> Call:
    session = world.things.session
    type(session).objects.filter(pk=session.pk).update(state="closed", code="")
    return (type(session).objects.get(pk=session.pk),), {"title": "Book the room"}


def _session_with_match(world: Any) -> Call:
    (session,), _ = _closed_session(world)
    match = session.matches.create(is_want=True, text="Beds", taker=world.people["reza"])
    return (session,), {"told": {match.pk: ("yes", "days", "")}}


def _three_people(world: Any) -> list[Any]:
    return [world.people[name] for name in ("cara", "reza", "sam")]


def _open_set(world: Any, key: str = "report-in") -> Any:
    """The meeting of the set, open at that step."""
    meeting = world.things.set_meeting
    values = {"state": "live", "opened_at": timezone.now(), "stage": meeting.stages.get(key=key)}
    type(meeting).objects.filter(pk=meeting.pk).update(**values)
    return type(meeting).objects.get(pk=meeting.pk)


def _set_without_meeting(world: Any) -> Call:
    meeting = world.things.set_meeting
    type(meeting).objects.filter(pk=meeting.pk).update(state="cancelled", code="")
    return on("set", starts_at=_now, length="short")(world)


def _first_bid(world: Any) -> int:
    return int(world.things.set_meeting.bids.get().pk)


def _set_with_bid(key: str, **words: Any) -> Act:
    """Cara bids for time; at the step of turns she has one."""

    def act(world: Any) -> Call:
        room = _open_set(world, key)
        cara = room.participants.create(name="Cara", key="k", person=world.people["cara"], joined_at=timezone.now())
        room.bids.create(participant=cara, about="The rota")
        if key == "turns":
            room.turns.create(participant=cara, position=0, minutes=30)
        return (room,), {"stage": room.stage, **{name: _value(word, world) for name, word in words.items()}}

    return act


def _room_with_claims(world: Any) -> tuple[Any, ...]:
    room = world.things.room
    room.stages.filter(pk=room.stage_id).update(takes="claims")
    return (room,)


def _current_stage(world: Any) -> Any:
    return world.things.room.stage


def _wish(world: Any) -> Call:
    room = world.things.room
    wish = room.wishes.create(session=room, about="summary", text="Kinder", client_id=uuid4())
    return (wish,), {"takes": False}


def _summed_up(world: Any) -> Call:
    return _closed_session(world)[0], {}


def _put_right(world: Any) -> Call:
    session = _closed_session(world)[0][0]
    return (session,), {"seen": session.version, "words": {"open": "Calm"}, "reason": "A slip"}


def _decided(world: Any) -> Call:
    """Taking back a suggestion that was turned down."""
    assessment = world.things.round_closed
    decision = deciding.reject_suggestion(
        assessment, by=as_member(world.people["lena"]), at=timezone.now(), offer=_offer(world), reason="No"
    )
    return (decision,), {}


def _stale_claim(world: Any) -> Call:
    """Taking over a lesson whose checker has let the day of the answer pass."""
    lesson = world.things.claimed
    type(lesson).objects.filter(pk=lesson.pk).update(
        claimed_by=world.people["ada"],
        claimed_at=timezone.now() - timedelta(days=60),
        answer_due_on=timezone.localdate() - timedelta(days=30),
    )
    return on("claimed")(world)


def _checked(world: Any) -> Any:
    """A lesson that Farah has checked."""
    validate_lesson(_row(world, "claimed"), by=as_member(world.people["farah"]), at=timezone.now(), **_check(world))
    return _row(world, "claimed")


def _row(world: Any, name: str) -> Any:
    thing = getattr(world.things, name)
    return type(thing).objects.get(pk=thing.pk)


def _brought_in(world: Any) -> Any:
    run = _row(world, "run")
    importing.begin_import(run)
    importing.run_import(run, at=timezone.now())
    return run


def _check(world: Any) -> dict[str, Any]:
    return {
        "outcome": State.NOTED,
        "read": world.things.claimed.revision_id,
        "ticked": [line.key for line in quality_for(State.NOTED)],
        "contact": "Ward 6",
    }


def _tag_with_another(world: Any) -> Call:
    """Putting a tag in the place of another."""
    other, _ = Tag.objects.get_or_create(organisation=world.riverside, name_key="home", defaults={"name": "Home"})
    return (_row(world, "tag"),), {"name": other.name}


def _changed_since(world: Any) -> Call:
    """Looking again at a checked lesson that its author has rewritten."""
    lesson = _checked(world)
    cara = as_member(world.people["cara"])
    lesson = write_lesson(lesson, by=cara, at=timezone.now(), seen=lesson.version, words={"why": "Else."})
    return (lesson,), {"read": lesson.revision_id}


def _own_profile(world: Any) -> Call:
    """Writing what nobody has written yet."""
    Profile.objects.filter(pk=world.things.profile.pk).delete()
    return here(seen=0, is_listed=True, asked_about=["Rotas"])(world)


def _somebody_else(world: Any) -> Any:
    """Lena is listed, too."""
    lena = as_member(world.people["lena"], world.riverside)
    return write_profile(
        world.riverside, by=lena, at=timezone.now(), seen=0, is_listed=True, asked_about=["The programme"]
    )


DAYS = {"starts_on": _tomorrow(), "ends_on": _tomorrow(400)}
CHARTER = {"name": "Home on time", "question": "Why does it take so long?"}
ACTS: dict[str, Act] = {
    # --- following
    "lessons.actions.lists.save_list": here(query="q=wards", name="Wards"),
    "lessons.actions.lists.delete_list": on("list"),
    "lessons.actions.follows.save_search": here(query="q=wards"),
    "lessons.actions.follows.follow_lesson": lambda world: ((_checked(world),), {"what": "author"}),
    "lessons.actions.follows.follow_tag": on("tag"),
    "lessons.actions.follows.follow_theme": on("theme"),
    "lessons.actions.follows.choose_how": on("follow", how="off"),
    "lessons.actions.follows.stop_following": on("follow"),
    "lessons.actions.feeds.renew_feed": here(),
    "lessons.actions.feeds.renew_feed_of_search": on("follow"),
    "lessons.actions.feeds.close_feed": on("feed"),
    # --- curating
    "lessons.actions.tags.rename_tag": on("tag", name="Going home"),
    "lessons.actions.tags.replace_tag": _tag_with_another,
    "lessons.actions.tags.retire_tag": on("tag"),
    "lessons.actions.tags.restore_tag": on("tag"),
    "lessons.actions.tags.find_lessons_of_tag": on("tag"),
    "lessons.actions.themes.load_themes": here(name="Plan", pasted="Home early"),
    "lessons.actions.themes.load_shipped_themes": here(key="content"),
    "lessons.actions.themes.retire_theme_set": on("themes"),
    "lessons.actions.themes.restore_theme_set": on("themes"),
    "lessons.actions.themes.file_under_theme": on("theme", lessons=lambda world: [_row(world, "checked")]),
    "lessons.actions.themes.file_under_themes": on("draft", themes=lambda world: [world.things.theme]),
    # --- search
    "search.actions.keep_search": lambda world: ((world.riverside, "who hoists at night"), {}),
    "search.actions.define_word": here(short="TOD", long="take-home drugs"),
    "search.actions.forget_word": on("meaning"),
    "search.actions.answer_search": on("unanswered", seen=_version("unanswered"), words="Ask Ward 6"),
    "search.actions.set_search_aside": on("unanswered", seen=_version("unanswered")),
    "search.actions.open_search_again": on("unanswered"),
    # --- communities
    "communities.actions.life.found_community": here(name="Night bell", question="Who answers it?"),
    "communities.actions.life.change_community": on(
        "community", seen=_version("community"), name="Home", question="Why so late?", access="open"
    ),
    "communities.actions.life.write_charter": on("community", seen=_version("community"), answers=CHARTER),
    "communities.actions.life.leave_informal": on("community"),
    "communities.actions.life.take_step": on("community", step=2),
    "communities.actions.life.answer_step": on("community", step=1, answers={"need": "Yes"}),
    "communities.actions.life.request_charter_pdf": on("community"),
    "communities.actions.people.join_community": on("community"),
    "communities.actions.people.ask_to_join": on("guarded"),
    "communities.actions.people.invite_into_community": on("community", person=_person("sam")),
    "communities.actions.people.answer_knock": on("knock", accept=True),
    "communities.actions.people.leave_community": on("community"),
    "communities.actions.people.set_roles": on("community", person=_person("farah"), roles=["expert"]),
    "communities.actions.people.let_in_from_elsewhere": _admit_into_community,
    "communities.actions.people.find_facilitator": _without_facilitator,
    "communities.actions.talk.start_thread": on("community", title="Who knows?", text="I do not."),
    "communities.actions.talk.write_post": on("thread", text="I know."),
    "communities.actions.talk.change_post": on("post", seen=_version("post"), text="I think so."),
    "communities.actions.talk.mark_answer": on("thread", post=lambda world: world.things.post),
    "communities.actions.talk.unmark_answer": on("thread"),
    "communities.actions.talk.make_lesson": on("answered"),
    "communities.actions.asking.ask_expert": _left_open,
    "communities.actions.keeping.make_asset": on("answered"),
    "communities.actions.shelf.pin_to_shelf": on("community", kind="person", person=_person("farah")),
    "communities.actions.shelf.change_pin": on("pin", note="Read it first"),
    "communities.actions.shelf.move_pin": on("pin", up=True),
    "communities.actions.shelf.unpin": on("pin"),
    "communities.actions.rehoming.ask_for_home": on(
        "closing", kind="pin", ident=lambda world: world.things.last_pin.pk, person=_person("farah")
    ),
    "communities.actions.rehoming.answer_for_home": on("home", accept=True),
    "communities.actions.rehoming.leave_behind": on(
        "closing", kind="pin", ident=lambda world: world.things.last_pin.pk
    ),
    "communities.actions.rehoming.write_farewell": on("closing", last_meeting="On Tuesday", thanks="Thank you"),
    "communities.actions.review.open_review": on("community"),
    "communities.actions.review.answer_review": on("review", answers={"needed": "Yes"}),
    "communities.actions.review.plan_review_session": on(
        "review", starts_at=lambda world: timezone.now() + timedelta(days=7)
    ),
    "communities.actions.review.give_voice": on("review", would_miss=True, is_free=False),
    "communities.actions.review.decide_to_carry_on": on("review", why="We need it."),
    "communities.actions.review.decide_to_change": on("review", why="Another hour."),
    "communities.actions.review.decide_to_close": on("review", why="Pharmacy keeps it.", reason="done"),
    "communities.actions.moving.decide_to_merge": on("review", why="Alike.", into=lambda world: world.things.guarded),
    "communities.actions.moving.answer_merge": on("transfer", accept=False),
    "communities.actions.moving.decide_to_split": on(
        "review", why="Too much.", name="Home at night", question="Who is awake?", facilitator=_person("farah")
    ),
    "communities.actions.moving.undo_transfer": on("split"),
    "communities.actions.stories.tell_story": on("community", words={"title": "Ten", "used": "At ten"}, reach="group"),
    "communities.actions.stories.change_story": on(
        "story", seen=_version("story"), words={"title": "Ten", "worth": "I met her"}, reach="organisation"
    ),
    "communities.actions.stories.take_story_back": on("story"),
    "communities.actions.benefits.confirm_benefit": on("benefit", seen=_version("benefit")),
    "communities.actions.benefits.decline_benefit": on("benefit", seen=_version("benefit"), reason="Counted twice."),
    "communities.actions.health.agree_on_figures": on("community", meetings=3, answer_days=3, builds=1, stories=2),
    "communities.actions.health.answer_quiet_line": on("quiet", answer="busy"),
    "communities.actions.health.show_in_picture": on("community", show=True),
    "communities.actions.kickoff.open_kickoff": here(title="Another one"),
    "communities.actions.kickoff.change_kickoff": on(
        "kickoff", seen=_version("kickoff"), title="Other words", why="", last_on=_tomorrow(20)
    ),
    "communities.actions.kickoff.end_kickoff": on("kickoff"),
    "communities.actions.kickoff.name_barrier": on("kickoff", key="time"),
    "communities.actions.kickoff.remove_barrier": on("barrier"),
    "communities.actions.problems.raise_problem": on("kickoff", line="Nobody knows who is on call"),
    "communities.actions.problems.change_problem": on("problem", line="The keys are gone", more=""),
    "communities.actions.problems.take_away_problem": on("problem"),
    "communities.actions.problems.share_problem": on("problem"),
    "communities.actions.problems.unshare_problem": on("problem"),
    "communities.actions.problems.remove_topic": on("empty_topic"),
    "communities.actions.problems.move_problems": on("kickoff", problems=lambda world: [world.things.problem]),
    "communities.actions.problems.put_problem_back": on("problem"),
    "communities.actions.founding.found_from_topic": on(
        "topic", name="Keys", question="Where are they?", facilitator=_person("cara")
    ),
    "communities.actions.founding.found_from_problem": on(
        "problem", name="Keys", question="Where are they?", facilitator=_person("cara")
    ),
    "communities.actions.founding.take_up_problem": on("problem", community=lambda world: _row(world, "community")),
    "communities.actions.founding.give_problem_back": on("taken_up"),
    "communities.actions.meetings.plan_meeting": on(
        "community", title="Cases", first_on=_tomorrow(), clock=time(14), repeats="weekly"
    ),
    "communities.actions.meetings.change_meeting": on("meeting", seen=_version("meeting"), title="Rounds"),
    "communities.actions.meetings.cancel_meeting": on("meeting"),
    "communities.actions.meetings.move_meeting_day": on(
        "day", seen=_version("day"), starts_at=_in_three_days, minutes=30, place="Room 2"
    ),
    "communities.actions.meetings.cancel_meeting_day": on("day"),
    "communities.actions.meetings.write_up_meeting": _day_that_has_been,
    "communities.actions.meetings.plan_session_of_day": on("day", technique=_technique, length="standard"),
    "communities.actions.emergency.name_emergency_reader": here(person=_person("nia")),
    "communities.actions.emergency.release_emergency_reader": on("emergency_reader"),
    "communities.actions.emergency.ask_emergency_reading": on("closing", why="Somebody could come to harm."),
    "communities.actions.emergency.agree_to_emergency_reading": on("emergency_waiting"),
    "communities.actions.emergency.end_emergency_reading": on("emergency_open"),
    "communities.actions.calendars.renew_community_calendar": on("community"),
    "communities.actions.wishes.choose_community_mail": on("community", how="nothing"),
    "communities.actions.talk.see_talk": on("community", up_to=timezone.now()),
    "communities.actions.wishes.mute_thread": on("thread", mute=True),
    "communities.actions.wishes.follow_thread": on("thread", follow=True),
    "communities.actions.closing.announce_closing": on("community", reason="done", words="Pharmacy keeps the list."),
    "communities.actions.closing.object_to_closing": on("closing", would_carry=True),
    "communities.actions.closing.answer_objection": on("objection", answer="We have tried that."),
    "communities.actions.closing.stop_closing": on("closing"),
    "communities.actions.closing.write_story": on("closing", story="Four wards ask by ten."),
    "communities.actions.closing.wake_community": on("closed", reason="It is back", facilitator=_person("cara")),
    "jobs.actions.retry_job": on("job"),
    # --- people and groups
    "organisations.actions.invitations.invite_member": here(email="new@x.example", role="reader"),
    "organisations.actions.invitations.invite_members": here(people={"new@x.example": ""}, role="reader"),
    "organisations.actions.invitations.change_invitation": on("invitation", role="contributor", name="Noor"),
    "organisations.actions.invitations.resend_invitation": on("invitation"),
    "organisations.actions.invitations.revoke_invitation": on("invitation"),
    "organisations.actions.members.change_role": on("member", role="contributor"),
    "organisations.actions.members.suspend_member": on("member"),
    "organisations.actions.members.make_reset_link": on("member"),
    "organisations.actions.settings.send_test_mail": here(),
    "organisations.actions.members.restore_member": _suspended_member,
    "organisations.actions.members.remove_member": on("member"),
    "organisations.actions.members.reset_second_step": on("member"),
    "organisations.actions.members.sign_out_member": on("member", reason="lost device"),
    "organisations.actions.groups.create_group": here(name="Night staff"),
    "organisations.actions.groups.change_group": on(
        "group", seen=_version("group"), name="Ward 7", kind="unit", people=()
    ),
    "organisations.actions.groups.admit_outsider": _admit,
    "organisations.actions.settings.change_settings": here(
        seen=lambda world: world.riverside.version, name="Riverbank"
    ),
    # --- actions
    "actionplan.actions.add_action": lambda world: (
        (world.riverside,),
        {"title": "Ask pharmacy"},
    ),
    "actionplan.actions.reword_action": on("action", seen=_version("action"), title="Ask them", detail=""),
    "actionplan.actions.complete_action": on("action"),
    "actionplan.actions.reopen_action": _done_action,
    "actionplan.actions.reschedule_action": on("action", to=_tomorrow(), reason="No time"),
    "actionplan.actions.hand_over_action": on("action", owner=_person("farah")),
    "actionplan.actions.pass_on_action": on("action", to=_person("farah")),
    "roadmap.actions.pass_on_intervention": on("intervention", to=_person("cara")),
    "roadmap.actions.pass_on_programme": on("programme", role="lead", to=None),
    "techniques.actions.planning.pass_on_session": on("session", to=_person("lena")),
    "lessons.actions.review.pass_on_claim": on("claimed", to=_person("lena")),
    "selfassessment.actions.rounds.pass_on_assessment": on("round_open", to=_person("lena")),
    "actionplan.actions.drop_action": on("action", reason="No need"),
    "actionplan.actions.delete_untouched_action": on("action"),
    # --- the plan
    "roadmap.actions.begin_programme": here(name="Another", **DAYS),
    "roadmap.actions.revise_programme": on("programme", seen=_version("programme"), vision="Clear"),
    "roadmap.actions.make_programme_current": on("programme"),
    "roadmap.actions.mark_step": lambda world: (
        (world.things.programme.steps.get(number=1),),
        {"seen": 1, "state": "done"},
    ),
    "roadmap.actions.plan_intervention": on("programme", title="Walks", step=2),
    "roadmap.actions.change_intervention": on("intervention", seen=_version("intervention"), summary="Short"),
    "roadmap.actions.change_together": lambda world: (
        (world.things.programme, {world.things.intervention.pk: world.things.intervention.version}),
        {"once": uuid4(), "move": "set_state", "state": "doing"},
    ),
    "roadmap.actions.undo_change_together": on("plan_change"),
    "roadmap.actions.set_intervention_state": on("intervention", state="doing"),
    "roadmap.actions.delete_untouched_intervention": on("intervention"),
    "roadmap.actions.delete_intervention": _mistaken_intervention,
    "roadmap.actions.delete_programme": _mistaken_programme,
    "roadmap.actions.add_intervention_action": on("intervention", title="Book the room"),
    # --- sessions
    "techniques.actions.planning.plan_session": here(
        technique=lambda world: world.things.session.technique, length="short", title="Next", starts_at=_now
    ),
    "techniques.actions.planning.edit_session": on("session", seen=_version("session"), title="Other words"),
    "techniques.actions.planning.cancel_session": on("session"),
    "techniques.actions.planning.tick_preparation": on("session", item="Find a room.", is_done=True),
    "techniques.actions.planning.invite_to_session": on("session", guests={"gus@x.example": "Gus"}),
    "techniques.actions.attendance.note_attendance": on("held", others=3),
    "techniques.actions.room.joining.open_room": on("session"),
    "techniques.actions.room.joining.stop_admission": on("room"),
    "techniques.actions.room.joining.resume_admission": on("room"),
    "techniques.actions.room.joining.remove_participant": on("room", participant=_guest),
    "techniques.actions.room.stages.go_to_stage": on("room", stage=_stage),
    "techniques.actions.room.stages.extend_stage": on("room", stage=_stage, minutes=2, seen_minutes=1),
    "techniques.actions.room.stages.shorten_stage": on("room", stage=_stage, minutes=2, seen_minutes=1),
    "techniques.actions.room.stages.set_minutes_left": on("room", stage=_current_stage, minutes=5),
    "techniques.actions.room.stages.restart_stage": on("room", stage=_current_stage),
    "techniques.actions.room.wording.save_wording": on("room", fields={}, shown={}),
    "techniques.actions.room.wording.decide_wish": _wish,
    "lessons.actions.wording.keep_wording": on("room", posted=QueryDict("a-TOTAL_FORMS=0&l-TOTAL_FORMS=0")),
    "lessons.actions.wording.decide_wish": _wish,
    "lessons.actions.summary.request_summary_pdf": _summed_up,
    "techniques.actions.summary.correct_summary": _put_right,
    "techniques.actions.room.stages.pause_clock": on("room"),
    "techniques.actions.room.stages.resume_clock": on("room"),
    "techniques.actions.room.stages.reveal_notes": on("room", stage=_stage),
    "techniques.actions.room.screen.turn_page": on("room", stage=_open_stage, page=1, seen=""),
    "techniques.actions.room.screen.put_note_alone": on("room", note=_open_note, minutes=5),
    "techniques.actions.room.screen.put_column_alone": on(
        "room", stage=_open_stage, column=lambda world: _open_stage(world).column_keys[0], minutes=5
    ),
    "techniques.actions.room.screen.take_off": on("room", stage=_open_stage, seen=""),
    "techniques.actions.room.grouping.group_notes": on("room", stage=_open_stage, notes=_two_notes, name="Keys"),
    "techniques.actions.room.grouping.merge_notes": on("room", stage=_open_stage, notes=_two_notes),
    "techniques.actions.room.grouping.take_notes_apart": on("room", stage=_open_stage, notes=_two_notes),
    "techniques.actions.room.grouping.rename_group": on("room", group=_note_group, name="Keys"),
    "techniques.actions.room.grouping.undo_grouping": on("room", stage=_open_stage, seen=0),
    "techniques.actions.room.voting.open_voting": on(
        "room", stage=lambda world: _two_notes(world) and _open_stage(world), on="notes", budget=3
    ),
    "techniques.actions.room.voting.end_voting": on("room", stage=_open_stage),
    "techniques.actions.room.marks.show_marks": on("room", stage=_step_with("marks", _three_marks)),
    "techniques.actions.room.consent.count_consent": on("room", stage=_step_with("consent", _three_answers)),
    "techniques.actions.room.rota.plan_tables": on("room", stage=_step_with("rota", _seven_people), tables=2),
    "techniques.actions.room.closing.close_session": on("room", summary={}),
    "lessons.actions.closing.close_with_lessons": on("room", summary={}),
    "techniques.actions.room.assist.let_speak": on("room", stage=_step_with("talk", lambda stage: None), side="home"),
    "techniques.actions.room.outlook.show_outlook": on("room", stage=_step_with("outlook", _one_fear)),
    "techniques.actions.room.outlook.mark_fear": on(
        "room", stage=_step_with("outlook", _one_fear), came="true", number=lambda world: Outlook.objects.get().pk
    ),
    "techniques.actions.room.fishbowl.choose_form": on("room", kind="closed", chairs=5),
    "techniques.actions.room.fishbowl.seat_person": on(
        "room", stage=_step_with("fishbowl", _nobody), who=lambda world: str(_guest(world).pk)
    ),
    "techniques.actions.room.fishbowl.seat_guest": on("room", stage=_step_with("fishbowl", _nobody), name="Mrs Oak"),
    "techniques.actions.room.fishbowl.ask_for_guest": on("room", stage=_step_with("fishbowl", _nobody), name="Mrs Oak"),
    "techniques.actions.room.fishbowl.call_next": on("room", stage=_step_with("fishbowl", _one_waits), whom="nMrs Oak"),
    "techniques.actions.room.fishbowl.take_off_list": on(
        "room", stage=_step_with("fishbowl", _one_waits), whom="nMrs Oak"
    ),
    "techniques.actions.room.fishbowl.ask_out": on("room", stage=_step_with("fishbowl", _one_sits), whom="nMrs Oak"),
    "techniques.actions.room.fishbowl.free_chair": on("room", stage=_step_with("fishbowl", _one_sits), whom="nMrs Oak"),
    "techniques.actions.room.fishbowl.swap_circles": on(
        "room", stage=_step_with("fishbowl", _one_waits), whom="nMrs Oak"
    ),
    "techniques.actions.room.fishbowl.play_back": on("room", stage=_step_with("playback", _nobody)),
    "techniques.actions.room.fishbowl.mark_answered": on(
        "room", stage=_played_back, handle=_played_note, answered=True
    ),
    "techniques.actions.room.market.tell_of_matches": _session_with_match,
    "techniques.actions.learning_sets.begin_set": here(
        name="Night sisters", people=_three_people, dates=lambda world: [_now(world)], length="short"
    ),
    "techniques.actions.planning.plan_meeting_of_set": on(
        "set", technique=lambda world: world.things.set_meeting.technique, starts_at=_now, length="short"
    ),
    "techniques.actions.learning_sets.plan_next_meeting": _set_without_meeting,
    "techniques.actions.learning_sets.bring_in": on("set", people=lambda world: [world.people["nia"]]),
    "techniques.actions.learning_sets.choose_adviser": on("set", adviser=None),
    "techniques.actions.learning_sets.leave_set": on("set"),
    "techniques.actions.learning_sets.end_meeting": lambda world: ((_open_set(world),), {"asking": "Openly"}),
    "techniques.actions.learning_sets.write_own_action": on("set", text="Ask for a mentor"),
    "techniques.actions.learning_sets.change_own_action": on(
        "own_action", text="Ring the mentor", due_on=None, is_done=True
    ),
    "techniques.actions.learning_sets.delete_own_action": on("own_action"),
    "techniques.actions.learning_sets.share_own_action": on("own_action"),
    "techniques.actions.room.learning.share_out": _set_with_bid("bids", presenters=1),
    "techniques.actions.room.learning.give_turn": _set_with_bid("bids", bid=_first_bid),
    "techniques.actions.room.learning.take_turn": _set_with_bid("bids", turn=1),
    "techniques.actions.room.learning.go_on": _set_with_bid("turns", seen="0.0"),
    "techniques.actions.paper.request_sheet_pdf": lambda world: (_room_with_claims(world), {}),
    "techniques.actions.room.assist.report_back": lambda world: (_closed_session(world)[0], {"became": {}}),
    "lessons.actions.closing.add_session_action": _closed_session,
    "techniques.actions.afterwards.tell_outcome": lambda world: (
        _closed_session(world)[0],
        {"kind": "changed", "words": "Beds are ready by ten."},
    ),
    # --- lessons
    "lessons.actions.writing.start_lesson": here(words={"title": "Ask at ten"}),
    "lessons.actions.writing.write_lesson": on("draft", seen=_version("draft"), words={"why": "Else."}),
    "lessons.actions.versions.restore_revision": on("draft", seen=_version("draft"), number=1),
    "lessons.actions.writing.submit_lesson": on("draft"),
    "lessons.actions.writing.withdraw_lesson": on("waiting"),
    "lessons.actions.writing.discard_lesson": on("draft"),
    "lessons.actions.writing.add_lesson_action": lambda world: ((_checked(world),), {"title": "Change the list"}),
    "lessons.actions.reuse.say_reuse": on("checked", kind="same"),
    "lessons.actions.reuse.describe_reuse": on("reuse", seen=_version("reuse"), changed="We ask at ten."),
    "lessons.actions.reuse.take_reuse_back": on("reuse", seen=_version("reuse")),
    "lessons.actions.reuse.confirm_saving": on("saving", seen=_version("saving")),
    "lessons.actions.reuse.decline_saving": on("saving", seen=_version("saving"), reason="It is counted twice."),
    "lessons.actions.files.change_files": on("draft", seen=_version("draft"), tells={}),
    "lessons.actions.files.carry_files": lambda world: ((world.things.draft, []), {}),
    "lessons.actions.innovations.describe_innovation": on("innovation", seen=1, stage="result", told={"after": "9"}),
    "lessons.actions.innovations.adapt_innovation": on("innovation"),
    "lessons.actions.quotes.add_quote": on(
        "checked", text="It works.", signed="A nurse", agreed_on=lambda world: timezone.localdate()
    ),
    "lessons.actions.quotes.agree_to_quote": on("quote", signed="Reza"),
    "lessons.actions.quotes.withdraw_quote": on("quote"),
    "lessons.actions.comments.write_comment": on("checked", text="We ask at nine."),
    "lessons.actions.comments.change_comment": on("comment", seen=_version("comment"), text="At eight."),
    "lessons.actions.comments.withdraw_comment": on("comment"),
    "lessons.actions.comments.hide_comment": on("comment", reason="It may show somebody."),
    "lessons.actions.comments.show_comment": on("comment"),
    "lessons.actions.posters.open_poster": here(group=lambda world: world.things.group),
    "lessons.actions.posters.renew_poster": on("poster", seen=_version("poster")),
    "lessons.actions.posters.close_poster": on("poster"),
    "lessons.actions.posters.request_poster_pdf": on("poster"),
    "lessons.actions.posters.leave_note": on("poster", happened="The label fell off."),
    "lessons.actions.posters.take_note": on("left_note"),
    "lessons.actions.posters.put_note_aside": on("left_note"),
    "lessons.actions.review.claim_lesson": on("waiting"),
    "lessons.actions.review.take_over_lesson": _stale_claim,
    "lessons.actions.review.release_lesson": on("claimed"),
    "lessons.actions.review.return_lesson": on("claimed", comment="Say when."),
    "lessons.actions.review.decline_lesson": on("claimed", reason="It is known."),
    "lessons.actions.merging.merge_lessons": on("checked", into=lambda world: _row(world, "changing")),
    "lessons.actions.merging.part_lessons": on("merge"),
    "lessons.actions.life.learn_lesson": on("changing", evidence="Checklist, line 4"),
    "lessons.actions.life.embed_lesson": on("changed"),
    "lessons.actions.life.fall_back": on("changed", reason="The line is gone."),
    "lessons.actions.ending.supersede_lesson": lambda world: (
        (_row(world, "changing"),),
        {"other": _row(world, "changed")},
    ),
    "lessons.actions.ending.retire_lesson": on("changed", reason="The ward is closed."),
    "lessons.actions.ending.bring_back_lesson": on("retired"),
    "lessons.actions.safe.send_safely": lambda world: (
        (world.things.draft,),
        {"to": world.people["farah"], "code": "CDFG-HJKM-NPQR-TWXY"},
    ),
    "lessons.actions.upkeep.set_review_months": here(kind="innovation", months=3),
    "lessons.actions.upkeep.set_keeper": lambda world: ((_row(world, "changed"),), {"owner": world.people["lena"]}),
    "lessons.actions.upkeep.pass_on_upkeep": on("upkeep", to=_person("lena")),
    "lessons.actions.upkeep.answer_turn": on("turn", answer="keep"),
    "lessons.actions.upkeep.begin_upkeep": lambda world: ((_row(world, "changed"),), {}),
    "lessons.actions.upkeep.choose_turns": lambda world: ((), {}),
    "lessons.actions.checks.set_check_rule": here(minimum=2),
    "lessons.actions.checks.drop_check_rule": on("check_rule"),
    "lessons.actions.checks.withdraw_check": on("claimed"),
    "lessons.actions.experts.ask_expert": on("claimed", whom="Dr Ito"),
    "lessons.actions.experts.revoke_question": on("expert_question"),
    "lessons.actions.life.lose_agreement": lambda world: ((_row(world, "changing"),), {"but": world.things.action}),
    "lessons.actions.review.validate_lesson": lambda world: ((_row(world, "claimed"),), _check(world)),
    "lessons.actions.review.confirm_change": _changed_since,
    "lessons.actions.importing.upload_import": here(file_name="l.csv", content=b"title,lesson\nAsk,Ask early\n"),
    "lessons.actions.importing.settle_import": on(
        "run", seen=_version("run"), source="S", group_name="", encoding="", mapping={"title": "title"}
    ),
    "lessons.actions.importing.request_trial": on("run"),
    "lessons.actions.importing.request_import": on("run"),
    "lessons.actions.pack.describe_work": here(title="Open the day clinic"),
    "lessons.actions.pack.change_work": on("work", seen=_version("work"), title="Else", text="", starts_on=None),
    "lessons.actions.pack.use_lesson": _answer(title="Ask at ten"),
    "lessons.actions.pack.set_lesson_aside": _answer(because="Not here."),
    "lessons.actions.pack.put_lesson_off": _answer(),
    "lessons.actions.pack.tick_lessons": lambda world: ((world.things.work, [_row(world, "checked")]), {}),
    "lessons.actions.pack.request_pack_pdf": on("work"),
    "lessons.actions.importing.choose_differences": on("run", choices={}),
    "lessons.actions.undoing.request_undo": lambda world: ((_brought_in(world),), {}),
    "lessons.actions.reviews.bring_review_in": here(
        report=Report("Storm", "2026-03-02", [("Summary", "It rained.")]),
        file_name="storm.md",
        technique=lambda world: Technique.objects.get(key="after-action-review"),
    ),
    "lessons.actions.assets.start_asset": here(words={"title": "Keys"}),
    "lessons.actions.assets.write_asset": on(
        "asset", seen=_version("asset"), words={"title": "Bags", "purpose": "Clerks", "text": "Ask."}
    ),
    "lessons.actions.asset_steps.do_step": on("asset", number=5),
    "lessons.actions.asset_steps.open_step": on("asset", number=5),
    "lessons.actions.asset_steps.request_asset_pdf": on("asset"),
    "lessons.actions.assets.publish_asset": on("asset_draft"),
    "lessons.actions.assets.check_asset": on("asset", number=1),
    "lessons.actions.assets.take_asset": on("asset"),
    "lessons.actions.assets.keep_asset": on("asset", seen=None),
    "lessons.actions.assets.discard_asset": on("asset_draft"),
    "lessons.actions.assets.add_part": on("asset", kind="link", url="https://x.example/", title="Else"),
    "lessons.actions.asset_files.add_files": on("asset", files=[check_file("n.txt", b"Ring 12.")]),
    "lessons.actions.assets.remove_part": on("part"),
    "lessons.actions.assets.pass_on_asset": on("asset", to=_person("lena")),
    "lessons.actions.risks.add_risk": here(wanted={"title": "Old boiler", "matter": 3, "loss": 3}),
    "lessons.actions.risks.write_risk": on(
        "risk", seen=_version("risk"), wanted={"title": "Old boiler", "matter": 3, "loss": 3}
    ),
    "lessons.actions.risks.pass_on_risk": on("risk", to=_person("lena")),
    "lessons.actions.risks.begin_asset_of_risk": on("risk"),
    "lessons.actions.risks.settle_risk": on("risk", how="Two more can do it."),
    "lessons.actions.risks.reopen_risk": on("risk"),
    "lessons.actions.risk_holders.name_holder": on("risk", name="The night porter"),
    "lessons.actions.risk_holders.change_holder": on("holder", seen=_version("risk"), leaves_on=_tomorrow()),
    "lessons.actions.risk_holders.take_holder_out": on("holder"),
    # --- people to ask
    "people.actions.write_profile": _own_profile,
    "people.actions.delete_profile": on("profile"),
    "people.actions.send_enquiry": here(
        line="What about nights?", people=lambda world: [_row(world, "profile")], once=uuid4()
    ),
    "people.actions.answer_enquiry": on("recipient", answer="help"),
    "people.actions.pass_on": on("recipient", to=_somebody_else),
    "people.actions.close_enquiry": on("enquiry"),
    "people.actions.delete_enquiry": on("enquiry"),
    # --- coffee trials
    "coffee.actions.plan_trial": here(
        title="Tea", rule="random", weeks=6, pairs_on=_tomorrow(9), coordinator=_person("farah")
    ),
    "coffee.actions.change_trial": on("trial", seen=_version("trial"), title="Tea"),
    "coffee.actions.cancel_trial": on("trial"),
    "coffee.actions.pass_on_trial": on("trial", to=_person("lena")),
    "coffee.actions.join_trial": on("trial", site="West House"),
    "coffee.actions.leave_trial": on("joiner"),
    "coffee.actions.say_met": on("pairing", has_met=True),
    "coffee.actions.ask_for_another": on("pairing"),
    "coffee.actions.answer_trial": on("joiner_over", would_again=True, line="I know the estates team now"),
    "coffee.actions.make_pairs": on("trial"),
    "coffee.actions.end_trial": on("trial_running"),
    "coffee.actions.share_outcome": on("trial_over", outcome="Two pairs met."),
    # --- rounds of assessment
    "selfassessment.actions.rounds.prepare_assessment": here(title="Another", closes_on=_tomorrow(9)),
    "selfassessment.actions.rounds.edit_assessment": on("round_draft", seen=_version("round_draft"), title="Other"),
    "selfassessment.actions.rounds.discard_assessment": on("round_draft"),
    "selfassessment.actions.rounds.open_assessment": on("round_draft"),
    "selfassessment.actions.rounds.close_assessment": on("round_open"),
    "selfassessment.actions.publishing.publish_report": on("round_unread"),
    "selfassessment.actions.publishing.withhold_remark": on("round_unread", remark=_remark, reason="names"),
    "selfassessment.actions.publishing.show_remark_again": on("round_unread", remark=_remark),
    "selfassessment.actions.asking.ask_people": on("round_open", addresses=["new@y.example"]),
    "selfassessment.actions.asking.remind_people": on("round_open"),
    "selfassessment.actions.asking.enable_link": on("round_open"),
    "selfassessment.actions.asking.disable_link": on("round_open"),
    "selfassessment.actions.deciding.accept_as_intervention": on("round_closed", offer=_offer),
    "selfassessment.actions.deciding.accept_as_action": on("round_closed", offer=_offer),
    "selfassessment.actions.deciding.reject_suggestion": on("round_closed", offer=_offer, reason="No"),
    "selfassessment.actions.deciding.undo_decision": _decided,
    "selfassessment.actions.reporting.request_report_pdf": on("round_closed"),
}

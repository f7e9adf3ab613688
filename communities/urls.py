"""Addresses of communities, inside one organisation. Mounted at ``/o/<slug>/communities/``."""

from django.urls import path

from communities.views import charter, closing, ending, health, life, people, review, shelf, steps, stories, talk

urlpatterns = [
    path("", life.community_list, name="community_list"),
    path("new/", life.community_new, name="community_new"),
    path("<int:pk>/", life.community_detail, name="community_detail"),
    path("<int:pk>/edit/", life.community_edit, name="community_edit"),
    path("<int:pk>/informal/", life.community_informal, name="community_informal"),
    # Who belongs to it
    path("<int:pk>/people/", people.community_people, name="community_people"),
    path("<int:pk>/people/<int:member>/", people.community_roles, name="community_roles"),
    path("<int:pk>/join/", people.community_join, name="community_join"),
    path("<int:pk>/ask/", people.community_knock, name="community_knock"),
    path("<int:pk>/invite/", people.community_invite, name="community_invite"),
    path("<int:pk>/elsewhere/", people.community_elsewhere, name="community_elsewhere"),
    path("<int:pk>/facilitator/", people.community_facilitator, name="community_facilitator"),
    path("<int:pk>/leave/", people.community_leave, name="community_leave"),
    path("knocks/<int:pk>/answer/", people.knock_answer, name="knock_answer"),
    # Charter and steps
    path("<int:pk>/charter/", charter.charter_detail, name="charter_detail"),
    path("<int:pk>/charter/edit/", charter.charter_edit, name="charter_edit"),
    path("<int:pk>/charter/pdf/", charter.charter_pdf, name="charter_pdf"),
    path("<int:pk>/charter/<int:number>/", charter.charter_version, name="charter_version"),
    path("<int:pk>/steps/", steps.community_steps, name="community_steps"),
    path("<int:pk>/steps/go/", steps.community_step_go, name="community_step_go"),
    path("<int:pk>/steps/<int:number>/", steps.community_step, name="community_step"),
    # What it talks about
    path("<int:pk>/talk/", talk.thread_list, name="thread_list"),
    path("<int:pk>/talk/new/", talk.thread_new, name="thread_new"),
    path("talk/<int:pk>/", talk.thread_detail, name="thread_detail"),
    path("talk/<int:pk>/answer/", talk.thread_answer, name="thread_answer"),
    path("talk/<int:pk>/lesson/", talk.thread_lesson, name="thread_lesson"),
    path("posts/<int:pk>/edit/", talk.post_edit, name="post_edit"),
    path("posts/<int:pk>/history/", talk.post_history, name="post_history"),
    # What it looks after
    path("<int:pk>/shelf/", shelf.shelf_detail, name="shelf_detail"),
    path("<int:pk>/shelf/new/", shelf.pin_new, name="pin_new"),
    path("shelf/<int:pk>/edit/", shelf.pin_edit, name="pin_edit"),
    path("shelf/<int:pk>/move/", shelf.pin_move, name="pin_move"),
    # What it was good for
    path("<int:pk>/stories/", stories.story_list, name="story_list"),
    path("<int:pk>/stories/new/", stories.story_new, name="story_new"),
    path("stories/<int:pk>/", stories.story_detail, name="story_detail"),
    path("stories/<int:pk>/edit/", stories.story_edit, name="story_edit"),
    path("stories/<int:pk>/delete/", stories.story_delete, name="story_delete"),
    # How it is
    path("<int:pk>/health/", health.community_health, name="community_health"),
    path("<int:pk>/health/agree/", health.health_agree, name="health_agree"),
    path("quiet/<int:pk>/answer/", health.quiet_answer, name="quiet_answer"),
    # Looking back each year
    path("<int:pk>/review/", review.community_review, name="community_review"),
    path("<int:pk>/review/open/", review.review_open, name="review_open"),
    path("<int:pk>/review/answers/", review.review_answers, name="review_answers"),
    path("<int:pk>/review/voice/", review.review_voice, name="review_voice"),
    path("<int:pk>/review/carry-on/", review.review_carry_on, name="review_carry_on"),
    path("<int:pk>/review/change/", review.review_change, name="review_change"),
    path("<int:pk>/review/close/", review.review_close, name="review_close"),
    path("<int:pk>/review/merge/", review.review_merge, name="review_merge"),
    path("<int:pk>/review/split/", review.review_split, name="review_split"),
    path("transfers/<int:pk>/answer/", review.merge_answer, name="merge_answer"),
    path("transfers/<int:pk>/undo/", review.transfer_undo, name="transfer_undo"),
    # How it ends, and wakes
    path("<int:pk>/close/", closing.community_close, name="community_close"),
    path("<int:pk>/close/object/", closing.community_object, name="community_object"),
    path("<int:pk>/close/stop/", closing.community_stop, name="community_stop"),
    path("<int:pk>/close/story/", closing.community_story, name="community_story"),
    path("<int:pk>/ending/", ending.community_ending, name="community_ending"),
    path("<int:pk>/ending/farewell/", ending.ending_farewell, name="ending_farewell"),
    path("<int:pk>/ending/leave/", ending.ending_leave, name="ending_leave"),
    path("<int:pk>/ending/<slug:kind>/<int:ident>/", ending.ending_home, name="ending_home"),
    path("homes/<int:pk>/answer/", ending.home_answer, name="home_answer"),
    path("<int:pk>/wake/", closing.community_wake, name="community_wake"),
]

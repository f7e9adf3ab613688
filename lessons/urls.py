"""Addresses of lessons, inside one organisation. Mounted at ``/o/<slug>/lessons/``."""

from django.urls import path

from lessons.views import assets, examples, follows, importing, life, listing, merging, reading, reuse, review, writing

urlpatterns = [
    path("", listing.lesson_list, name="lesson_list"),
    path("yours/", writing.lesson_mine, name="lesson_mine"),
    path("to-check/", review.lesson_queue, name="lesson_queue"),
    path("new/", writing.lesson_new, name="lesson_new"),
    path("examples/", examples.lesson_examples, name="lesson_examples"),
    path("<int:pk>/", reading.lesson_detail, name="lesson_detail"),
    path("<int:pk>/changes/", reading.lesson_changes, name="lesson_changes"),
    path("<int:pk>/actions/new/", reading.lesson_action_new, name="lesson_action_new"),
    # Its author
    path("<int:pk>/edit/", writing.lesson_edit, name="lesson_edit"),
    path("<int:pk>/send/", writing.lesson_send, name="lesson_send"),
    path("<int:pk>/withdraw/", writing.lesson_withdraw, name="lesson_withdraw"),
    path("<int:pk>/discard/", writing.lesson_discard, name="lesson_discard"),
    # Those who check
    path("<int:pk>/claim/", review.lesson_claim, name="lesson_claim"),
    path("<int:pk>/take-over/", review.lesson_take_over, name="lesson_take_over"),
    path("<int:pk>/release/", review.lesson_release, name="lesson_release"),
    path("<int:pk>/check/", review.lesson_check, name="lesson_check"),
    path("<int:pk>/return/", review.lesson_return, name="lesson_return"),
    path("<int:pk>/decline/", review.lesson_decline, name="lesson_decline"),
    path("<int:pk>/confirm/", review.lesson_confirm, name="lesson_confirm"),
    # The same lesson twice
    path("similar/", merging.lesson_similar, name="lesson_similar"),
    path("<int:pk>/merge/", merging.lesson_merge, name="lesson_merge"),
    path("<int:pk>/merge/<int:into>/", merging.lesson_merge_into, name="lesson_merge_into"),
    path("merges/<int:pk>/undo/", merging.lesson_part, name="lesson_part"),
    # Their later life
    path("on-their-way/", life.lesson_aging, name="lesson_aging"),
    path("<int:pk>/learned/", life.lesson_learned, name="lesson_learned"),
    path("<int:pk>/still/", life.lesson_embed, name="lesson_embed"),
    path("<int:pk>/not-so/", life.lesson_fall_back, name="lesson_fall_back"),
    # What came of them
    path("<int:pk>/reuse/", reuse.lesson_reuse, name="lesson_reuse"),
    path("reuse/", reuse.reuse_list, name="reuse_list"),
    path("reuse/<int:pk>/", reuse.reuse_detail, name="reuse_detail"),
    path("reuse/<int:pk>/edit/", reuse.reuse_edit, name="reuse_edit"),
    path("reuse/<int:pk>/delete/", reuse.reuse_delete, name="reuse_delete"),
    path("reuse/savings/<int:pk>/confirm/", reuse.saving_confirm, name="saving_confirm"),
    path("reuse/savings/<int:pk>/decline/", reuse.saving_decline, name="saving_decline"),
    # Following
    path("following/", follows.follow_list, name="follow_list"),
    path("following/new/", follows.follow_new, name="follow_new"),
    path("following/feed/", follows.follow_feed, name="follow_feed"),
    path("following/<int:pk>/how/", follows.follow_how, name="follow_how"),
    path("following/<int:pk>/stop/", follows.follow_stop, name="follow_stop"),
    path("following/<int:pk>/feed/", follows.follow_search_feed, name="follow_search_feed"),
    path("following/feeds/<int:pk>/away/", follows.follow_feed_away, name="follow_feed_away"),
    path("<int:pk>/follow/", follows.lesson_follow, name="lesson_follow"),
    # Knowledge assets
    path("assets/", assets.asset_list, name="asset_list"),
    path("assets/new/", assets.asset_new, name="asset_new"),
    path("assets/<int:pk>/", assets.asset_detail, name="asset_detail"),
    path("assets/<int:pk>/edit/", assets.asset_edit, name="asset_edit"),
    path("assets/<int:pk>/print/", assets.asset_print, name="asset_print"),
    path("assets/<int:pk>/history/", assets.asset_history, name="asset_history"),
    path("assets/<int:pk>/publish/", assets.asset_publish, name="asset_publish"),
    path("assets/<int:pk>/check/", assets.asset_check, name="asset_check"),
    path("assets/<int:pk>/keep/", assets.asset_keep, name="asset_keep"),
    path("assets/<int:pk>/take/", assets.asset_take, name="asset_take"),
    path("assets/<int:pk>/discard/", assets.asset_discard, name="asset_discard"),
    path("assets/<int:pk>/parts/new/", assets.asset_part_new, name="asset_part_new"),
    path("assets/parts/<int:pk>/away/", assets.asset_part_away, name="asset_part_away"),
    # Bringing lessons in
    path("import/", importing.import_list, name="import_list"),
    path("import/<int:pk>/", importing.import_detail, name="import_detail"),
    path("import/<int:pk>/try/", importing.import_try, name="import_try"),
    path("import/<int:pk>/run/", importing.import_run, name="import_run"),
    path("import/<int:pk>/problems/", importing.import_problems, name="import_problems"),
]

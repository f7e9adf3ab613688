"""Addresses of the end of a session, which makes lessons. Mounted at ``/o/<slug>/sessions/``, beside its own pages."""

from django.urls import path

from lessons.views import closing, quotes, summaries

urlpatterns = [
    path("<int:pk>/close/", closing.session_close, name="session_close"),
    path("<int:pk>/room/wishes/", closing.session_wish, name="session_wish"),
    path("<int:pk>/summary/", summaries.summary_correct, name="summary_correct"),
    path("<int:pk>/summary/pdf/", summaries.summary_pdf, name="summary_pdf"),
    path("<int:pk>/quotes/new/", quotes.session_quote_new, name="session_quote_new"),
    path("<int:pk>/close/actions/new/", closing.session_action_new, name="session_action_new"),
]

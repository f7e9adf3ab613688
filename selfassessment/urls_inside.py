"""Addresses of assessments inside an organisation."""

from django.urls import path

from selfassessment.views import answering, examples, people, reading, report, rounds

urlpatterns = [
    path("", rounds.assessment_list, name="assessment_list"),
    path("new/", rounds.assessment_new, name="assessment_new"),
    path("example/", examples.assessment_example, name="assessment_example"),
    path("questions/", examples.assessment_questions, name="assessment_questions"),
    path("<int:pk>/", rounds.assessment_detail, name="assessment_detail"),
    path("<int:pk>/edit/", rounds.assessment_edit, name="assessment_edit"),
    path("<int:pk>/delete/", rounds.assessment_delete, name="assessment_delete"),
    path("<int:pk>/open/", rounds.assessment_open, name="assessment_open"),
    path("<int:pk>/close/", rounds.assessment_close, name="assessment_close"),
    # Between the close and the report
    path("<int:pk>/comments/", reading.assessment_comments, name="assessment_comments"),
    path("<int:pk>/comments/<str:mark>/withhold/", reading.remark_withhold, name="remark_withhold"),
    path("<int:pk>/comments/<str:mark>/show/", reading.remark_show, name="remark_show"),
    path("<int:pk>/publish/", reading.assessment_publish, name="assessment_publish"),
    # Asking people
    path("<int:pk>/people/", people.assessment_people, name="assessment_people"),
    path("<int:pk>/people/addresses/", people.assessment_addresses, name="assessment_addresses"),
    path("<int:pk>/people/link/", people.assessment_link, name="assessment_link"),
    path("<int:pk>/people/remind/", people.assessment_remind, name="assessment_remind"),
    # Answering
    path("<int:pk>/answer/", answering.assessment_answer, name="assessment_answer"),
    path("<int:pk>/answer/<int:number>/", answering.assessment_question, name="assessment_question"),
    path("<int:pk>/answer/done/", answering.assessment_finish, name="assessment_finish"),
    # The gap report and what is decided
    path("<int:pk>/report/", report.gap_report, name="gap_report"),
    path("<int:pk>/report/csv/", report.gap_report_csv, name="gap_report_csv"),
    path("<int:pk>/report/pdf/", report.gap_report_pdf, name="gap_report_pdf"),
    path("<int:pk>/decide/<str:code>/", report.decision_new, name="decision_new"),
    path("<int:pk>/decide/<str:code>/reject/", report.decision_reject, name="decision_reject"),
    path("<int:pk>/decide/<str:code>/undo/", report.decision_undo, name="decision_undo"),
]

"""Addresses of people, groups, settings and the trail, inside one organisation."""

from django.urls import path

from organisations.views import groups, people, settings

urlpatterns = [
    path("people/", people.person_list, name="person_list"),
    path("people/invite/", people.invitation_new, name="invitation_new"),
    path("people/invite-several/", people.invitation_many, name="invitation_many"),
    path("people/invitations/codes/", people.invitation_codes, name="invitation_codes"),
    path("people/invitations/<int:pk>/", people.invitation_edit, name="invitation_edit"),
    path("people/invitations/<int:pk>/resend/", people.invitation_resend, name="invitation_resend"),
    path("people/invitations/<int:pk>/revoke/", people.invitation_revoke, name="invitation_revoke"),
    path("people/<int:pk>/", people.person_edit, name="person_edit"),
    path("people/<int:pk>/suspend/", people.person_suspend, name="person_suspend"),
    path("people/<int:pk>/restore/", people.person_restore, name="person_restore"),
    path("people/<int:pk>/password/", people.person_reset, name="person_reset"),
    path("people/<int:pk>/remove/", people.person_remove, name="person_remove"),
    path("people/<int:pk>/sign-out/", people.person_sign_out, name="person_sign_out"),
    path("people/<int:pk>/second-step/", people.person_second_step, name="person_second_step"),
    path("people/sign-ins/", people.sign_in_list, name="sign_in_list"),
    path("groups/", groups.group_list, name="group_list"),
    path("groups/new/", groups.group_new, name="group_new"),
    path("groups/<int:pk>/", groups.group_edit, name="group_edit"),
    path("groups/<int:pk>/admit/", groups.group_admit, name="group_admit"),
    path("settings/", settings.organisation_edit, name="organisation_edit"),
    path("settings/words/", settings.organisation_words, name="organisation_words"),
    path("settings/mail/", settings.mail_test, name="mail_test"),
    path("logo/", settings.organisation_logo, name="organisation_logo"),
    path("audit/", settings.audit_list, name="audit_list"),
]

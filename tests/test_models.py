"""What must be true of every model."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from organisations.models import Organisation, Person

OURS = [model for name in settings.LOCAL_APPS for model in apps.get_app_config(name).get_models()]
# Rows that are nothing without their person: what they belong to, what they were told, what acts for them.
PERSONAL = {"Membership", "GroupMembership", "Notice", "PutAway", "AccessToken", "SignIn"}
# What somebody said of themselves alone: that they came, share it, want less mail.
PERSONAL |= {"OwnAction", "SetMember"}  # of action learning sets
PERSONAL |= {"Attendance", "CalendarFeed", "Follower", "Muted", "Pace", "ReviewVoice", "Support"}
# Reached only through something that has the rule, or by nobody but the portal itself.
INTERNAL = {"SentForm", "AuditName", "AuditEntry", "DailyMail", "Job", "Mail", "Heartbeat", "Done", "StoredFile"}


def ids(model: type[models.Model]) -> str:
    return model.__name__


@pytest.mark.parametrize("model", OURS, ids=ids)
class TestEveryModel:
    def test_it_says_what_it_is(self, model):
        assert model.__doc__
        assert not model.__doc__.startswith(f"{model.__name__}("), "Django’s own docstring says nothing"
        assert "__str__" in vars(model)

    def test_people_are_never_a_cascade(self, model):
        """Deleting an account deletes no knowledge."""
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and field.related_model is Person and ids(model) not in PERSONAL:
                assert field.remote_field.on_delete is models.SET_NULL, field

    def test_moments_days_and_people_are_named_for_what_they_are(self, model):
        for field in model._meta.local_fields:
            name = field.name
            if isinstance(field, models.DateTimeField):
                assert name == "at" or name.endswith("_at") or name in {"last_login", "lease_until"}, name
            elif isinstance(field, models.DateField):
                assert name == "day" or name == "on" or name.endswith("_on"), name
            if name.endswith("_by"):
                assert isinstance(field, models.ForeignKey | models.CharField), name

    def test_texts_have_a_limit_so_that_nobody_fills_the_disk(self, model):
        shipped = {"CatalogueEntry", "StepGuide", "Technique", "Framework", "Section", "Criterion", "Suggestion"}
        if ids(model) in shipped | {"Stage", "Mail", "SearchDoc"} or model._meta.app_label == "search":
            return
        for field in model._meta.local_fields:
            if isinstance(field, models.TextField) and field.editable:
                assert field.max_length, f"{field} has no limit"


def test_what_hangs_on_an_organisation_is_asked_with_a_membership():
    """A model that belongs to an organisation answers ``visible_to``, or stands on the list of those that need not."""
    allowed = INTERNAL | {
        "Membership", "Group", "Invitation",  # the administrator’s, filtered by organisation
        "Technique", "Framework",  # shipped, or copies that are found with their organisation
        "Tag", "ImportRun",  # of those who bring lessons in, filtered by organisation
        "Notice", "Reminder",  # one’s own
        "EarlierPair",  # read by the draw alone
        "SearchDoc",  # narrowed by the finding itself
    }  # fmt: skip
    for model in OURS:
        owns = any(
            isinstance(field, models.ForeignKey) and field.related_model is Organisation
            for field in model._meta.local_fields
        )
        if owns and model.__name__ not in allowed:
            assert hasattr(model._default_manager.all(), "visible_to"), model

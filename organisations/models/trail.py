"""The trail: what happened, and how things were called."""

from django.db import models
from django.utils import timezone

from kmportal.lib.json_field import JSONField
from organisations.models.organisation import Organisation


class AuditName(models.Model):
    """The name of a person or thing as it stood, kept beside the trail so that a name can go and the trail stays."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    kind = models.CharField(max_length=20)
    ident = models.BigIntegerField()
    name = models.CharField(max_length=250)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "kind", "ident"], name="audit_name_once")]

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """Who did what when: one row for every change of state, written in the transaction of the change.

    Only facts and integers: no foreign key to a person or thing, and no names (see ``AuditName``). ``event`` is a key
    of ``organisations.events.vocabulary``, ``kind`` and ``ident`` are a ``Ref``.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    at = models.DateTimeField(default=timezone.now)
    actor_id = models.BigIntegerField(null=True)
    event = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    ident = models.BigIntegerField()
    facts = JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["organisation", "-at"], name="audit_recent"),
            models.Index(fields=["organisation", "kind", "ident"], name="audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.kind} {self.ident}"

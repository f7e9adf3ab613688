"""The tables of a café: how many, and who sits where in which round. All of it goes at the close."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from techniques.models.rooms import Participant
from techniques.models.sessions import Session


class Rota(models.Model):
    """The tables of one session. ``again``: how often two people sit together who have done so before."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="rota")
    tables = models.PositiveSmallIntegerField()
    rounds = models.PositiveSmallIntegerField()
    again = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tables__gte=1, rounds__gte=1), name="rota_of_something"),
        ]

    def __str__(self) -> str:
        return f"tables of {self.session_id}"


class Seat(models.Model):
    """Where somebody sits in one round. ``stays``: they keep the table in every round and welcome whoever comes."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="seats")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")
    round = models.PositiveSmallIntegerField()
    table = models.PositiveSmallIntegerField()
    tables = models.PositiveSmallIntegerField(help_text="Of the rota, so that the database knows which there are.")
    stays = models.BooleanField(default=False)

    class Meta:
        ordering = ["round", "table", "-stays", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rota", "participant", "round"], name="seat_one_a_round"),
            models.UniqueConstraint(
                fields=["rota", "round", "table"], condition=Q(stays=True), name="seat_one_stays_at_a_table"
            ),
            models.CheckConstraint(
                condition=Q(round__gte=1, table__gte=1) & Q(table__lte=F("tables")), name="seat_at_a_table"
            ),
        ]

    def __str__(self) -> str:
        return f"table {self.table}, turn {self.round}"

"""By what right a response came, the card of somebody who was asked, and what is still to be put in random order.

Who of an anonymous round’s responses was asked was never written. Where all or none were, that is known; where five or
more of the asked had answered, the floor was kept by people, and all may count as before; in the rest nobody knows
which answers are those of the few that were asked, so none of them are shown any more.
"""

from hashlib import sha256
from importlib import import_module

from django.db import migrations, models

promises = import_module("selfassessment.migrations.0002_promises")
FLOOR = 5


def note_ways(apps, schema_editor):
    Assessment = apps.get_model("selfassessment", "Assessment")
    Asked = apps.get_model("selfassessment", "Asked")
    Response = apps.get_model("selfassessment", "Response")
    Answer = apps.get_model("selfassessment", "Answer")
    for assessment in Assessment.objects.exclude(state="draft"):
        responses = Response.objects.filter(assessment=assessment)
        asked = Asked.objects.filter(assessment=assessment)
        if assessment.anonymous:
            given = Answer.objects.exclude(now=None, wanted=None, dont_know=False)
            way = _way(
                asked.filter(answered=True).count(),
                responses.filter(pk__in=given.values("response")).count(),
            )
            responses.update(way=way)
            Assessment.objects.filter(pk=assessment.pk).update(is_unmixed=True)
        else:
            nonces = asked.exclude(email="").values_list("nonce", flat=True)
            keys = [sha256(f"address {nonce}".encode()).hexdigest() for nonce in nonces]
            people = asked.exclude(person=None).values("person")
            responses.filter(models.Q(person__in=people) | models.Q(key__in=keys)).update(way="asked")


def _way(asked, answered):
    if not asked:
        return "link"
    return "asked" if asked >= min(answered, FLOOR) else "unknown"


class Migration(migrations.Migration):
    dependencies = [("selfassessment", "0004_rules_of_length_and_unread_columns")]

    operations = [
        migrations.RunPython(promises.unpromise, promises.promise),
        migrations.AddField(
            model_name="assessment",
            name="is_unmixed",
            field=models.BooleanField(
                default=False, help_text="Anonymous answers were written since they were last put in random order."
            ),
        ),
        migrations.AddField(
            model_name="asked",
            name="card",
            field=models.CharField(
                blank=True, default="", help_text="Says which browser answers, and nothing of what.", max_length=64
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="response",
            name="way",
            field=models.CharField(
                choices=[
                    ("asked", "Asked one by one"),
                    ("link", "By the one link"),
                    ("unknown", "From before this was noted"),
                ],
                default="link",
                max_length=10,
            ),
        ),
        migrations.RunPython(promises.promise, promises.unpromise),
        migrations.RunPython(note_ways, migrations.RunPython.noop),
    ]

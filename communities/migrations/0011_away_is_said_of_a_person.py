"""What somebody has said of being away moves to the person."""

from django.db import migrations


def move_to_people(apps, _editor):
    people = apps.get_model("organisations", "Person").objects
    for pace in apps.get_model("communities", "Pace").objects.exclude(away_until_on=None).iterator():
        people.filter(pk=pace.person_id).update(away_from_on=pace.away_from_on, away_until_on=pace.away_until_on)


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0010_asked_by_name"),
        ("organisations", "0013_away"),
    ]

    operations = [
        migrations.RunPython(move_to_people, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField("pace", "away_from_on"),
        migrations.RemoveField("pace", "away_until_on"),
    ]

from django.core.validators import MaxLengthValidator
from django.db import migrations, models

LONG_TEXTS = {
    "expected": "What did you expect?",
    "happened": "What happened?",
    "why": "Why?",
    "then_do": "then…",
    "abstract": "Summary",
    "learned": "What was learned",
}


def long_text(label, limit):
    return models.TextField(blank=True, max_length=limit, validators=[MaxLengthValidator(limit)], verbose_name=label)


class Migration(migrations.Migration):
    """Only the two tables of links and one column go; the rest is what the forms already said."""

    dependencies = [("lessons", "0002_actions_name_their_source")]

    operations = [
        migrations.DeleteModel(name="SessionAction"),
        migrations.DeleteModel(name="LessonAction"),
        migrations.RemoveField(model_name="lesson", name="superseded_by"),
        *(
            migrations.AlterField(model_name="lessonrevision", name=name, field=long_text(label, 40_000))
            for name, label in LONG_TEXTS.items()
        ),
        migrations.AlterField(
            model_name="lessonrevision",
            name="title",
            field=models.CharField(blank=True, max_length=300, verbose_name="Title"),
        ),
        migrations.AlterField(
            model_name="lessonrevision",
            name="when_you",
            field=models.CharField(blank=True, max_length=1000, verbose_name="When you are about to…"),
        ),
        migrations.AlterField(
            model_name="lesson",
            name="kind",
            field=models.CharField(
                choices=[
                    ("lesson", "Lesson"),
                    ("good-practice", "Good practice"),
                    ("case-study", "Case study"),
                    ("innovation", "Innovation"),
                    ("success-story", "Success story"),
                ],
                default="lesson",
                error_messages={"invalid_choice": "Choose one of the kinds of lessons."},
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="lesson",
            name="share_with",
            field=models.CharField(
                choices=[
                    ("group", "The group it belongs to"),
                    ("organisation", "Everybody in the organisation"),
                    ("network", "Everybody in the network"),
                ],
                default="organisation",
                error_messages={
                    "invalid_choice": "Choose with whom it may be shared: a group, the organisation or the network."
                },
                max_length=20,
            ),
        ),
        migrations.AlterField(model_name="lessonevent", name="comment", field=long_text("Comment", 2_000)),
        migrations.AlterField(
            model_name="lesson",
            name="contact",
            field=models.CharField(
                blank=True,
                help_text="Who can be asked about it.",
                max_length=200,
                verbose_name="Who can people ask about it?",
            ),
        ),
        migrations.AlterField(
            model_name="lesson",
            name="process",
            field=models.CharField(
                blank=True,
                help_text="The document or process that should change.",
                max_length=200,
                verbose_name="What should change?",
            ),
        ),
        migrations.AlterField(model_name="tag", name="name", field=models.CharField(max_length=80, verbose_name="Tag")),
        migrations.AlterField(
            model_name="importrun",
            name="source",
            field=models.CharField(
                error_messages={"blank": "Say what the source is called."}, max_length=80, verbose_name="Source"
            ),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="group_name",
            field=models.CharField(blank=True, max_length=120, verbose_name="Group"),
        ),
    ]

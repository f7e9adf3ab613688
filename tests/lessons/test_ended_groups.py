"""Nothing new belongs to a group whose community has closed, wherever a group is chosen."""

import pytest
from django.utils import timezone

from lessons.api import DraftSerializer
from lessons.forms.assets import AssetForm
from lessons.forms.reuse import ReuseForm
from lessons.forms.review import CheckForm
from lessons.forms.upkeep import KeeperForm
from lessons.forms.writing import LessonForm
from lessons.models import Asset, Reuse
from organisations.models import Group, GroupMembership
from techniques.forms import SessionForm
from techniques.models import Session, Technique
from tests.cast import as_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def groups(riverside, cara):
    """One that lives and one that has ended, with Cara in both."""
    made = [
        Group.objects.create(organisation=riverside, name="Lives", kind="community"),
        Group.objects.create(organisation=riverside, name="Ended", kind="community", ended_at=timezone.now()),
    ]
    for group in made:
        GroupMembership.objects.create(group=group, person=cara, membership=as_member(cara))
    return made


def test_forms_for_something_new_offer_only_what_lives(groups, riverside, cara, claimed, content):
    by, lesson, today = as_member(cara), claimed(), timezone.localdate()
    reuse = Reuse.objects.create(organisation=riverside, lesson=lesson, kind="helped", person=cara)
    technique = Technique.objects.get(key="after-action-review")
    forms = [
        LessonForm(organisation=riverside, lesson=lesson, today=today),
        CheckForm(lesson=lesson),
        AssetForm(membership=by, instance=Asset(organisation=riverside)),
        KeeperForm(lesson=lesson, upkeep=None),
        ReuseForm(reuse=reuse, membership=by),
        SessionForm(organisation=riverside, technique=technique, instance=Session(technique=technique)),
        DraftSerializer(context={"membership": by}),
    ]
    offered = [set(form.fields["group"].queryset) for form in forms]
    assert offered == [{groups[0]}] * len(forms)


def test_what_belongs_to_one_keeps_it(groups, riverside, cara, claimed):
    lesson = claimed()
    lesson.group = groups[1]
    form = LessonForm(organisation=riverside, lesson=lesson, today=timezone.localdate())
    assert set(form.fields["group"].queryset) == set(groups)

"""Two administrators press at the same moment."""

import pytest
from django.utils import timezone

from kmportal.lib.exceptions import Stale
from organisations import actions
from organisations.models import AuditEntry, Group, Organisation
from tests.cast import as_member
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_save_the_settings_and_one_is_shown_both_versions(riverside, ada):
    rows = [Organisation.objects.get(pk=riverside.pk) for _ in range(2)]
    said = at_once(
        lambda: actions.change_settings(
            rows[0], by=as_member(ada), seen=1, name="Riverside NHS Trust", at=timezone.now()
        ),
        lambda: actions.change_settings(
            rows[1], by=as_member(ada), seen=1, name="Riverside and Hillside", at=timezone.now()
        ),
    )
    assert sorted(isinstance(one, Stale) for one in said) == [False, True]
    assert AuditEntry.objects.filter(event="organisation.settings_changed").count() == 1


def test_two_save_a_group_and_one_is_shown_both_lists(riverside, ada, cara, farah):
    ward = actions.create_group(riverside, by=as_member(ada), name="Ward 6", at=timezone.now())
    rows = [Group.objects.get(pk=ward.pk) for _ in range(2)]
    said = at_once(
        lambda: actions.change_group(
            rows[0], by=as_member(ada), seen=1, name="Ward 6", kind="unit", people=[cara], at=timezone.now()
        ),
        lambda: actions.change_group(
            rows[1], by=as_member(ada), seen=1, name="Ward 6", kind="unit", people=[farah], at=timezone.now()
        ),
    )
    assert sorted(isinstance(one, Stale) for one in said) == [False, True]
    assert ward.people.count() == 1

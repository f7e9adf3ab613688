"""Two administrators press at the same moment."""

import pytest

from kmportal.lib.exceptions import Stale
from organisations import actions
from organisations.models import AuditEntry, Group, Organisation
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_save_the_settings_and_one_is_shown_both_versions(riverside, ada):
    rows = [Organisation.objects.get(pk=riverside.pk) for _ in range(2)]
    said = at_once(
        lambda: actions.change_settings(rows[0], by=ada, seen=1, name="Riverside NHS Trust"),
        lambda: actions.change_settings(rows[1], by=ada, seen=1, name="Riverside and Hillside"),
    )
    assert sorted(isinstance(one, Stale) for one in said) == [False, True]
    assert AuditEntry.objects.filter(verb="changed settings").count() == 1


def test_two_save_a_group_and_one_is_shown_both_lists(riverside, ada, cara, farah):
    ward = actions.make_group(riverside, by=ada, name="Ward 6")
    rows = [Group.objects.get(pk=ward.pk) for _ in range(2)]
    said = at_once(
        lambda: actions.change_group(rows[0], by=ada, seen=1, name="Ward 6", kind="unit", people=[cara]),
        lambda: actions.change_group(rows[1], by=ada, seen=1, name="Ward 6", kind="unit", people=[farah]),
    )
    assert sorted(isinstance(one, Stale) for one in said) == [False, True]
    assert ward.people.count() == 1

"""Groups: units, teams and communities that lessons and people belong to."""

from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from kmportal.lib.conflicts import Difference
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on
from organisations import actions
from organisations.access import requires
from organisations.forms import GroupForm, OutsiderForm
from organisations.models import Group, GroupMembership, Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.ADMINISTER)
def group_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """All groups of the organisation, with how many people each has."""
    groups = Group.objects.filter(organisation=organisation).annotate(size=Count("groupmembership"))
    return render(request, "organisations/group_list.html", {"groups": groups})


@requires(Permission.ADMINISTER)
def group_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Make a group with its people."""
    form = GroupForm(sent(request), organisation=organisation)
    if form.is_valid():
        with refusals_on(form, "name"):
            group = actions.create_group(organisation, by=request.membership, at=request.now, **form.wanted())
            return done(request, f"The {worded('group')} “{group}” is ready.", "group_list", organisation.slug)
    return render(request, "organisations/group_form.html", {"form": form}, status=status_of(form))


@requires(Permission.ADMINISTER)
def group_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Change a group. Who saves second is shown both versions and chooses. Whose people come and go by themselves has
    no such page."""
    group = get_object_or_404(Group, pk=pk, organisation=organisation, is_self_run=False)
    initial = {"version": group.version, "people": list(group.people.values_list("pk", flat=True))}
    form = GroupForm(sent(request), instance=group, organisation=organisation, initial=initial)
    differences: list[Difference] = []
    if form.is_valid():
        now = Group.objects.get(pk=pk)
        seen, wanted = form.cleaned_data["version"], form.wanted()
        with refusals_on(form, "name"), conflicts_on(form, lambda: now, _values_of_group) as differences:
            actions.change_group(now, by=request.membership, at=request.now, seen=seen, **wanted)
            return done(request, f"{wanted['name']} is saved.", "group_list", organisation.slug)
    group.refresh_from_db()
    from_elsewhere = GroupMembership.objects.filter(group=group).exclude(membership__organisation=organisation)
    values = {
        "form": form,
        "group": group,
        "from_elsewhere": from_elsewhere.select_related("person", "membership__organisation").order_by("person__name"),
        "may_admit": organisation.admits_outsiders,
        "differences": differences,
        "back": request.path,
    }
    return render(request, "organisations/group_form.html", values, status=status_of(form))


def _values_of_group(group: Group) -> dict[str, Any]:
    return {"name": group.name, "kind": group.kind, "people": group.people.order_by("name")}


@requires(Permission.ADMINISTER)
def group_admit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Let somebody of another organisation into a group."""
    group = get_object_or_404(Group, pk=pk, organisation=organisation, is_self_run=False)
    form = OutsiderForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "email"):
            row = actions.admit_outsider(group, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, f"{row.person} belongs to {group} now.", "group_edit", organisation.slug, group.pk)
    back = reverse("group_edit", args=[organisation.slug, group.pk])
    return form_page(
        request,
        form,
        title="Somebody from another organisation",
        verb="Let them in",
        back=back,
        back_words=worded("Back to the group"),
        intro=f"They will read what “{group}” shares. Both organisations must allow it in their settings.",
        crumbs=[(worded("Groups"), reverse("group_list", args=[organisation.slug])), (group.name, back)],
    )

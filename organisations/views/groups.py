"""Groups: units, teams and communities that lessons and people belong to."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from kmportal.lib.conflicts import Difference, both_versions
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.forms import sent, status_of
from organisations import actions
from organisations.access import requires
from organisations.forms import GroupForm
from organisations.models import Group, Organisation
from organisations.permissions import Permission


@requires(Permission.ADMINISTER)
def group_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    groups = Group.objects.filter(organisation=organisation).annotate(size=Count("groupmembership"))
    return render(request, "organisations/group_list.html", {"groups": groups})


@requires(Permission.ADMINISTER)
def group_new(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    form = GroupForm(sent(request), organisation=organisation)
    if form.is_valid():
        wanted = form.wanted()
        try:
            group = actions.make_group(organisation, by=request.user, name=wanted["name"], kind=wanted["kind"])
            actions.change_group(group, by=request.user, seen=group.version, **wanted)
        except Refusal as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"The group “{group}” is ready.")
            return redirect("group_list", organisation.slug)
    return render(request, "organisations/group_form.html", {"form": form}, status=status_of(form))


@requires(Permission.ADMINISTER)
def group_edit(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Change a group. Who saves second is shown both versions and chooses."""
    group = get_object_or_404(Group, pk=pk, organisation=organisation)
    initial = {"version": group.version, "people": list(group.people.values_list("pk", flat=True))}
    form = GroupForm(sent(request), instance=group, organisation=organisation, initial=initial)
    differences: list[Difference] = []
    if form.is_valid():
        now = Group.objects.get(pk=pk)
        try:
            actions.change_group(now, by=request.user, seen=form.cleaned_data["version"], **form.wanted())
        except Stale:
            stands = {"name": now.name, "kind": now.kind, "people": now.people.order_by("name")}
            differences = both_versions(form, stands, version=now.version)
        except Refusal as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"{form.cleaned_data['name']} is saved.")
            return redirect("group_list", organisation.slug)
    group.refresh_from_db()
    values = {"form": form, "group": group, "differences": differences, "back": request.path}
    return render(request, "organisations/group_form.html", values, status=status_of(form))

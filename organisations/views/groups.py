"""Groups: units, teams and communities that lessons and people belong to."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from kmportal.lib.refusals import Refusal
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
    form = GroupForm(request.POST or None, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            group = actions.make_group(organisation, by=request.user, name=wanted["name"], kind=wanted["kind"])
            actions.change_group(group, by=request.user, **wanted)
        except Refusal as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"The group “{group}” is ready.")
            return redirect("group_list", organisation.slug)
    status = 422 if form.errors else 200
    return render(request, "organisations/group_form.html", {"form": form}, status=status)


@requires(Permission.ADMINISTER)
def group_edit(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    group = get_object_or_404(Group, pk=pk, organisation=organisation)
    people = list(group.people.values_list("pk", flat=True))
    form = GroupForm(request.POST or None, instance=group, organisation=organisation, initial={"people": people})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_group(Group.objects.get(pk=pk), by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"{form.cleaned_data['name']} is saved.")
            return redirect("group_list", organisation.slug)
    group.refresh_from_db()
    status = 422 if form.errors else 200
    return render(request, "organisations/group_form.html", {"form": form, "group": group}, status=status)

"""The people page: who belongs here as what, and who is asked in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kmportal.lib.exceptions import Refusal
from organisations import actions
from organisations.access import requires
from organisations.emails import invitation_link
from organisations.forms import InvitationForm, RoleForm
from organisations.models import Invitation, Membership, Organisation
from organisations.permissions import Permission, Role


@requires(Permission.ADMINISTER)
def person_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Members and open invitations."""
    members = Membership.objects.listed().filter(organisation=organisation).select_related("person")
    invitations = Invitation.objects.open().filter(organisation=organisation).select_related("invited_by")
    now = timezone.now()
    values = {
        "members": members.order_by("person__name", "pk"),
        "invitations": [(row, row.is_expired(now), invitation_link(row)) for row in invitations],
    }
    return render(request, "organisations/person_list.html", values)


@requires(Permission.ADMINISTER)
def invitation_new(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Ask somebody in."""
    role = request.GET.get("role", "")
    form = InvitationForm(
        request.POST or None, organisation=organisation, initial={"role": role} if role in Role.values else None
    )
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            actions.invite(
                organisation, by=request.user, email=wanted["email"], role=wanted["role"], name=wanted["name"],
                groups=wanted.get("groups", ()),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, f"{wanted['email']} is invited. The link is below, in case the e-mail is slow.")
            return redirect("person_list", organisation.slug)
    return _form(request, form, "organisations/invitation_form.html")


@requires(Permission.ADMINISTER)
@require_POST
def invitation_resend(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk, organisation=organisation)
    return _do(request, organisation, f"{invitation.email} gets a new link.", actions.send_again, invitation)


@requires(Permission.ADMINISTER)
@require_POST
def invitation_revoke(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk, organisation=organisation)
    return _do(request, organisation, f"The invitation to {invitation.email} is cancelled.", actions.revoke, invitation)


@requires(Permission.ADMINISTER)
def person_edit(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One member: role, naming, suspending, removing."""
    membership = get_object_or_404(
        Membership.objects.listed().select_related("person", "organisation"), pk=pk, organisation=organisation
    )
    form = RoleForm(request.POST or None, instance=membership)
    if request.method == "POST" and form.is_valid():
        fresh = Membership.objects.select_related("person", "organisation").get(pk=pk)
        try:
            actions.change_role(
                fresh, role=form.cleaned_data["role"], is_validator=form.cleaned_data["is_validator"], by=request.user
            )
        except Refusal as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, f"{fresh.person} now has the role “{fresh.get_role_display()}”.")
            return redirect("person_list", organisation.slug)
    membership.refresh_from_db()
    return _form(request, form, "organisations/person_form.html", member=membership)


@requires(Permission.ADMINISTER)
@require_POST
def person_suspend(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    member = _member(organisation, pk)
    return _do(
        request,
        organisation,
        f"{member.person} cannot sign in here until you let them in again.",
        actions.suspend,
        member,
    )


@requires(Permission.ADMINISTER)
@require_POST
def person_restore(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    member = _member(organisation, pk)
    return _do(request, organisation, f"{member.person} can sign in here again.", actions.restore, member)


@requires(Permission.ADMINISTER)
def person_remove(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asks once more, because it ends a membership."""
    member = _member(organisation, pk)
    if request.method != "POST":
        return render(request, "organisations/person_remove.html", {"member": member})
    said = f"{member.person} has been removed. What they wrote stays."
    return _do(request, organisation, said, actions.remove, member)


def _member(organisation: Organisation, pk: int) -> Membership:
    rows = Membership.objects.listed().select_related("person", "organisation")
    return get_object_or_404(rows, pk=pk, organisation=organisation)


def _do(request: HttpRequest, organisation: Organisation, said: str, action: object, subject: object) -> HttpResponse:
    """Run one of the actions on ``subject``, tell the person what came of it, and go back to the list."""
    try:
        action(subject, by=request.user)  # type: ignore[operator]
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("person_list", organisation.slug)


def _form(request: HttpRequest, form: object, template: str, **values: object) -> HttpResponse:
    status = 422 if form.errors else 200  # type: ignore[attr-defined]
    return render(request, template, {"form": form, **values}, status=status)

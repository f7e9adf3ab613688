"""The people page: who belongs here as what, and who is asked in."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.forms import sent, status_of
from kmportal.lib.mail import can_leave
from kmportal.lib.pagination import whole_number
from kmportal.lib.qr import draw_qr_code
from kmportal.lib.sentences import people_in_words
from kmportal.lib.view_kit import done, form_page, leave_out, refusals_on, refusals_said, take_left_out
from organisations import actions, policies, reports, sign_ins
from organisations.access import requires
from organisations.accounts import is_fresh, require_fresh_sign_in
from organisations.emails import invitation_link
from organisations.forms import HandOnForm, InvitationEditForm, InvitationForm, InvitePeopleForm, RoleForm, SignOutForm
from organisations.models import Invitation, Membership, Organisation, SignIn
from organisations.permissions import Permission, Role, permissions_of
from organisations.requests import MemberRequest


@requires(Permission.ADMINISTER)
def person_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Members and open invitations."""
    members = Membership.objects.listed().filter(organisation=organisation).select_related("person")
    invitations = Invitation.objects.open().filter(organisation=organisation).select_related("invited_by")
    links = dict(_links_to_show(request, invitations))
    values = {
        "members": members.order_by("person__name", "pk"),
        "invitations": [
            (
                row,
                row.is_expired(request.now),
                links[row],
                reports.invitation_presses(row, request.membership),
            )
            for row in invitations
        ],
    }
    return render(request, "organisations/person_list.html", values)


@requires(Permission.ADMINISTER)
@require_safe
def sign_in_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Who of the organisation signed in on which day, and who failed to."""
    members = Membership.objects.listed().filter(organisation=organisation).values("person")
    rows = SignIn.objects.filter(person__in=members).select_related("person").newest_first()
    values = {"page": Paginator(rows, 50).get_page(request.GET.get("page")), "kept_days": sign_ins.KEPT_DAYS}
    return render(request, "organisations/sign_in_list.html", values)


@requires(Permission.ADMINISTER)
def invitation_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Ask somebody in."""
    role = request.GET.get("role", "")
    initial = {"role": role} if role in Role.values else None
    form = InvitationForm(sent(request), organisation=organisation, initial=initial)
    if form.is_valid():
        _ask_before_power(request, form.cleaned_data["role"])
        with refusals_on(form, "email"):
            wanted = form.cleaned_data
            actions.invite_member(organisation, by=request.membership, at=request.now, **wanted)
            said = f"{wanted['email']} is invited. {_where_the_link_is()}"
            return done(request, said, "person_list", organisation.slug)
    return _form_page_of(request, form, "organisations/invitation_form.html")


@requires(Permission.READ)
def invitation_many(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Ask several people in by a pasted list; KM leads, too, where the administrator allows it. What could not be used
    stays in the box, with the reason."""
    roles = policies.roles_to_invite(request.membership, organisation)
    policies.require_that(roles)
    initial = {"role": Role.CONTRIBUTOR, "addresses": take_left_out(request)}
    form = InvitePeopleForm(sent(request), organisation=organisation, roles=roles, initial=initial)
    if form.is_valid():
        wanted = form.cleaned_data
        _ask_before_power(request, wanted["role"])
        with refusals_on(form):
            invited = actions.invite_members(
                organisation,
                by=request.membership,
                at=request.now,
                people=wanted["addresses"].found,
                role=wanted["role"],
                groups=wanted.get("groups", ()),
            )
            return _say_who_was_invited(request, invited, wanted["addresses"].bad)
    own = Invitation.objects.open().filter(organisation=organisation, invited_by=request.user)
    links = _links_to_show(request, [row for row in own if not row.is_expired(request.now)])
    return _form_page_of(request, form, "organisations/invitation_many.html", links=links)


@requires(Permission.READ)
@require_safe
@never_cache
def invitation_codes(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """QR codes of invitations to show or print: of all that still work, or ``?only=`` one. Whoever looks after people
    has everybody’s, others those that they made. Whoever opens the link of an administrator becomes one: before it is
    shown it is asked who sits there."""
    policies.require_that(policies.roles_to_invite(request.membership, organisation))
    rows = Invitation.objects.open().filter(organisation=organisation, expires_at__gt=request.now)
    if not request.membership.can(Permission.ADMINISTER):
        rows = rows.filter(invited_by=request.user)
    if only := whole_number(request.GET.get("only", "")):
        rows = rows.filter(pk=only)
        if not rows:
            raise Http404
    _ask_before_power(request, *(row.role for row in rows))
    cards = [(row, draw_qr_code(invitation_link(row))) for row in rows]
    return render(
        request,
        "organisations/invitation_codes.html",
        {"cards": cards, "can_administer": request.membership.can(Permission.ADMINISTER)},
    )


def _say_who_was_invited(request: MemberRequest, invited: actions.Invited, bad: Sequence[str]) -> HttpResponse:
    """Back to the people; or to the page of inviting, with what is left in its box."""
    for sentence in list(invited.refused.values())[:10]:
        messages.warning(request, sentence)
    leave_out(request, bad)
    slug, administers = request.membership.organisation.slug, request.membership.can(Permission.ADMINISTER)
    said = f"{people_in_words(invited.new)} invited."
    if invited.new:
        messages.success(request, f"{said} {_where_the_link_is(invited.new)}")
    return redirect("person_list" if administers and not bad else "invitation_many", slug)


@requires(Permission.ADMINISTER)
def invitation_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Correct the role or the name of an invitation that nobody has answered."""
    invitation = get_object_or_404(Invitation.objects.open(), pk=pk, organisation=organisation)
    form = InvitationEditForm(sent(request), instance=get_object_or_404(Invitation, pk=pk))
    if form.is_valid():
        if form.cleaned_data["role"] != invitation.role:
            _ask_before_power(request, invitation.role, form.cleaned_data["role"])
        with refusals_on(form):
            actions.change_invitation(invitation, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, f"The invitation to {invitation.email} is changed.", "person_list", organisation.slug)
    people = reverse("person_list", args=[organisation.slug])
    return form_page(
        request,
        form,
        title=f"Change the invitation to {invitation.email}",
        verb="Save the invitation",
        back=people,
        crumbs=[("People", people)],
    )


@requires(Permission.ADMINISTER)
@require_POST
def invitation_resend(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A new link; the old one dies."""
    invitation = get_object_or_404(Invitation, pk=pk, organisation=organisation)
    return _run_and_return(
        request,
        f"There is a new link for {invitation.email}. {_where_the_link_is()}",
        actions.resend_invitation,
        invitation,
    )


@requires(Permission.ADMINISTER)
@require_POST
def invitation_revoke(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take the invitation back."""
    invitation = get_object_or_404(Invitation, pk=pk, organisation=organisation)
    said = f"The invitation to {invitation.email} is cancelled."
    return _run_and_return(request, said, actions.revoke_invitation, invitation)


@requires(Permission.ADMINISTER)
def person_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One member: role, naming, suspending, removing."""
    membership = _find_member(organisation, pk)
    form = RoleForm(sent(request), instance=membership)
    if form.is_valid():
        fresh = _find_member(organisation, pk)
        if form.cleaned_data["role"] != fresh.role:
            _ask_before_power(request, fresh.role, form.cleaned_data["role"])
        with refusals_on(form, "role"):
            actions.change_role(fresh, by=request.membership, at=request.now, **form.cleaned_data)
            said = f"{fresh.person} now has the role “{fresh.get_role_display()}”."
            return done(request, said, "person_list", organisation.slug)
    membership.refresh_from_db()
    return _form_page_of(
        request,
        form,
        "organisations/person_form.html",
        member=membership,
        presses=reports.access_presses(membership, request.membership),
        reset=reports.reset_presses(membership, request.membership),
    )


@requires(Permission.ADMINISTER)
@require_POST
@never_cache
def person_reset(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A link for a new password, shown once, to be handed over."""
    member = _find_member(organisation, pk)
    require_fresh_sign_in(request)
    with refusals_said(request):
        link = actions.make_reset_link(member, by=request.membership, at=request.now)
        values = {"member": member, "link": link, "picture": draw_qr_code(link)}
        return render(request, "organisations/person_reset.html", values)
    return redirect("person_edit", organisation.slug, pk)


@requires(Permission.ADMINISTER)
@require_POST
def person_suspend(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Keep them out for a while."""
    member = _find_member(organisation, pk)
    said = f"{member.person} cannot sign in here until you let them in again."
    return _run_and_return(request, said, actions.suspend_member, member)


@requires(Permission.ADMINISTER)
@require_POST
def person_restore(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Let them in again."""
    member = _find_member(organisation, pk)
    return _run_and_return(request, f"{member.person} can sign in here again.", actions.restore_member, member)


@requires(Permission.ADMINISTER)
def person_remove(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asks once more, because it ends a membership, and who takes over what the person is responsible for."""
    member = _find_member(organisation, pk)
    form = HandOnForm(sent(request), membership=member)
    if not form.is_valid():
        return _form_page_of(request, form, "organisations/person_remove.html", member=member)
    require_fresh_sign_in(request)
    with refusals_on(form):
        actions.remove_member(member, by=request.membership, at=request.now, heirs=form.heirs)
        return done(
            request, f"{member.person} has been removed. What they wrote stays.", "person_list", organisation.slug
        )
    return _form_page_of(request, form, "organisations/person_remove.html", member=member)


def _where_the_link_is(count: int = 1) -> str:
    if can_leave():
        return "The link is below, in case the e-mail is slow." if count == 1 else "Their links are below, too."
    below = "Copy the link below and pass it on" if count == 1 else "Copy the links below and give each to its person"
    return f"{below}: this portal sends no e-mail yet."


@requires(Permission.ADMINISTER)
def person_sign_out(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asks why: the trail keeps it, and the person is told."""
    member = _find_member(organisation, pk)
    form = SignOutForm(sent(request))
    if form.is_valid():
        require_fresh_sign_in(request)
        with refusals_on(form):
            actions.sign_out_member(member, by=request.membership, at=request.now, reason=form.cleaned_data["reason"])
            return done(request, f"{member.person} is signed out everywhere.", "person_edit", organisation.slug, pk)
    return _form_page_of(request, form, "organisations/person_sign_out.html", member=member)


@requires(Permission.ADMINISTER)
def person_second_step(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asks once more, because a password alone opens the account afterwards."""
    member = _find_member(organisation, pk)
    if request.method != "POST":
        return render(request, "organisations/person_second_step.html", {"member": member})
    require_fresh_sign_in(request)
    told = " and has been told by e-mail" if can_leave() else ". Tell them"
    said = f"{member.person} signs in with the password alone now{told}."
    return _run_and_return(request, said, actions.reset_second_step, member)


def _ask_before_power(request: MemberRequest, *roles: str) -> None:
    """Who gives or takes away the role that looks after everybody shows once more that it is them."""
    if any(map(_gives_power, roles)):
        require_fresh_sign_in(request)


def _links_to_show(request: MemberRequest, invitations: Iterable[Invitation]) -> list[tuple[Invitation, str]]:
    """Whoever opens the link of an administrator becomes one: it is shown to who has just said who they are."""
    rows = list(invitations)
    shows_power = any(_gives_power(row.role) for row in rows) and is_fresh(request)
    return [(row, invitation_link(row) if shows_power or not _gives_power(row.role) else "") for row in rows]


def _gives_power(role: str) -> bool:
    return Permission.ADMINISTER in permissions_of(role)


def _find_member(organisation: Organisation, pk: int) -> Membership:
    rows = Membership.objects.listed().select_related("person", "organisation")
    return get_object_or_404(rows, pk=pk, organisation=organisation)


def _run_and_return(request: MemberRequest, said: str, action: Callable[..., Any], subject: Any) -> HttpResponse:
    """Run one of the actions on ``subject``, tell the person what came of it, and go back to the list."""
    slug = request.membership.organisation.slug
    with refusals_said(request):
        action(subject, by=request.membership, at=request.now)
        return done(request, said, "person_list", slug)
    return redirect("person_list", slug)


def _form_page_of(request: MemberRequest, form: forms.BaseForm, template: str, **values: object) -> HttpResponse:
    return render(request, template, {"form": form, **values}, status=status_of(form))

"""One’s own account, the way in, and accepting an invitation."""

from uuid import UUID

from allauth.account.utils import perform_login
from allauth.account.views import EmailView
from django.conf import settings
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kmportal.lib.addresses import is_same_address
from kmportal.lib.domain_words import bind
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import done, refusals_on, refusals_said
from organisations import actions, sign_ins
from organisations.access import guest, login_not_required, signed_in
from organisations.accounts import hold_address
from organisations.demo import DEMO_PEOPLE
from organisations.forms import AccountForm, JoinForm, PasswordForm
from organisations.models import Invitation, Membership, Person, SignIn
from organisations.requests import GuestRequest, PersonRequest
from organisations.tokens import invitation_of, person_of_reset

SIGN_INS_SHOWN = 100


@signed_in
def front(request: PersonRequest) -> HttpResponse:
    """The way in: straight home for whoever belongs to one organisation, a choice for others."""
    mine = Membership.objects.current().filter(person=request.user).select_related("organisation")
    rows = list(mine.order_by("organisation__name"))
    last = request.session.get("organisation")
    chosen = next((row for row in rows if row.organisation.slug == last), rows[0] if len(rows) == 1 else None)
    if chosen:
        return redirect("home", chosen.organisation.slug)
    return render(request, "organisations/front.html", {"memberships": rows})


@signed_in
def account(request: PersonRequest) -> HttpResponse:
    """Name, time away, sign-in, and where one belongs."""
    me = request.user
    form = AccountForm(sent(request), initial={name: getattr(me, name) for name in AccountForm.base_fields})
    if form.is_valid():
        said = form.cleaned_data
        with refusals_on(form):
            actions.say_away(me, by=me, at=request.now, from_on=said["away_from_on"], until_on=said["away_until_on"])
            actions.rename_person(me, by=me, at=request.now, name=said["name"])
            return done(request, "It is saved.", "account")
    mine = Membership.objects.current().filter(person=request.user).select_related("organisation")
    values = {"form": form, "memberships": mine}
    return render(request, "organisations/account.html", values, status=status_of(form))


@signed_in
def own_sign_ins(request: PersonRequest) -> HttpResponse:
    """Where one is signed in, and the sign-ins and failures of the last 90 days."""
    values = {
        "sessions": sign_ins.open_sessions(request.user),
        "current": request.session.session_key,
        "sign_ins": SignIn.objects.filter(person=request.user).newest_first()[:SIGN_INS_SHOWN],
        "kept_days": sign_ins.KEPT_DAYS,
    }
    return render(request, "organisations/own_sign_ins.html", values)


@signed_in
@require_POST
def session_end(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Sign one browser out."""
    row = get_object_or_404(SignIn, pk=pk, person=request.user)
    actions.end_session(row, by=request.user, at=request.now)
    return done(request, f"{row.browser} is signed out.", "own_sign_ins")


@signed_in
@require_POST
def session_end_others(request: PersonRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    current = request.session.session_key or ""
    actions.end_other_sessions(request.user, by=request.user, at=request.now, current=current)
    return done(request, "You are signed out everywhere but here.", "own_sign_ins")


@signed_in
def account_email(request: PersonRequest) -> HttpResponse:
    """allauth’s page to change one’s address, with the present one safe until the new one is confirmed."""
    hold_address(request.user)
    return EmailView.as_view()(request)


@never_cache
@guest
def invitation_accept(request: GuestRequest, token: str) -> HttpResponse:
    """Opened from the mail. Makes the account if there is none, else asks to sign in, then makes the membership."""
    invitation = invitation_of(token)
    if invitation is None or invitation.revoked_at or invitation.accepted_at or invitation.is_expired(request.now):
        return render(request, "organisations/invitation_dead.html", {"invitation": invitation}, status=410)
    bind(invitation.organisation.vocabulary)
    known = Person.objects.filter(email=invitation.email).first()
    if request.user.is_authenticated:
        return _accept_signed_in(request, invitation)
    if known and known.has_usable_password():
        return render(request, "organisations/invitation_sign_in.html", {"invitation": invitation})
    return _accept_new(request, invitation)


def _accept_signed_in(request: GuestRequest, invitation: Invitation) -> HttpResponse:
    assert isinstance(request.user, Person)  # noqa: S101  for the type checker: who is signed in is one of ours
    if request.method == "POST":
        with refusals_said(request):
            actions.accept_invitation(invitation, by=request.user, at=request.now)
            return _welcome_page(request, invitation)
    wrong = not is_same_address(request.user.email, invitation.email)
    return render(request, "organisations/invitation_accept.html", {"invitation": invitation, "wrong": wrong})


def _accept_new(request: GuestRequest, invitation: Invitation) -> HttpResponse:
    form = JoinForm(sent(request), email=invitation.email, initial={"name": invitation.name})
    if form.is_valid():
        try:
            with refusals_on(form):
                joined = actions.accept_as_newcomer(invitation, at=request.now, **form.cleaned_data)
                perform_login(request, joined.person, email_verification="none")
                return _welcome_page(request, invitation)
        except IntegrityError:
            form.add_error(None, "Somebody used this link a moment ago. Sign in.")
    values = {"form": form, "invitation": invitation}
    return render(request, "organisations/invitation_new.html", values, status=status_of(form))


def _welcome_page(request: GuestRequest, invitation: Invitation) -> HttpResponse:
    return done(request, f"Welcome to {invitation.organisation}.", "home", invitation.organisation.slug)


@never_cache
@guest
def password_by_link(request: GuestRequest, token: str) -> HttpResponse:
    """Choose a new password with the link that an administrator handed over. It signs nobody in: that asks for the
    second factor, too, where there is one."""
    person = person_of_reset(token)
    if person is None:
        return render(request, "organisations/password_by_link.html", status=410)
    form = PasswordForm(sent(request), person=person)
    if form.is_valid():
        actions.choose_password_by_link(token, at=request.now, password=form.cleaned_data["password"])
        return done(request, "Your new password is saved. Sign in with it.", "account_login")
    values = {"form": form, "person": person}
    return render(request, "organisations/password_by_link.html", values, status=status_of(form))


@require_POST
@login_not_required
def demo_enter(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo’s people, in the demo alone: anywhere else this address does not exist."""
    key = request.POST.get("person", "")
    if not settings.DEMO or key not in {person.key for person in DEMO_PEOPLE}:
        raise Http404
    chosen = next(person for person in DEMO_PEOPLE if person.key == key)
    person = Person.objects.filter(email=chosen.email).first()
    if person is None:
        raise Http404
    perform_login(request, person, email_verification="none")
    return redirect("front")

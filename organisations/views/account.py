"""One’s own account, the way in, and accepting an invitation."""

from allauth.account.utils import perform_login
from allauth.account.views import EmailView
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kmportal.lib.exceptions import Refusal
from organisations import actions
from organisations.access import guest, login_not_required, signed_in
from organisations.accounts import hold_address
from organisations.demo import DEMO_PEOPLE
from organisations.forms import AccountForm, JoinForm
from organisations.models import Invitation, Membership, Person, PutAway
from organisations.tokens import invitation_of


@signed_in
def front(request: HttpRequest) -> HttpResponse:
    """The way in: straight home for whoever belongs to one organisation, a choice for others."""
    mine = Membership.objects.current().filter(person=request.user).select_related("organisation")
    rows = list(mine.order_by("organisation__name"))
    last = request.session.get("organisation")
    chosen = next((row for row in rows if row.organisation.slug == last), rows[0] if len(rows) == 1 else None)
    if chosen:
        return redirect("home", chosen.organisation.slug)
    return render(request, "organisations/front.html", {"memberships": rows})


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """Name, sign-in, and where one belongs."""
    form = AccountForm(request.POST or None, instance=Person.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your name is saved.")
        return redirect("account")
    mine = Membership.objects.current().filter(person=request.user).select_related("organisation")
    values = {"form": form, "memberships": mine, "put_away": PutAway.objects.filter(person=request.user).count()}
    return render(request, "organisations/account.html", values, status=422 if form.errors else 200)


@signed_in
def account_email(request: HttpRequest) -> HttpResponse:
    """allauth’s page to change one’s address, with the present one safe until the new one is confirmed."""
    hold_address(request.user)
    return EmailView.as_view()(request)


@never_cache
@guest
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Opened from the mail. Makes the account if there is none, else asks to sign in, then makes the membership."""
    invitation = invitation_of(token)
    if invitation is None or invitation.revoked_at or invitation.accepted_at or invitation.is_expired(timezone.now()):
        return render(request, "organisations/invitation_dead.html", {"invitation": invitation}, status=410)
    known = Person.objects.filter(email__iexact=invitation.email).first()
    if request.user.is_authenticated:
        return _accept_signed_in(request, invitation)
    if known and known.has_usable_password():
        return render(request, "organisations/invitation_sign_in.html", {"invitation": invitation})
    return _accept_new(request, invitation, known)


def _accept_signed_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if request.method == "POST":
        try:
            actions.accept(invitation, person=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Welcome to {invitation.organisation}.")
            return redirect("home", invitation.organisation.slug)
    wrong = request.user.email.lower() != invitation.email.lower()
    return render(request, "organisations/invitation_accept.html", {"invitation": invitation, "wrong": wrong})


def _accept_new(request: HttpRequest, invitation: Invitation, known: Person | None) -> HttpResponse:
    form = JoinForm(request.POST or None, email=invitation.email, initial={"name": invitation.name})
    if request.method == "POST" and form.is_valid():
        try:
            person = _make_person(invitation, known, form.cleaned_data)
        except (Refusal, IntegrityError) as refusal:
            sentence = (
                str(refusal) if isinstance(refusal, Refusal) else "Somebody used this link a moment ago. Sign in."
            )
            form.add_error(None, sentence)
        else:
            perform_login(request, person, email_verification="none")
            messages.success(request, f"Welcome to {invitation.organisation}.")
            return redirect("home", invitation.organisation.slug)
    status = 422 if form.errors else 200
    return render(request, "organisations/invitation_new.html", {"form": form, "invitation": invitation}, status=status)


@transaction.atomic
def _make_person(invitation: Invitation, known: Person | None, wanted: dict[str, str]) -> Person:
    person = known or Person.objects.create_user(invitation.email, name=wanted["name"].strip())
    person.name = wanted["name"].strip()
    person.set_password(wanted["password"])
    person.save()
    actions.accept(invitation, person=person)
    return person


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

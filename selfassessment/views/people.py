"""Asking people to answer: members, addresses, one link for all; and reminding them."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from kmportal.lib.exceptions import Refusal
from kmportal.lib.forms import sent, status_of
from kmportal.lib.links import absolute
from kmportal.lib.sentences import people_in_words
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from selfassessment import actions
from selfassessment.forms import AddressesForm, MembersForm
from selfassessment.models import Assessment
from selfassessment.views.rounds import find


@requires(Permission.FACILITATE)
def assessment_people(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Who has been asked, and three ways to ask. Posting asks the members that are ticked, or all."""
    assessment = find(request, pk)
    if not assessment.is_open:
        return redirect(assessment)
    form = MembersForm(sent(request), assessment=assessment)
    if form.is_valid():
        return _ask(request, assessment, members=form.cleaned_data["members"])
    return _draw(request, assessment, members=form)


@requires(Permission.FACILITATE)
def assessment_addresses(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Ask addresses that were pasted. If one of them is none, nobody is asked and the text stays."""
    assessment = find(request, pk)
    form = AddressesForm(sent(request))
    if request.method != "POST" or not assessment.is_open:
        return redirect("assessment_people", organisation.slug, pk)
    if form.is_valid():
        return _ask(request, assessment, addresses=form.cleaned_data["addresses"])
    return _draw(request, assessment, addresses=form)


@requires(Permission.FACILITATE)
@require_POST
def assessment_link(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Make the one link, make another one, or turn it off."""
    assessment = find(request, pk)
    is_off = request.POST.get("link") == "off"
    try:
        (actions.turn_link_off if is_off else actions.turn_link_on)(assessment, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The link no longer works." if is_off else "This link works now. Older links do not.")
    return redirect("assessment_people", organisation.slug, pk)


@requires(Permission.FACILITATE)
@require_POST
def assessment_remind(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    assessment = find(request, pk)
    try:
        count = actions.remind(assessment, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, f"{people_in_words(count)} get a reminder." if count > 1 else "One person gets a reminder."
        )
    return redirect("assessment_people", organisation.slug, pk)


def _ask(request: HttpRequest, assessment: Assessment, **whom: object) -> HttpResponse:
    try:
        invited = actions.ask(assessment, by=request.user, **whom)  # type: ignore[arg-type]
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        before = f" {people_in_words(invited.before)} had already been asked." if invited.before else ""
        messages.success(
            request, f"{people_in_words(invited.new)} {'is' if invited.new == 1 else 'are'} asked by e-mail.{before}"
        )
    return redirect("assessment_people", assessment.organisation.slug, assessment.pk)


def _draw(
    request: HttpRequest,
    assessment: Assessment,
    *,
    members: MembersForm | None = None,
    addresses: AddressesForm | None = None,
) -> HttpResponse:
    members = members or MembersForm(assessment=assessment)
    addresses = addresses or AddressesForm()
    left = members.fields["members"].queryset.count()
    values = {
        "ask_all": f"Ask all {left} members" if left > 2 else "",
        "assessment": assessment,
        "asked": assessment.asked.select_related("person").order_by("person__name", "email"),
        "members": members,
        "addresses": addresses,
        "link": absolute(reverse("answer_start", args=[assessment.link_nonce])) if assessment.link_nonce else "",
        "sends_mail": bool(settings.SMTP_URL) or settings.DEMO,
    }
    return render(request, "selfassessment/assessment_people.html", values, status=status_of(members, addresses))

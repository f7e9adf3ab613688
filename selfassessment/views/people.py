"""Asking people to answer: members, addresses, one link for all; and reminding them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from kmportal.lib.forms import sent, status_of
from kmportal.lib.links import absolute
from kmportal.lib.mail import can_leave
from kmportal.lib.qr import draw_qr_code
from kmportal.lib.sentences import people_in_words
from kmportal.lib.view_kit import done, leave_out, refusals_said, take_left_out
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from selfassessment import reports, scoring
from selfassessment.actions import asking
from selfassessment.forms.asking import AddressesForm, MembersForm
from selfassessment.models import Assessment
from selfassessment.views.rounds import find_assessment


@requires(Permission.FACILITATE)
def assessment_people(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Who has been asked, and three ways to ask. Posting asks the members that are ticked, or all."""
    assessment = find_assessment(request, pk)
    if not assessment.is_open:
        return redirect(assessment)
    form = MembersForm(sent(request), assessment=assessment)
    if form.is_valid():
        return _ask_people(request, assessment, members=form.cleaned_data["members"])
    return _draw_people(request, assessment, members=form)


@requires(Permission.FACILITATE)
def assessment_addresses(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Ask addresses that were pasted. What is no address is named, left out, and stays in the box."""
    assessment = find_assessment(request, pk)
    form = AddressesForm(sent(request))
    if request.method != "POST" or not assessment.is_open:
        return redirect("assessment_people", organisation.slug, pk)
    if form.is_valid():
        leave_out(request, form.cleaned_data["bad"])
        return _ask_people(request, assessment, addresses=form.cleaned_data["addresses"])
    return _draw_people(request, assessment, addresses=form)


@requires(Permission.FACILITATE)
@require_POST
def assessment_link(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Make the one link, make another one, or turn it off."""
    assessment = find_assessment(request, pk)
    with refusals_said(request):
        if request.POST.get("link") == "off":
            asking.disable_link(assessment, by=request.membership, at=request.now)
            said = "The link no longer works."
        else:
            asking.enable_link(assessment, by=request.membership, at=request.now)
            said = "This link works now. Older links do not."
        return done(request, said, "assessment_people", organisation.slug, pk)
    return redirect("assessment_people", organisation.slug, pk)


@requires(Permission.FACILITATE)
@require_POST
def assessment_remind(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Remind those who are missing, or everybody where nobody may know who that is."""
    assessment = find_assessment(request, pk)
    with refusals_said(request):
        count = asking.remind_people(assessment, by=request.membership, at=request.now)
        said = f"{people_in_words(count)} get a reminder." if count > 1 else "One person gets a reminder."
        if not can_leave():
            said = "Members are reminded in the portal. No e-mail was sent: tell the guests yourself."
        return done(request, said, "assessment_people", organisation.slug, pk)
    return redirect("assessment_people", organisation.slug, pk)


def _ask_people(request: MemberRequest, assessment: Assessment, **whom: Any) -> HttpResponse:
    to = ("assessment_people", assessment.organisation.slug, assessment.pk)
    with refusals_said(request):
        invited = asking.ask_people(assessment, by=request.membership, at=request.now, **whom)
        before = f" {people_in_words(invited.before)} had already been asked." if invited.before else ""
        verb = "is" if invited.new == 1 else "are"
        hear = "give guests the link" if whom.get("addresses") else "tell them"
        how = "by e-mail" if can_leave() else f"in the portal. No e-mail was sent: {hear}"
        return done(request, f"{people_in_words(invited.new)} {verb} asked {how}.{before}", *to)
    return redirect(*to)


def _draw_people(
    request: MemberRequest,
    assessment: Assessment,
    *,
    members: MembersForm | None = None,
    addresses: AddressesForm | None = None,
) -> HttpResponse:
    """The page with both forms; one of them may have been sent."""
    members = members or MembersForm(assessment=assessment)
    addresses = addresses or AddressesForm(initial={"addresses": take_left_out(request)})
    left = members.offered.count()
    link = absolute(reverse("answer_start", args=[assessment.link_nonce])) if assessment.link_nonce else ""
    values = {
        "ask_all": f"Ask all {left} members" if left > 2 else "",
        "assessment": assessment,
        "floor": scoring.FLOOR,
        "page": reports.PeoplePage.build(assessment, request.membership),
        "asked": assessment.asked.select_related("person").order_by("person__name", "email"),
        "members": members,
        "addresses": addresses,
        "link": link,
        "picture": draw_qr_code(link) if link else None,
    }
    return render(request, "selfassessment/assessment_people.html", values, status=status_of(members, addresses))

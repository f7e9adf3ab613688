"""Coffee trials: the list, one trial, planning and running it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from coffee import actions, policies
from coffee.forms import OutcomeForm, TrialForm
from coffee.models import Trial
from coffee.reports import TrialPage, figures_of, joined_rows, trial_rows
from kmportal.lib.days import long_day
from kmportal.lib.forms import sent
from kmportal.lib.links import absolute
from kmportal.lib.mail import can_leave
from kmportal.lib.qr import draw_qr_code
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


def trial_or_404(request: MemberRequest, pk: int) -> Trial:
    """A trial of this organisation."""
    rows = Trial.objects.visible_to(request.membership).select_related("organisation", "coordinator")
    return get_object_or_404(rows, pk=pk)


def crumbs(request: MemberRequest, trial: Trial | None = None) -> list[tuple[str, str]]:
    """The way to a page under a trial."""
    slug = request.membership.organisation.slug
    trail = [("Coffee trials", reverse("trial_list", args=[slug]))]
    return [*trail, (str(trial), trial.get_absolute_url())] if trial else trail


@requires(Permission.READ)
@require_safe
def trial_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """All trials here, the open ones first."""
    values = {"rows": trial_rows(request.membership), "may_plan": policies.may_plan(request.membership, organisation)}
    return render(request, "coffee/trial_list.html", values)


@requires(Permission.FACILITATE)
def trial_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Plan a trial."""
    form = TrialForm(sent(request), organisation=organisation, initial={"coordinator": request.membership.person_id})
    if form.is_valid():
        with refusals_on(form, "pairs_on"):
            trial = actions.plan_trial(organisation, by=request.membership, at=request.now, **form.values())
            return done(request, "It is planned. People can join from now on.", trial)
    back = reverse("trial_list", args=[organisation.slug])
    return form_page(
        request, form, title="Plan a coffee trial", verb="Plan it", back=back, back_words="Back", crumbs=crumbs(request)
    )


@requires(Permission.READ)
@require_safe
def trial_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One trial: what it is, whom the reader is to meet, what came of it."""
    page = TrialPage.build(trial_or_404(request, pk), request.membership)
    return render(request, "coffee/trial_detail.html", {"page": page, "trial": page.trial})


@requires(Permission.FACILITATE)
def trial_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Change the plan."""
    trial = trial_or_404(request, pk)
    form = TrialForm(sent(request), instance=trial, organisation=organisation)
    differences = []
    if form.is_valid():
        seen = form.cleaned_data["version"] or 0
        with refusals_on(form), conflicts_on(form, lambda: trial_or_404(request, pk)) as found:
            differences = found
            actions.change_trial(trial_or_404(request, pk), by=request.membership, at=request.now, seen=seen,
                                 **form.values())  # fmt: skip
            return done(request, "The plan is changed.", trial)
    return form_page(
        request, form, title="Change the plan", verb="Save it", back=trial.get_absolute_url(),
        crumbs=crumbs(request, trial), template="components/versioned_form.html", differences=differences,
    )  # fmt: skip


@requires(Permission.FACILITATE)
@require_POST
def trial_cancel(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Call it off."""
    trial = trial_or_404(request, pk)
    with refusals_said(request):
        actions.cancel_trial(trial, by=request.membership, at=request.now)
        return done(request, "It is called off. Who had joined is told.", trial)
    return redirect(trial)


@requires(Permission.FACILITATE)
@require_POST
def trial_pair(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Make the pairs today."""
    trial = trial_or_404(request, pk)
    with refusals_said(request):
        actions.make_pairs(trial, by=request.membership, at=request.now)
        told = "Everybody is told by e-mail and in the portal." if can_leave() else "Everybody is told in the portal."
        return done(request, f"The pairs are made. {told}", trial)
    return redirect(trial)


@requires(Permission.FACILITATE)
@require_POST
def trial_end(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """End it before its last day."""
    trial = trial_or_404(request, pk)
    with refusals_said(request):
        actions.end_trial(trial, by=request.membership, at=request.now)
        return done(request, "It is over. Everybody who was drawn is asked two questions.", trial)
    return redirect(trial)


@requires(Permission.FACILITATE)
def trial_share(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Tell what came of it."""
    trial = trial_or_404(request, pk)
    form = OutcomeForm(sent(request), initial={"outcome": trial.outcome})
    if form.is_valid():
        with refusals_on(form, "outcome"):
            actions.share_outcome(trial, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "Everybody who took part is told.", trial)
    return form_page(
        request,
        form,
        title="What came of it?",
        verb="Tell everybody",
        back=trial.get_absolute_url(),
        crumbs=crumbs(request, trial),
        template="coffee/trial_share.html",
        figures=figures_of(trial),
        remarks=[remark.text for remark in trial.remarks.all()] if trial.state == Trial.State.ENDED else [],
    )


@requires(Permission.FACILITATE)
@require_safe
def trial_people(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Who takes part, for whoever co-ordinates."""
    trial = trial_or_404(request, pk)
    values = {"trial": trial, "rows": joined_rows(trial), "trail": crumbs(request, trial)}
    return render(request, "coffee/trial_people.html", values)


@requires(Permission.FACILITATE)
@require_safe
def trial_words(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Three mails to copy: to managers, to everybody, and the last call. The portal has no address of all staff."""
    trial = trial_or_404(request, pk)
    page = TrialPage.build(trial, request.membership)
    values = {
        "trial": trial,
        "page": page,
        "link": absolute(reverse("trial_join", args=[organisation.slug, trial.pk])),
        "begins": long_day(trial.begins_on),
        "trail": crumbs(request, trial),
    }
    return render(request, "coffee/trial_words.html", values)


@requires(Permission.FACILITATE)
@require_safe
def trial_poster(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A poster to print, with a QR code that leads to joining."""
    trial = trial_or_404(request, pk)
    link = absolute(reverse("trial_join", args=[organisation.slug, trial.pk]))
    page = TrialPage.build(trial, request.membership)
    return render(request, "coffee/trial_poster.html", {"trial": trial, "page": page, "picture": draw_qr_code(link)})

"""Taking part in a coffee trial: joining and leaving, meeting, asking for somebody else, two questions at the end."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from coffee import actions
from coffee.forms import AnswerForm, JoinForm
from coffee.models import Joiner, Pairing, Trial
from coffee.views.trials import crumbs, trial_or_404
from kmportal.lib.days import long_day
from kmportal.lib.forms import posted, sent
from kmportal.lib.pagination import whole_number
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from people.models import Profile


def _own_row_or_404(request: MemberRequest, trial: Trial) -> Joiner:
    rows = trial.joiners.filter(membership=request.membership, left_at=None)
    return get_object_or_404(rows.select_related("trial__organisation"))


def _own_pairing_or_404(request: MemberRequest, trial: Trial) -> Pairing:
    """The pair that the page showed: an old page speaks of an old pair."""
    rows = Pairing.objects.filter(trial=trial, seats__joiner__membership=request.membership)
    rows = rows.select_related("trial__organisation")
    return get_object_or_404(rows, pk=whole_number(posted(request, "pairing")) or 0)


@requires(Permission.READ)
def trial_join(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Join, or change what one has said. What one’s profile says stands there already."""
    trial = trial_or_404(request, pk)
    if not trial.is_open:
        return redirect(trial)
    mine = trial.joiners.filter(membership=request.membership).first()
    form = JoinForm(
        sent(request),
        instance=mine,
        membership=request.membership,
        initial={} if mine else _from_profile(request),
    )
    if form.is_valid():
        with refusals_on(form):
            actions.join_trial(trial, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, _said(trial), trial)
    is_in = mine is not None and mine.left_at is None
    return form_page(
        request,
        form,
        title="Change what you said" if is_in else f"Join {trial}",
        verb="Save it" if is_in else "Join",
        back=trial.get_absolute_url(),
        back_words="Back",
        crumbs=crumbs(request, trial),
    )


def _said(trial: Trial) -> str:
    if trial.state == Trial.State.INVITING:
        return f"You take part. On {long_day(trial.pairs_on)} you hear whom you meet."
    return "You take part. Once there is somebody for you, you hear whom you meet."


def _from_profile(request: MemberRequest) -> dict[str, str]:
    profile = Profile.objects.filter(membership=request.membership).first()
    return {"site": profile.site, "staff_group": profile.staff_group} if profile else {}


@requires(Permission.READ)
@require_POST
def trial_leave(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Leave, whenever one likes."""
    trial = trial_or_404(request, pk)
    actions.leave_trial(_own_row_or_404(request, trial), by=request.membership, at=request.now)
    return done(request, "You have left. Nobody asks why.", trial)


@requires(Permission.READ)
@require_POST
def trial_met(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say whether one has met."""
    trial = trial_or_404(request, pk)
    answer = posted(request, "met")
    if answer not in ("yes", "no"):
        raise Http404
    with refusals_said(request):
        pairing = _own_pairing_or_404(request, trial)
        actions.say_met(pairing, by=request.membership, at=request.now, has_met=answer == "yes")
        return done(request, "Thank you. It is noted that you have met." if answer == "yes" else "It is noted.", trial)
    return redirect(trial)


@requires(Permission.READ)
@require_POST
def trial_another(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Ask for somebody else."""
    trial = trial_or_404(request, pk)
    with refusals_said(request):
        actions.ask_for_another(_own_pairing_or_404(request, trial), by=request.membership, at=request.now)
        return done(request, "The portal looks for somebody else each morning, for all of you.", trial)
    return redirect(trial)


@requires(Permission.READ)
def trial_answer(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The second question at the end, and one line without a name."""
    trial = trial_or_404(request, pk)
    mine = _own_row_or_404(request, trial)
    again = {True: "yes", False: "no", None: ""}[mine.would_again]
    form = AnswerForm(sent(request), initial={"would_again": again})
    if mine.has_written:
        del form.fields["line"]
    if form.is_valid():
        with refusals_on(form):
            actions.answer_trial(mine, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "Thank you.", trial)
    return form_page(
        request, form, title="Would you do it again?", verb="Send", back=trial.get_absolute_url(), back_words="Back",
        crumbs=crumbs(request, trial),
    )  # fmt: skip

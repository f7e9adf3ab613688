"""The yearly look back, its five decisions, and taking a merger or a split back."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from communities import policies
from communities.actions import moving, review
from communities.forms.review import (
    CloseForm,
    MergeForm,
    ReviewForm,
    ReviewSessionForm,
    SplitForm,
    VoiceForm,
    WhyForm,
)
from communities.models import Community, Review, Transfer
from communities.reports.review import ReviewPage
from communities.transitions import newest_review_answers
from communities.views.finding import community_or_404, crumbs, page, standing_or_403
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from techniques.models import Technique


@requires(Permission.READ)
@require_safe
def community_review(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What was said at each stage, now and the last time; for the members."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "is_member")
    built = ReviewPage.build(community, request.membership, at=request.now)
    return render(request, "communities/community_review.html", {**vars(built), "trail": crumbs(request, community)})


@requires(Permission.READ)
@require_POST
def review_open(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Begin it."""
    community = community_or_404(request, pk)
    if not policies.may_shape(request.membership, community):
        raise PermissionDenied
    with refusals_said(request):
        review.open_review(community, by=request.membership, at=request.now)
        return done(request, "Everybody in it is told.", "community_review", organisation.slug, pk)
    return redirect("community_review", organisation.slug, pk)


@requires(Permission.READ)
def review_answers(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Write down what was said."""
    found = _open_review_or_404(request, pk, "is_core")
    newest = newest_review_answers(found)
    last = max((row.pk for row in newest.values()), default=0)
    form = ReviewForm(sent(request), initial={"seen": last, **{key: row.text for key, row in newest.items()}})
    if form.is_valid():
        seen = form.cleaned_data.pop("seen")
        with refusals_on(form):
            try:
                review.answer_review(found, by=request.membership, at=request.now, answers=form.cleaned_data, seen=seen)
            except review.WrittenMeanwhile as meanwhile:
                form.show_both(meanwhile.answers, last)
                raise
            return done(request, "What was said is saved.", "community_review", organisation.slug, pk)
    intro = "Write what was said, not who said it. Everything may stay empty."
    return _page_of_form(request, form, found.community, "What was said", "Save it", intro)


@requires(Permission.FACILITATE)
def review_session(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Look back together, in a session with its script."""
    found = _open_review_or_404(request, pk, "is_core")
    script = Technique.objects.filter(key=review.SCRIPT, organisation=None).first()
    form = ReviewSessionForm(sent(request), technique=script)
    if form.is_valid():
        with refusals_on(form, "starts_at"):
            session = review.plan_review_session(found, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, worded("The session is planned."), session)
    intro = worded("Phones open, with a script. When the session is closed, what was shown stands on this page.")
    verb = worded("Plan the session")
    return _page_of_form(request, form, found.community, "Look back together", verb, intro)


@requires(Permission.READ)
def review_voice(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Would you miss it, and is it free?"""
    found = _open_review_or_404(request, pk, "is_member")
    form = VoiceForm(sent(request))
    if form.is_valid():
        with refusals_on(form):
            review.give_voice(found, by=request.membership, at=request.now, **form.said())
            return done(request, "Thank you. Your answer is counted.", "community_review", organisation.slug, pk)
    intro = worded(
        "Your answer is counted, and nobody can see that it is yours. "
        "The community sees the count from five answers on. Only who looks into the database of the server before and "
        "after you alone have answered could tell what you said."
    )
    return _page_of_form(request, form, found.community, "Two questions to you", "Send my answer", intro)


@requires(Permission.READ)
def review_carry_on(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """As before."""
    found = _open_review_or_404(request, pk, "runs")
    form = WhyForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "why"):
            review.decide_to_carry_on(found, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "You look back again in a year.", "community_review", organisation.slug, pk)
    intro = "It goes on as it is, and you look back again in a year."
    return _page_of_form(request, form, found.community, "Carry on", "Carry on", intro)


@requires(Permission.READ)
def review_change(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """With another charter."""
    found = _open_review_or_404(request, pk, "runs")
    form = WhyForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "why"):
            review.decide_to_change(found, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "Now change the charter.", "charter_edit", organisation.slug, pk)
    intro = "The charter opens next, so that you can write what is new in it."
    return _page_of_form(request, form, found.community, "Change", "Change the charter", intro)


@requires(Permission.READ)
def review_close(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The end."""
    found = _open_review_or_404(request, pk, "runs")
    form = CloseForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "why"):
            review.decide_to_close(found, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "The end is announced.", "community_detail", organisation.slug, pk)
    intro = "Everybody in it is told, and has thirty days to say that it should stay open."
    return _page_of_form(request, form, found.community, "Close", "Announce the end", intro)


@requires(Permission.READ)
def review_merge(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Into another one."""
    found = _open_review_or_404(request, pk, "runs")
    form = MergeForm(sent(request), community=found.community)
    if form.is_valid():
        with refusals_on(form, "into"):
            transfer = moving.decide_to_merge(found, by=request.membership, at=request.now, **form.cleaned_data)
            is_done = transfer.state == Transfer.State.DONE
            said = "They are one now." if is_done else "Those who keep the other one together are asked."
            return done(request, said, "community_review", organisation.slug, pk)
    intro = worded(
        "Everybody in this community comes into the other one, and all discussions, meetings, stories and the shelf. "
        "Members of the other community can read them then. It can be taken back within a day."
    )
    return _page_of_form(request, form, found.community, "Merge", "Merge", intro)


@requires(Permission.READ)
def review_split(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A second one comes out of it."""
    found = _open_review_or_404(request, pk, "runs")
    form = SplitForm(sent(request), community=found.community, membership=request.membership)
    if form.is_valid():
        with refusals_on(form, "name"):
            transfer = moving.decide_to_split(found, by=request.membership, at=request.now, **form.wanted())
            said = f"{quoted(transfer.target)} has begun."
            return done(request, said, "community_detail", organisation.slug, transfer.target_id)
    intro = worded("A second community begins. What you tick goes there. It can be taken back within a day.")
    return _page_of_form(request, form, found.community, "Split", "Split it", intro)


@requires(Permission.READ)
@require_POST
def merge_answer(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take the other one in, or not."""
    transfer = _transfer_or_404(request, pk)
    if not policies.may_run(request.membership, transfer.target):
        raise PermissionDenied
    with refusals_said(request):
        accept = request.POST.get("answer") == "yes"
        moving.answer_merge(transfer, by=request.membership, at=request.now, accept=accept)
        said = "They are one now." if accept else "It stays as it was, and they are told."
        return done(request, said, "community_detail", organisation.slug, transfer.target_id)
    return redirect("community_detail", organisation.slug, transfer.target_id)


@requires(Permission.READ)
def transfer_undo(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take a merger or a split back, within a day."""
    transfer = _transfer_or_404(request, pk)
    membership = request.membership
    if not (policies.may_run(membership, transfer.source) or policies.may_run(membership, transfer.target)):
        raise PermissionDenied
    if request.method == "POST":
        with refusals_said(request):
            moving.undo_transfer(transfer, by=membership, at=request.now)
            return done(request, "It is as it was before.", "community_detail", organisation.slug, transfer.source_id)
        return redirect("community_detail", organisation.slug, transfer.target_id)
    context: dict[str, Any] = {"transfer": transfer, "trail": crumbs(request, transfer.target)}
    return render(request, "communities/transfer_undo.html", context)


def _open_review_or_404(request: MemberRequest, pk: int, what: str) -> Review:
    """The look back that is open in a community, for who may do with it what is wanted."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, what)
    rows = community.reviews.filter(decision="").select_related("community__organisation", "community__group")
    found: Review = get_object_or_404(rows)
    return found


def _transfer_or_404(request: MemberRequest, pk: int) -> Transfer:
    communities = Community.objects.visible_to(request.membership)
    neighbours = [f"{side}__{one}" for side in ("source", "target") for one in ("organisation", "group")]
    rows = Transfer.objects.filter(source__in=communities, target__in=communities)
    return get_object_or_404(rows.select_related(*neighbours, "review__community"), pk=pk)


def _page_of_form(
    request: MemberRequest, form: Any, community: Community, title: str, verb: str, intro: str
) -> HttpResponse:
    back = page(request, "community_review", community.pk)
    return form_page(
        request,
        form,
        title=title,
        verb=verb,
        intro=intro,
        back=back,
        back_words="Back to the look back",
        crumbs=crumbs(request, community, ("Looking back", back)),
    )

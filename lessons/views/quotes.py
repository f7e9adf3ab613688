"""Quotes: writing in what somebody said, its own page, their yes, and taking it back."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from lessons import policies
from lessons.actions import quotes
from lessons.forms.quotes import AgreeForm, QuoteForm
from lessons.models import Lesson, Quote
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from techniques.models import Session


@requires(Permission.CONTRIBUTE)
def lesson_quote_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What somebody said about a lesson."""
    lesson = lesson_or_404(request, pk)
    trail = [
        (worded("Lessons"), reverse("lesson_list", args=[organisation.slug])),
        (lesson.words.title or worded("A draft"), lesson.get_absolute_url()),
    ]
    return _quote_new(request, lesson, trail)


@requires(Permission.CONTRIBUTE)
def session_quote_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What somebody said in a session."""
    session = get_object_or_404(Session.objects.visible_to(request.membership).for_room(), pk=pk)
    trail = [
        (worded("Sessions"), reverse("session_list", args=[organisation.slug])),
        (session.title, session.get_absolute_url()),
    ]
    return _quote_new(request, session, trail)


@requires(Permission.READ)
@require_safe
def quote_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What was said, and what this member may say to it."""
    quote = _quote_or_404(request, pk)
    return _quote_page(request, quote, AgreeForm(initial={"signed": quote.signed}))


@requires(Permission.READ)
@require_POST
def quote_agree(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Yes, under this name."""
    quote = _quote_or_404(request, pk)
    if not policies.may_answer_quote(request.membership, quote):
        raise PermissionDenied
    form = AgreeForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "signed"):
            quotes.agree_to_quote(quote, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "Thank you. You can take it back whenever you like.", quote)
    return _quote_page(request, quote, form)


@requires(Permission.READ)
@require_POST
def quote_withdraw(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """No, or no longer."""
    quote = _quote_or_404(request, pk)
    if not policies.may_withdraw_quote(request.membership, quote):
        raise PermissionDenied
    place = quote.place
    with refusals_said(request):
        quotes.withdraw_quote(quote, by=request.membership, at=request.now)
        is_readable = Quote.objects.visible_to(request.membership).filter(pk=pk).exists()
        return done(request, "The words are gone.", quote if is_readable else place)
    return redirect(quote)


def _quote_new(request: MemberRequest, place: Lesson | Session, trail: Sequence[tuple[str, str]]) -> HttpResponse:
    if not policies.may_add_quote(request.membership, place):
        raise PermissionDenied
    form = QuoteForm(sent(request), organisation=place.organisation)
    if form.is_valid():
        with refusals_on(form, "said_by"):
            made = quotes.add_quote(place, by=request.membership, at=request.now, **form.values())
            if made.stands:
                return done(request, "The quote is there.", place)
            return done(request, f"{made.person} is asked. You are told what they say.", made)
    return form_page(
        request,
        form,
        title="Add a quote",
        verb="Add the quote",
        intro=worded("Whoever may read the lesson or session here can read the quote. Nobody elsewhere can."),
        back=place.get_absolute_url(),
        back_words="Leave it out",
        crumbs=trail,
    )


def _quote_page(request: MemberRequest, quote: Quote, form: AgreeForm) -> HttpResponse:
    rows = Lesson.objects if quote.lesson_id else Session.objects
    context = {
        "quote": quote,
        "form": form,
        "is_asked": quote.state == Quote.State.ASKED and policies.may_answer_quote(request.membership, quote),
        "is_theirs": quote.person_id == request.user.pk,
        "may_withdraw": not quote.is_over and policies.may_withdraw_quote(request.membership, quote),
        "is_within_reach": rows.visible_to(request.membership).filter(pk=quote.place.pk).exists(),
    }
    return render(request, "lessons/quote_detail.html", context, status=status_of(form))


def _quote_or_404(request: MemberRequest, pk: int) -> Quote:
    related = ("organisation", "person", "noted_by", "lesson__organisation", "lesson__revision")
    rows = Quote.objects.visible_to(request.membership).select_related(*related, "session__organisation")
    return get_object_or_404(rows, pk=pk)

"""Asking three people, and answering: inside the portal and from the link of a mail."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.forms import posted, sent, status_of
from kmportal.lib.pagination import whole_number
from kmportal.lib.view_kit import done, refusals_on, refusals_said
from lessons.models import Lesson
from organisations.access import guest, requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import GuestRequest, MemberRequest
from people import actions
from people.finding import people_for_topics, people_for_words
from people.forms import AnswerForm, EnquiryForm
from people.models import Enquiry, Profile, Recipient
from people.reports import EnquiryLists, EnquiryPage
from people.tokens import member_of_link

# As many as a page offers to tick.
MOST_OFFERED = 12
THANKS = "Thank you. {} is told."


@requires(Permission.READ)
def enquiry_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """One line to at most three people: those whom the address names, and a few more who fit."""
    lesson = _lesson_of(request)
    ticked = _people_named(request)
    offered = Profile.objects.to_ask(request.membership).filter(pk__in=[*ticked, *_suggested(request, lesson, ticked)])
    people = offered.with_words().order_by("membership__person__name", "pk")
    initial = {"people": ticked[: actions.MOST_ASKED], "line": request.GET.get("q", "")[:300]}
    form = EnquiryForm(sent(request), people=people, initial=initial)
    if form.is_valid():
        wanted = form.cleaned_data
        with refusals_on(form, "people"):
            enquiry = actions.send_enquiry(organisation, by=request.membership, at=request.now, about=lesson, **wanted)
            return done(request, "Your question is asked. The answers will stand here.", enquiry)
    values = {"form": form, "lesson": lesson, "anybody": people.exists()}
    return render(request, "people/enquiry_new.html", values, status=status_of(form))


def _lesson_of(request: MemberRequest) -> Lesson | None:
    """The lesson from whose page somebody asks."""
    pk = whole_number(request.GET.get("about", ""))
    rows = Lesson.objects.visible_to(request.membership).select_related("organisation", "revision")
    return rows.prefetch_related("tags").filter(pk=pk).first() if pk else None


def _people_named(request: MemberRequest) -> list[int]:
    """Those whom the address or the form names, in their order."""
    keys = [whole_number(key) for key in (*request.GET.getlist("to"), *request.POST.getlist("people"))]
    return list(dict.fromkeys(key for key in keys if key))[:MOST_OFFERED]


def _suggested(request: MemberRequest, lesson: Lesson | None, ticked: list[int]) -> list[int]:
    """Where nobody is named, those who fit the words or the lesson."""
    found: list[Profile] = []
    if not ticked and lesson is not None:
        found = people_for_topics(request.membership, [tag.name_key for tag in lesson.tags.all()])
    elif not ticked and request.GET.get("q"):
        found = people_for_words(request.membership, request.GET["q"][:300])
    return [profile.pk for profile in found]


@requires(Permission.READ)
@require_safe
def enquiry_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """What one was asked, and what one asked."""
    return render(request, "people/enquiry_list.html", {"lists": EnquiryLists.build(request.membership)})


@requires(Permission.READ)
@require_safe
def enquiry_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One question: its answers for whoever asked, the buttons for whoever was asked."""
    page = EnquiryPage.build(_enquiry_or_404(request, pk), request.membership)
    return _answer_page(request, page)


@requires(Permission.READ)
@require_POST
def enquiry_answer(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One press: I can help, or not this time."""
    recipient = _own_recipient(request, pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            actions.answer_enquiry(recipient, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, THANKS.format(recipient.enquiry.author), recipient.enquiry)
    return _answer_page(request, EnquiryPage.build(recipient.enquiry, request.membership), form)


@requires(Permission.READ)
def enquiry_pass(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Hand the question to somebody who knows more: people who fit its words, or who are looked for."""
    recipient = _own_recipient(request, pk)
    enquiry = recipient.enquiry
    if request.method == "POST":
        with refusals_said(request):
            to = get_object_or_404(Profile.objects.to_ask(request.membership), pk=whole_number(posted(request, "to")))
            asked = actions.pass_on(recipient, by=request.membership, at=request.now, to=to)
            return done(request, f"{asked.person} is asked now. Thank you.", enquiry)
    text = request.GET.get("q", "").strip()[:300]
    asked_already = {enquiry.author_id, *enquiry.recipients.values_list("person_id", flat=True)}
    found = people_for_words(request.membership, text or enquiry.line, most=MOST_OFFERED)
    profiles = [profile for profile in found if profile.membership.person_id not in asked_already]
    return render(request, "people/enquiry_pass.html", {"enquiry": enquiry, "profiles": profiles, "q": text})


@requires(Permission.READ)
@require_POST
def enquiry_close(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Whoever asked knows enough."""
    enquiry = _enquiry_or_404(request, pk)
    actions.close_enquiry(enquiry, by=request.membership, at=request.now)
    return done(request, "The question is closed. Nobody needs to answer it any more.", enquiry)


@requires(Permission.READ)
@require_POST
def enquiry_delete(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Delete one’s own question with its answers."""
    actions.delete_enquiry(_enquiry_or_404(request, pk), by=request.membership, at=request.now)
    return done(request, "The question and its answers are deleted.", "enquiry_list", organisation.slug)


@never_cache
@guest
def enquiry_link(request: GuestRequest, slug: str, pk: int, token: str) -> HttpResponse:
    """From the link in a mail, without signing in: read the question, and answer it by one press.

    Opening it changes nothing, so that a program that looks at links in mails answers nothing.
    """
    rows = Recipient.objects.select_related("enquiry__organisation", "enquiry__author", "person")
    recipient = get_object_or_404(rows, pk=pk, enquiry__organisation__slug=slug)
    member = member_of_link(recipient, token)
    if member is None:
        raise Http404
    with timezone.override(recipient.enquiry.organisation.time_zone):
        form = AnswerForm(sent(request), initial={"note": recipient.note})
        if form.is_valid():
            with refusals_on(form):
                actions.answer_by_link(recipient, token=token, at=request.now, **form.cleaned_data)
                return done(request, THANKS.format(recipient.enquiry.author), request.path)
        values = {"form": form, "page": EnquiryPage.build(recipient.enquiry, member), "recipient": recipient}
        return render(request, "people/enquiry_link.html", values, status=status_of(form))


def _answer_page(request: MemberRequest, page: EnquiryPage, form: AnswerForm | None = None) -> HttpResponse:
    asked: Any = form or AnswerForm(initial={"note": page.mine.note if page.mine else ""})
    return render(request, "people/enquiry_detail.html", {"page": page, "form": asked}, status=status_of(asked))


def _enquiry_or_404(request: MemberRequest, pk: int) -> Enquiry:
    rows = Enquiry.objects.visible_to(request.membership).select_related("organisation", "author")
    return get_object_or_404(rows, pk=pk)


def _own_recipient(request: MemberRequest, pk: int) -> Recipient:
    """The row by which this member was asked the question of the address."""
    rows = Recipient.objects.select_related("enquiry__organisation", "enquiry__author", "person")
    enquiry = _enquiry_or_404(request, pk)
    return get_object_or_404(rows, enquiry=enquiry, person=request.membership.person)

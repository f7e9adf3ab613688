"""Safe lessons: sending one without one’s name, and coming back to it with the code of its receipt."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import done, refusals_on
from lessons import policies, tokens
from lessons.actions import safe
from lessons.forms.safe import CodeForm, ReceiptForm, SendSafelyForm
from lessons.models import Receipt
from lessons.reports.safe import ReceiptPage
from lessons.views.finding import lesson_or_404
from organisations.access import guest, requires
from organisations.accounts import network_of
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import GuestRequest, MemberRequest

UNKNOWN = "We do not know this code. Check it for typing mistakes"


@requires(Permission.CONTRIBUTE)
@never_cache
def lesson_send_safely(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Who will know, who will not, and the code that is shown here alone. Then it goes."""
    lesson = lesson_or_404(request, pk)
    if lesson.author_id != request.membership.person_id:
        raise PermissionDenied
    if not policies.may_move(request.membership, lesson, "send_safely", on=timezone.localdate(request.now)):
        messages.error(request, worded("Others have seen already who wrote this lesson."))
        return redirect(lesson)
    form = SendSafelyForm(sent(request), membership=request.membership)
    if form.is_valid():
        with refusals_on(form, "to"):
            values = {"to": form.cleaned_data["to"], "code": form.cleaned_data["code"]}
            safe.send_safely(lesson, by=request.membership, at=request.now, **values)
            said = worded("It is sent without your name. Only your code leads you back to the lesson.")
            return done(request, said, "lesson_mine", organisation.slug)
    context = {"lesson": lesson, "form": form, "has_validators": form.has_somebody}
    return render(request, "lessons/lesson_send_safely.html", context, status=status_of(form))


@guest
@never_cache
def lesson_receipt(request: GuestRequest) -> HttpResponse:
    """Ask for the code; then what became of the lesson, and what can be done. The code is in no address, so it stays
    in no list of pages that were opened."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    receipt = None
    if form.is_valid():
        with refusals_on(form, "code"):
            receipt = _receipt_of(request, form.cleaned_data["code"])
            if receipt is None:
                form.add_error("code", UNKNOWN)
    if receipt is None:
        return render(request, "lessons/receipt_code.html", {"form": form}, status=status_of(form))
    with receipt.lesson.organisation.at_home():
        return _receipt_page(request, receipt, form.cleaned_data["code"])


def _receipt_of(request: GuestRequest, code: str) -> Receipt | None:
    """Raises ``Refusal`` while there is a brake."""
    network = network_of(request)
    if tokens.is_braked(network):
        raise Refusal(tokens.BRAKED)
    rows = Receipt.objects.select_related("lesson__organisation", "lesson__revision")
    receipt = rows.filter(hash=tokens.hash_of_receipt(code)).first() if code else None
    if receipt is None:
        tokens.count_wrong_code(network)
    return receipt


def _receipt_page(request: GuestRequest, receipt: Receipt, code: str) -> HttpResponse:
    """Do what was pressed, and show where the lesson stands then."""
    then, said, wrong = request.POST.get("then", ""), "", ""
    form = ReceiptForm.for_lesson(receipt.lesson, request.POST if then == "send" else None)
    try:
        if then == "send" and form.is_valid():
            seen = form.cleaned_data["seen"]
            safe.answer_by_receipt(receipt, at=request.now, seen=seen, words=form.words, without=form.gone)
            said = "It is sent again."
        elif then == "take-back":
            safe.withdraw_by_receipt(receipt, at=request.now)
            said = "You have it back. Nobody else can read it now."
        elif then == "forget":
            safe.forget_author(receipt, at=request.now)
            said = "Your name is gone. Nobody can see any more who wrote it."
    except Refusal as refusal:
        wrong = str(refusal)
    except PermissionDenied:
        wrong = "That is no longer possible. Here you see where it stands."
    if said:
        form = ReceiptForm.for_lesson(receipt.lesson)
    shown = ReceiptPage.build(receipt, on=timezone.localdate(request.now))
    context = {"shown": shown, "form": form, "code": code, "said": said, "wrong": wrong}
    status = 409 if wrong else status_of(form)
    return render(request, "lessons/receipt.html", context, status=status)

"""Lists of lessons that one keeps under a name: keeping one, seeing them all, taking one away."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import done, form_page, refusals_on
from lessons.actions import lists
from lessons.filters import list_query
from lessons.forms.lists import SavedListForm
from lessons.models import SavedList
from lessons.reports import ListHead
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.READ)
@require_safe
def saved_lists(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """All lists that one keeps."""
    rows = list(SavedList.objects.of(request.membership))
    return render(
        request, "lessons/saved_lists.html", {"rows": rows, "head": ListHead.build(request.membership, "all")}
    )


@requires(Permission.READ)
def saved_list_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Keep the list that the address has, as the list of lessons has it."""
    query = list_query(request.GET)
    page = reverse("lesson_list", args=[organisation.slug])
    if not query:
        return redirect(page)
    form = SavedListForm(sent(request), initial={"name": request.GET.get("q", "")[:60]})
    if form.is_valid():
        with refusals_on(form, "name"):
            row = lists.save_list(organisation, by=request.membership, at=request.now, query=query, **form.cleaned_data)
            return done(request, f"You find {quoted(row)} above the list.", f"{page}?{row.query}")
    return form_page(
        request,
        form,
        title="Keep this list",
        verb="Keep it",
        intro=worded("The words, filters and order of the list are kept, so that it shows what fits on the day."),
        back=f"{page}?{query}",
        back_words="Back to the list",
        crumbs=[(worded("Lessons"), page)],
    )


@requires(Permission.READ)
@require_POST
def saved_list_delete(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take one away."""
    row = get_object_or_404(SavedList.objects.of(request.membership).select_related("membership"), pk=pk)
    lists.delete_list(row, by=request.membership, at=request.now)
    return done(request, f"{quoted(row)} is gone from your lists.", "saved_lists", organisation.slug)

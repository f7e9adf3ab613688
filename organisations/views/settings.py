"""The organisation’s settings, its logo, and the audit trail."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.conflicts import Difference
from kmportal.lib.csv import csv_download
from kmportal.lib.exceptions import Stale
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import conflicts_on, done, refusals_said
from organisations import actions
from organisations.access import requires
from organisations.accounts import require_fresh_sign_in
from organisations.filters import TrailFilter
from organisations.forms import SettingsForm, WordsForm
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.reports import COLUMNS, TrailLine, trail, trail_kinds, trail_people
from organisations.requests import MemberRequest


@requires(Permission.ADMINISTER)
def organisation_edit(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Change the settings. Who saves second is shown both versions and chooses."""
    fresh = Organisation.objects.get(pk=organisation.pk)
    form = SettingsForm(sent(request), request.FILES or None, instance=fresh, initial={"version": fresh.version})
    differences: list[Difference] = []
    if form.is_valid():
        if form.opens_up:
            require_fresh_sign_in(request)
        with conflicts_on(form, lambda: organisation, _settings_of) as differences:
            actions.change_settings(
                organisation,
                by=request.membership,
                at=request.now,
                seen=form.cleaned_data["version"],
                **form.wanted(),
            )
            return done(request, "The settings are saved.", "organisation_edit", organisation.slug)
    if form.is_bound:
        form.ask_for_the_logo_again()
    values = {"form": form, "differences": differences, "back": request.path}
    return render(request, "organisations/organisation_form.html", values, status=status_of(form))


@requires(Permission.ADMINISTER)
def organisation_words(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """What the words of the domain are called here: shown in sentences first, and kept when somebody says so."""
    fresh = Organisation.objects.get(pk=organisation.pk)
    form = WordsForm(sent(request), organisation=fresh, initial={"version": fresh.version})
    shown = "show" in request.POST
    if form.is_valid() and not shown:
        words, seen = form.words(), form.cleaned_data["version"]
        try:
            actions.change_settings(organisation, by=request.membership, at=request.now, seen=seen, words=words)
        except Stale:
            form.add_error(None, "The settings were changed meanwhile. Read your words, then save again")
            form.data = {**request.POST.dict(), "version": fresh.version}
        else:
            said = "The words are saved." if words else "The portal’s own words are back."
            return done(request, said, "organisation_words", organisation.slug)
    values = {"form": form, "shown": shown and form.is_valid(), "fresh": fresh}
    return render(request, "organisations/words_form.html", values, status=status_of(form))


@requires(Permission.ADMINISTER)
@require_POST
def mail_test(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """One mail to whoever presses, to see whether it arrives."""
    with refusals_said(request):
        actions.send_test_mail(organisation, by=request.membership, at=request.now)
        said = (
            f"A test is on its way to {request.membership.person.email}. If it is not there in five minutes, tell "
            "whoever runs the portal."
        )
        return done(request, said, "organisation_edit", organisation.slug)
    return redirect("organisation_edit", organisation.slug)


def _settings_of(organisation: Organisation) -> dict[str, Any]:
    return {name: getattr(organisation, name) for name in SettingsForm.SETTINGS}


@requires(Permission.READ)
@require_safe
def organisation_logo(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """The logo, drawn anew when it was uploaded, so that it is nothing but a picture."""
    if not organisation.logo:
        raise Http404
    response = HttpResponse(bytes(organisation.logo), content_type=organisation.logo_type)
    response["Cache-Control"] = "private, max-age=3600"
    return response


@requires(Permission.ADMINISTER)
@require_safe
def audit_list(request: MemberRequest, organisation: Organisation) -> HttpResponseBase:
    """Who did what when; as a page or as CSV of exactly what is chosen."""
    asked = TrailFilter(request.GET, trail(organisation))
    entries = asked.qs
    if request.GET.get("format") == "csv":
        lines = (TrailLine.of(entry).cells() for entry in entries.iterator())
        return csv_download(f"{organisation.slug}-trail", COLUMNS, lines)
    page = Paginator(entries, 50).get_page(request.GET.get("page"))
    people = list(trail_people(organisation))
    names = {person.ident: person.name for person in people}
    values = {
        "page": page,
        "lines": [TrailLine.of(entry, names) for entry in page.object_list],
        "people": people,
        "kinds": trail_kinds(organisation),
        "chosen": asked.form.cleaned_data,
    }
    return render(request, "organisations/audit_list.html", values)

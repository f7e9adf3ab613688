"""Finding people, and one’s own profile."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.forms import sent, status_of
from kmportal.lib.pagination import page_number
from kmportal.lib.view_kit import conflicts_on, done, refusals_on
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from people import actions
from people.finding import Wanted, find_people, places_of, topics_of
from people.forms import FinderForm, ProfileForm, values_of
from people.models import Profile


@requires(Permission.READ)
@require_safe
def finder_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Everybody who wants to be found, narrowed down by words, place, staff group and group."""
    membership = request.membership
    form = FinderForm(request.GET, membership=membership, places=places_of(membership))
    form.is_valid()
    chosen = form.cleaned_data
    wanted = Wanted(
        text=(chosen.get("q") or "").strip(),
        site_key=chosen.get("site") or "",
        staff_group=chosen.get("staff_group") or "",
        group=chosen.get("group"),
    )
    found = find_people(membership, wanted, page=page_number(request.GET))
    values = {
        "selects": _selects_of(form),
        "wanted": wanted,
        "found": found,
        "page": found.page,
        "topics": topics_of(membership) if wanted.is_blank and found.page.number == 1 else [],
        "own": Profile.objects.filter(membership=membership).first(),
    }
    return render(request, "people/finder_list.html", values)


def _selects_of(form: FinderForm) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
    """The lists to choose from: name, label, and the options with the one that is chosen."""
    found = []
    for name in ("site", "staff_group", "group"):
        field: Any = form.fields[name]
        chosen = form.cleaned_data.get(name) or ""
        key = str(getattr(chosen, "pk", chosen))
        options = [(str(value), str(words), str(value) == key) for value, words in field.choices]
        found.append((name, str(field.label), options))
    return found


@requires(Permission.READ)
@require_safe
def finder_profile(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One person: what they can be asked about, and how. One’s own is shown as others would see it."""
    profile = get_object_or_404(Profile.objects.visible_to(request.membership).with_words(), pk=pk)
    is_own = profile.membership_id == request.membership.pk
    return render(request, "people/finder_profile.html", {"profile": profile, "is_own": is_own})


@requires(Permission.READ)
def finder_own(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """One’s own profile: what others may know, and whether they may find it."""
    profile = _own_profile(request)
    form = ProfileForm(sent(request), initial=values_of(profile))
    differences = []
    if form.is_valid():
        with refusals_on(form, "asked_about"), conflicts_on(form, lambda: _own_profile(request), values_of) as found:
            differences = found
            saved = actions.write_profile(organisation, by=request.membership, at=request.now, **form.wanted())
            words = "Colleagues can find you now." if saved.listed_at else "It is saved. Nobody else can read it."
            return done(request, words, saved)
    values = {"form": form, "profile": profile, "differences": differences, "back": request.path}
    return render(request, "people/finder_own.html", values, status=status_of(form))


@requires(Permission.READ)
@require_POST
def finder_own_delete(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Delete every word of one’s own profile."""
    profile = get_object_or_404(Profile.objects.with_words(), membership=request.membership)
    actions.delete_profile(profile, by=request.membership, at=request.now)
    return done(request, "Your profile is deleted.", "finder_list", organisation.slug)


def _own_profile(request: MemberRequest) -> Profile | None:
    return Profile.objects.with_words().filter(membership=request.membership).first()

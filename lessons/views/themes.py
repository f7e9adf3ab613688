"""Themes: the sets, one as its table of coverage, two as one table, loading, and the themes of a lesson."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.model_fields import key_of_name
from kmportal.lib.pagination import whole_number
from kmportal.lib.sentences import counted, quoted
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from lessons import policies
from lessons.actions import themes
from lessons.forms.themes import LessonThemesForm, LoadForm
from lessons.models import LIVING, Lesson, Theme, ThemeSet
from lessons.reports import ListHead
from lessons.reports.matrix import HALF, Matrix, sets_to_cross
from lessons.reports.themes import Coverage
from lessons.theme_sets import ShippedSet, shipped_sets
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from search import index

MOST_PROPOSED = 20


@requires(Permission.READ)
@require_safe
def theme_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """The sets of themes, those in use first."""
    sets = ThemeSet.objects.visible_to(request.membership)
    context = {
        "built": [Coverage.build(one, request.membership) for one in sets.in_use().select_related("organisation")],
        "retired": list(sets.exclude(retired_at=None).select_related("organisation")),
        "may_curate": policies.may_curate(request.membership, organisation),
        "shipped": _shipped_and_not_here(request),
        "head": ListHead.build(request.membership, "themes"),
    }
    return render(request, "lessons/theme_list.html", context)


@requires(Permission.READ)
@require_safe
def theme_set(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One set: which theme has how many lessons, and where they stand."""
    row = _set_or_404(request, pk)
    built = Coverage.build(row, request.membership)
    context = {**vars(built), "may_curate": policies.may_curate(request.membership, organisation)}
    return render(request, "lessons/theme_set.html", context)


@requires(Permission.READ)
@require_safe
def theme_matrix(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Two sets as one table: which lessons belong to a theme of each."""
    keys = [whole_number(request.GET.get(name, "")) for name in ("down", "across")]
    sets, chosen = sets_to_cross(request.membership, *keys)
    matrix = Matrix.build(chosen[0], chosen[1], request.membership) if len(chosen) == 2 else None
    context = {"sets": sets, "matrix": matrix, "half": HALF, "trail": _trail(organisation)}
    return render(request, "lessons/theme_matrix.html", context)


@requires(Permission.FACILITATE)
@require_POST
def theme_ship(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Take a set that ships."""
    with refusals_said(request):
        made = themes.load_shipped_themes(
            organisation, by=request.membership, at=request.now, key=request.POST.get("key", "")
        )
        return done(request, _what_was_loaded(made), made.theme_set)
    return redirect("theme_list", organisation.slug)


@requires(Permission.FACILITATE)
def theme_load(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Paste a set, or the same set anew."""
    form = LoadForm(sent(request), initial={"name": request.GET.get("name", "")[:120]})
    if form.is_valid():
        values = form.cleaned_data
        with refusals_on(form, "pasted"):
            made = themes.load_themes(
                organisation,
                by=request.membership,
                at=request.now,
                pasted=values["pasted"],
                name=values["name"],
                url=values["source_url"],
            )
            return done(request, _what_was_loaded(made), made.theme_set)
    return form_page(
        request,
        form,
        title="Load a set of themes",
        verb="Load it",
        intro=worded("The goals of a strategy, or what a regulator asks for. Then see which of them have lessons."),
        back=reverse("theme_list", args=[organisation.slug]),
        back_words="Back to the themes",
        crumbs=_trail(organisation),
    )


@requires(Permission.FACILITATE)
@require_POST
def theme_retire(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Put a set out of use."""
    row = _set_or_404(request, pk)
    with refusals_said(request):
        themes.retire_theme_set(row, by=request.membership, at=request.now)
        return done(request, f"{quoted(row)} is not used any more. You can bring it back.", row)
    return redirect(row)


@requires(Permission.FACILITATE)
@require_POST
def theme_restore(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Use a set again."""
    row = _set_or_404(request, pk)
    with refusals_said(request):
        themes.restore_theme_set(row, by=request.membership, at=request.now)
        return done(request, f"{quoted(row)} is in use again.", row)
    return redirect(row)


@requires(Permission.FACILITATE)
def theme_sort(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Lessons that may belong to a theme, by its words: tick those that do."""
    rows = Theme.objects.visible_to(request.membership).in_use()
    theme = get_object_or_404(rows.select_related("theme_set__organisation"), pk=pk)
    proposed = _proposed_for(theme, request, request.GET.get("q", "").strip())
    if request.method == "POST":
        ticked = set(request.POST.getlist("lessons"))
        ours = Lesson.objects.visible_to(request.membership).filter(organisation=organisation)
        chosen = ours.filter(pk__in=[int(key) for key in ticked if key.isascii() and key.isdigit() and len(key) < 10])
        with refusals_said(request):
            number = themes.file_under_theme(theme, by=request.membership, at=request.now, lessons=list(chosen))
            said = f"{counted(number, worded('lesson belongs'), worded('lessons belong'))} to {quoted(theme)} now."
            return done(request, f"{said[0].upper()}{said[1:]}", theme.theme_set)
        return redirect("theme_sort", organisation.slug, pk)
    context = {
        "theme": theme,
        "proposed": proposed,
        "q": request.GET.get("q", "").strip(),
        "trail": _trail(organisation),
    }
    return render(request, "lessons/theme_sort.html", context)


@requires(Permission.CONTRIBUTE)
def lesson_themes(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """To which themes a lesson belongs."""
    lesson = lesson_or_404(request, pk)
    if not policies.may_file_under_themes(request.membership, lesson):
        raise PermissionDenied
    form = LessonThemesForm(sent(request), membership=request.membership, lesson=lesson)
    if form.is_valid():
        with refusals_on(form, "themes"):
            themes.file_under_themes(lesson, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "The themes are saved.", lesson)
    return form_page(
        request,
        form,
        title="Themes",
        verb="Save the themes",
        intro=lesson.words.title,
        back=lesson.get_absolute_url(),
        back_words=worded("Back to the lesson"),
        crumbs=[
            (worded("Lessons"), reverse("lesson_list", args=[organisation.slug])),
            (lesson.words.title or worded("A draft"), lesson.get_absolute_url()),
        ],
    )


def _proposed_for(theme: Theme, request: MemberRequest, words: str) -> list[index.Hit]:
    """Checked lessons of ours that are not under it yet, the best matches first."""
    there = theme.ties.values("lesson_id")
    found = index.find(
        request.membership,
        words or f"{theme.name} {theme.text}"[:400],
        kinds=["lesson"],
        filters={"state": [str(state) for state in sorted(LIVING)]},
        any_word=True,
        per_page=MOST_PROPOSED,
        narrowed=Q(organisation=request.membership.organisation_id) & ~Q(ident__in=there),
    )
    return found.hits


def _shipped_and_not_here(request: MemberRequest) -> list[ShippedSet]:
    """Sets to offer: those whose name no set in use has."""
    here = set(ThemeSet.objects.visible_to(request.membership).in_use().values_list("name_key", flat=True))
    return [one for one in shipped_sets().sets if key_of_name(one.name) not in here]


def _set_or_404(request: MemberRequest, pk: int) -> ThemeSet:
    return get_object_or_404(ThemeSet.objects.visible_to(request.membership).select_related("organisation"), pk=pk)


def _what_was_loaded(made: themes.Loaded) -> str:
    if not (made.new or made.changed or made.gone):
        return "It is here already, just so."
    parts = [(made.new, "new"), (made.changed, "changed"), (made.gone, "put out of use")]
    return f"Loaded: {', '.join(f'{number} {word}' for number, word in parts if number)}."


def _trail(organisation: Organisation) -> list[tuple[str, str]]:
    slug = organisation.slug
    return [
        (worded("Lessons"), reverse("lesson_list", args=[slug])),
        ("Themes", reverse("theme_list", args=[slug])),
    ]

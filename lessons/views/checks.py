"""Several people check a lesson: the rules, and taking one’s own check back."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import done, refusals_on, refusals_said
from lessons.actions import checks
from lessons.forms.checks import CheckRuleForm
from lessons.models import CheckRule
from lessons.reports.checks import RulesPage
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.PLAN)
def check_rule_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """How many people check each lesson: for all, and for single tags."""
    form = CheckRuleForm(sent(request), membership=request.membership)
    if form.is_valid():
        with refusals_on(form, "minimum"):
            checks.set_check_rule(organisation, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "The rule is saved.", "check_rule_list", organisation.slug)
    context = {"shown": RulesPage.build(organisation), "form": form}
    return render(request, "lessons/check_rule_list.html", context, status=status_of(form))


@requires(Permission.PLAN)
@require_POST
def check_rule_delete(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One check is enough again."""
    rule = get_object_or_404(CheckRule.objects.visible_to(request.membership).select_related("organisation"), pk=pk)
    checks.drop_check_rule(rule, by=request.membership, at=request.now)
    return done(request, "The rule is gone.", "check_rule_list", organisation.slug)


@requires(Permission.VALIDATE)
@require_POST
def lesson_check_back(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take one’s own check back."""
    lesson = lesson_or_404(request, pk)
    with refusals_said(request):
        checks.withdraw_check(lesson, by=request.membership, at=request.now)
        return done(request, worded("Your check counts no more. The lesson waits."), lesson)
    return redirect(lesson)

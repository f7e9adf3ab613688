"""Access tokens of one’s own: made, shown once, revoked."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import done, refusals_on
from organisations import actions
from organisations.access import signed_in
from organisations.accounts import require_fresh_sign_in
from organisations.forms import TokenForm
from organisations.models import AccessToken
from organisations.requests import PersonRequest


@never_cache
@signed_in
def token_list(request: PersonRequest) -> HttpResponse:
    """The tokens there are, and the form for another one. A new one is shown on this page alone, and once."""
    form, fresh = TokenForm(sent(request)), ""
    if form.is_valid():
        require_fresh_sign_in(request)
        with refusals_on(form):
            fresh = actions.create_access_token(request.user, by=request.user, at=request.now, **form.cleaned_data)
            form = TokenForm()
    tokens = [(token, token.is_expired(request.now)) for token in AccessToken.objects.of(request.user)]
    values = {"form": form, "fresh": fresh, "tokens": tokens}
    return render(request, "organisations/token_list.html", values, status=status_of(form))


@require_POST
@signed_in
def token_revoke(request: PersonRequest, pk: int) -> HttpResponse:
    """Whatever uses it can do nothing more."""
    token = get_object_or_404(AccessToken, pk=pk, person=request.user)
    actions.revoke_access_token(token, by=request.user, at=request.now)
    return done(request, f"“{token}” opens nothing any more.", "token_list")

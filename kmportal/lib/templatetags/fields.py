"""The tags of forms: the summary of what has to be put right, forms of one button.

Loaded everywhere (settings, ``builtins``).
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BaseForm, BaseFormSet

from kmportal.lib.form_errors import problems_of
from kmportal.lib.pieces import piece
from kmportal.lib.sentences import capital, counted

register = template.Library()


@piece(register, "components/error_summary.html")
def error_summary(*forms: BaseForm | BaseFormSet | None, focus: bool = True) -> dict[str, Any]:
    """What has to be put right, on top of the page, with links to the fields. Draws nothing without errors.

    It takes the focus when the page opens, with a script and without.
    """
    present = [form for form in forms if form is not None]
    problems = [problem for form in present for problem in problems_of(form)]
    for form in present:
        form.is_summarised = True  # type: ignore[union-attr]
    heading = f"{capital(counted(len(problems), 'thing', 'things'))} to put right"
    return {"problems": problems, "heading": heading, "focus": focus}


@piece(register, "components/error_summary.html")
def error_summary_once(form: BaseForm | BaseFormSet) -> dict[str, Any]:
    """For the form pack: the summary, unless the page has drawn it higher up."""
    return {"problems": []} if getattr(form, "is_summarised", False) else error_summary.values(form)


@register.simple_tag(takes_context=True)
def error_prefix(context: template.Context) -> str:
    """“Error: ” for the page’s title when a form that was handed to the page has errors; once a page."""
    if context.render_context.get("error_prefixed"):
        return ""
    context.render_context["error_prefixed"] = True
    given: Iterable[Any] = context.flatten().values()
    forms = [value for value in given if isinstance(value, BaseForm | BaseFormSet)]
    return "Error: " if any(form.is_bound and problems_of(form) for form in forms) else ""


@piece(register, "components/post_button.html", takes_context=True)
def post_button(
    context: template.Context,
    url: str,
    word: str,
    about: str = "",
    kind: str = "",
    icon_name: str = "",
    name: str = "",
    value: str = "",
) -> dict[str, Any]:
    """A form of one button: ``{% post_button url "Accept" about=title %}``; ``about`` is read out after the verb.

    Kind ``""`` (main), ``secondary``, ``small`` (secondary, in a row), ``quiet``, ``warning``.
    """
    classes = {
        "": "govuk-button",
        "secondary": "govuk-button govuk-button--secondary",
        "small": "govuk-button govuk-button--secondary km-btn--small",
        "quiet": "km-btn km-btn--quiet",
        "warning": "govuk-button govuk-button--warning",
    }
    return {
        "url": url,
        "word": word,
        "about": about,
        "classes": classes[kind],
        "icon": icon_name,
        "name": name,
        "value": value,
        "csrf_token": context.get("csrf_token"),
    }

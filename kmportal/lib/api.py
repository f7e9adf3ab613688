"""The API’s manners: problem documents, pages of a list, one base for filters. Knows no app.

What an action refuses is answered as a problem document (RFC 9457) with the same sentence that its page shows: 422
for a rule (``Refusal``) and for input that cannot be read, 409 for a stale version (``Stale``), 403 and 404 as the
pages do.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers, status
from rest_framework.fields import empty
from rest_framework.pagination import PageNumberPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import sentence_about
from kmportal.lib.naming import hints_in, mark_of, sentence_of
from kmportal.lib.personal_data import Hint

PROBLEM = "application/problem+json"
TITLES = {
    400: "This request cannot be read",
    401: "Say who you are",
    403: "You may not do this",
    404: "There is nothing here",
    405: "This cannot be done here",
    406: "Only JSON can be had here",
    409: "This was changed meanwhile",
    415: "Only JSON can be sent here",
    422: "This cannot be done",
    429: "Too many requests",
}
# What is said when something is refused; ``errors`` names fields of the request with their sentences. ``keep`` stands
# there when words may show who somebody is: sent with the same words, it keeps them.
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "keep": {"type": "string"},
    },
    "required": ["title", "status", "detail"],
}


class ProblemRenderer(JSONRenderer):
    """A problem document, which is JSON with a media type of its own."""

    media_type = PROBLEM
    format = "problem"


class InWordsOfModel:
    """On a model serializer that takes input: what is empty or too long is refused in the sentence of the model’s
    field, which pages and actions say, too."""

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[Any, dict[str, Any]]:
        field_class, options = super().build_standard_field(field_name, model_field)  # type: ignore[misc]
        if issubclass(field_class, serializers.CharField):
            missing = sentence_about(model_field.model, model_field.name, "")
            too_long = sentence_about(model_field.model, model_field.name, "x" * ((model_field.max_length or 0) + 1))
            said = {"blank": missing, "required": missing, "null": missing}
            said |= {"max_length": too_long} if model_field.max_length else {}
            options["error_messages"] = {code: sentence for code, sentence in said.items() if sentence}
        return field_class, options


class NamesFound(exceptions.APIException):
    """Words that may show who somebody is, by field; ``keep`` sent with the same words keeps them as they are."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "Some of what was sent may show who somebody is."

    def __init__(self, hints: Mapping[str, list[Hint]]) -> None:
        super().__init__()
        self.keep = mark_of(hint for found in hints.values() for hint in found)
        said = "Change it, or send it again with this “keep”"
        self.errors = {name: [f"{sentence_of(found)} {said}"] for name, found in hints.items()}


class AboutPeople(serializers.Serializer[Any]):
    """Serializer mixin, before the serializer’s own class: ``about_people`` names the fields in which people write
    about others, as on forms (``kmportal.lib.naming``).

    A program is refused as a page asks. What it was refused for it may send again with ``keep`` from that refusal,
    which is good for what was found and for nothing else. Words that stand in ``before`` of the context are not asked
    about.
    """

    about_people: tuple[str, ...] = ()

    def get_fields(self) -> dict[str, Any]:
        keep = serializers.CharField(
            required=False, max_length=16, help_text="From a refusal: keep the words that it found."
        )
        return {**super().get_fields(), "keep": keep}

    def run_validation(self, data: Any = empty) -> Any:
        """After the serializer’s own rules, as on forms."""
        values = super().run_validation(data)
        keep, before = values.pop("keep", ""), self.context.get("before")
        texts = {name: values.get(name) for name in self.about_people}
        changed = {
            name: text for name, text in texts.items() if isinstance(text, str) and text != getattr(before, name, None)
        }
        found = {name: hints for name, text in changed.items() if (hints := hints_in(text))}
        if found and (refusal := NamesFound(found)).keep != keep:
            raise refusal
        return values


class Pages(PageNumberPagination):
    """``?page=2&page_size=50``: with the exact number of all, and links to the pages beside."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"


def problem(code: int, detail: str, **more: Any) -> Response:
    """One problem document."""
    body = {"title": TITLES.get(code, "Something is wrong"), "status": code, "detail": detail, **more}
    return Response(body, status=code, content_type=PROBLEM)


def answer_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """EXCEPTION_HANDLER: every refusal as a problem document; None for what is our own mistake."""
    if isinstance(error, Stale):
        return problem(status.HTTP_409_CONFLICT, str(error))
    if isinstance(error, Refusal):
        return problem(status.HTTP_422_UNPROCESSABLE_ENTITY, str(error))
    if isinstance(error, exceptions.ValidationError):
        errors = {name: _sentences_of(found) for name, found in _errors_by_field(error.detail).items()}
        return problem(status.HTTP_422_UNPROCESSABLE_ENTITY, "Some of what was sent cannot be used.", errors=errors)
    if isinstance(error, NamesFound):
        return problem(error.status_code, str(error.detail), errors=error.errors, keep=error.keep)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    answer = problem(error.status_code, str(error.detail))
    for header, value in (("WWW-Authenticate", "auth_header"), ("Retry-After", "wait")):
        if found := getattr(error, value, None):
            answer[header] = str(found)
    return answer


def _errors_by_field(detail: Any) -> dict[str, Any]:
    return detail if isinstance(detail, dict) else {"": detail}


def _sentences_of(found: Any) -> list[str]:
    if isinstance(found, dict):
        return [sentence for inner in found.values() for sentence in _sentences_of(inner)]
    if isinstance(found, list):
        return [sentence for inner in found for sentence in _sentences_of(inner)]
    return [str(found)]


def describe_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """POSTPROCESSING_HOOKS: every operation may answer a problem document instead."""
    result["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
    answer = {
        "description": "What was refused, in the sentence of the page",
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for methods in result["paths"].values():
        for operation in methods.values():
            operation["responses"]["default"] = answer
    return result


class RefField(serializers.Field[Any, Any, Any, Any]):
    """A reference to another thing: ``{"kind": "lesson", "id": 7}``, or null."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Any) -> dict[str, Any]:
        return {"kind": value.kind, "id": value.pk}

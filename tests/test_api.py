"""The API is a second door: the same rows, the same refusals, and every answer as its description says."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from rest_framework import serializers

from actionplan import api as actionplan_api
from actionplan.actions import add_action, complete_action
from actionplan.api import NewActionSerializer, RewordSerializer
from actionplan.models import Action
from kmportal.lib.api import InWordsOfModel
from kmportal.lib.model_rules import sentence_about
from lessons import api as lessons_api
from lessons.actions.review import validate_lesson
from lessons.models import Lesson, State
from lessons.quality import quality_for
from organisations import actions as organisation_actions
from organisations.models import AccessToken, AuditEntry, Person
from roadmap import api as roadmap_api
from roadmap.api import PlanSerializer
from tests.cast import as_member
from tests.world import World

ROOT = "/api/v1/riverside/"
MEMBERS = ["lena", "farah", "cara", "reza", "ada", "sam", "nia"]


def token_for(person: Person, scope: str = "write", days: int = 30) -> str:
    return organisation_actions.create_access_token(
        person, by=person, at=timezone.now(), name="Tests", scope=scope, days=days
    )


class Program:
    """A program that acts for somebody."""

    def __init__(self, token: str = "") -> None:
        self.client, self.headers = Client(), {"authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"{ROOT}{path}", query, headers=self.headers)

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(f"{ROOT}{path}", body, content_type="application/json", headers=self.headers)

    def patch(self, path: str, **body: Any) -> Any:
        return self.client.patch(f"{ROOT}{path}", body, content_type="application/json", headers=self.headers)


@pytest.fixture
def program(world):
    """``program("lena")``: a program with a token of hers."""
    return lambda name, **options: Program(token_for(world.people[name], **options))


def is_problem(answer: Any, status: int) -> bool:
    """A problem document with that status and a sentence."""
    body = answer.json()
    return (
        answer.status_code == body["status"] == status
        and answer["Content-Type"] == "application/problem+json"
        and bool(body["detail"] and body["title"])
    )


# --- Tokens ----------------------------------------------------------------------------------------------------------


def test_without_a_token_nothing_opens_and_a_session_does_not_either(world, as_):
    assert is_problem(Program().get("actions/"), 401)
    assert as_(world.people["lena"]).get(f"{ROOT}actions/").status_code == 401


@pytest.mark.parametrize("token", ["x", "kmp_", "kmp_1", "kmp_1_", "kmp_x_y", f"kmp_{'9' * 40}_x", "kmp_²_x", "é"])
def test_a_made_up_token_opens_nothing(world, token):
    assert is_problem(Program(token).get("actions/"), 401)


def test_a_token_opens_until_its_end_its_revoking_or_the_end_of_the_account(world):
    lena = world.people["lena"]
    text = token_for(lena, days=1)
    assert Program(text).get("actions/").status_code == 200
    token = AccessToken.objects.latest("pk")
    assert text.split("_", 2)[2] not in token.hash
    assert token.last_used_on == timezone.now().date()
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert is_problem(Program(text).get("actions/"), 401)
    AccessToken.objects.update(expires_at=timezone.now() + timedelta(days=1))
    organisation_actions.revoke_access_token(token, by=lena, at=timezone.now())
    assert is_problem(Program(text).get("actions/"), 401)
    other = token_for(lena)
    Person.objects.filter(pk=lena.pk).update(is_active=False)
    assert is_problem(Program(other).get("actions/"), 401)


def test_a_token_opens_nothing_while_its_person_lacks_the_second_step_that_is_asked_for(world, program):
    lead, contributor = program("lena"), program("cara")
    world.riverside.asks_second_step = True
    world.riverside.save()
    answer = lead.get("actions/")
    assert is_problem(answer, 403)
    assert "Riverside asks for a second step." in answer.json()["detail"]
    assert contributor.get("actions/").status_code == 200
    TOTP.activate(world.people["lena"], "JBSWY3DPEHPK3PXP")
    assert lead.get("actions/").status_code == 200


def test_a_reading_token_changes_nothing(program, world):
    assert is_problem(program("lena", scope="read").post("actions/", title="Ask"), 403)
    assert program("lena", scope="read").get("actions/").status_code == 200


def test_the_page_shows_a_token_once_and_revokes_it(world, as_, monkeypatch):
    monkeypatch.setattr("organisations.views.tokens.require_fresh_sign_in", lambda request: None)
    before = AuditEntry.objects.latest("pk").pk
    browser, form = as_(world.people["cara"]), {"name": "Report", "scope": "read", "days": "7"}
    page = browser.post("/me/tokens/", {**form, "once": "4b3c7f0e-0b0a-4a51-9d8b-0a3f1d6f4f11"})
    text = page.context["fresh"]
    assert Program(text).get("actions/").status_code == 200
    again = browser.post("/me/tokens/", {**form, "once": "4b3c7f0e-0b0a-4a51-9d8b-0a3f1d6f4f11"})
    assert again.status_code == 422
    assert b"made already" in again.content
    assert text.encode() not in browser.get("/me/tokens/").content
    token = AccessToken.objects.latest("pk")
    assert as_(world.people["lena"]).post(f"/me/tokens/{token.pk}/revoke/").status_code == 404
    browser.post(f"/me/tokens/{token.pk}/revoke/")
    assert Program(text).get("actions/").status_code == 401
    told = AuditEntry.objects.filter(event__startswith="membership.token", pk__gt=before).order_by("pk")
    assert [entry.event for entry in told] == ["membership.token_created", "membership.token_revoked"]


# --- The same rows and refusals as the pages -------------------------------------------------------------------------


def resources() -> list[str]:
    return ["programmes/", "interventions/", "actions/", "lessons/", "people/", "search/"]


@pytest.mark.parametrize("path", resources())
def test_a_stranger_finds_no_organisation(world, oskar, path):
    assert is_problem(Program(token_for(oskar)).get(path), 404)


@pytest.mark.parametrize("who", MEMBERS)
def test_what_is_listed_is_what_the_member_may_see(world, program, member, who):
    membership = member(world.people[who], world.riverside)
    listed = program(who).get("actions/", page_size=200).json()
    seen = Action.objects.visible_to(membership).filter(organisation=world.riverside).open()
    assert {row["id"] for row in listed["results"]} == set(seen.values_list("pk", flat=True))
    assert listed["count"] == seen.count()


@pytest.mark.parametrize("who", MEMBERS)
def test_allowed_says_what_the_action_does(world, program, who):
    """Each move that is named is made or refused for a rule; each that is not named is forbidden."""
    body = {"reschedule": {"to": "2030-01-02", "reason": "x"}, "drop": {"reason": "x"}}
    body |= {"reword": {"title": "x", "seen": 1}, "hand_over": {"guest_name": "Gus"}}
    browser, path = program(who), f"actions/{world.things.action.pk}/"
    allowed = set(browser.get(path).json()["allowed"])
    for move in ("complete", "reopen", "reschedule", "hand_over", "reword", "drop"):
        with transaction.atomic():
            answer = browser.post(f"{path}{move}/", **body.get(move, {}))
            transaction.set_rollback(True)
        assert (answer.status_code == 403) == (not allowed), move
    assert (browser.patch(f"interventions/{world.things.intervention.pk}/", seen=1).status_code == 403) == (
        "change" not in browser.get(f"interventions/{world.things.intervention.pk}/").json()["allowed"]
    )


def test_a_rule_is_a_problem_with_the_sentence_of_the_page(world, program):
    action = world.things.action
    answer = program("cara").post(f"actions/{action.pk}/reschedule/", to="2030-01-02", reason="")
    assert is_problem(answer, 422)
    assert answer.json()["detail"] == "Say why the date moves."


def test_a_stale_version_is_a_conflict(world, program):
    answer = program("cara").post(f"actions/{world.things.action.pk}/reword/", title="Ask", detail="", seen=99)
    assert is_problem(answer, 409)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "x" * 201}, "title"),
        ({"title": "  "}, "title"),
        ({}, "title"),
        ({"title": "Ask", "due_on": "soon"}, "due_on"),
        ({"title": "Ask", "owner": 10**9}, "owner"),
        ({"title": "Ask", "guest_email": "gus@"}, "guest_email"),
    ],
)
def test_input_that_cannot_be_used_is_named_by_its_field(world, program, body, field):
    before = Action.objects.count()
    answer = program("lena").post("actions/", **body)
    assert is_problem(answer, 422)
    assert answer.json()["errors"][field]
    assert Action.objects.count() == before


@pytest.mark.parametrize("query", [{"when": "never"}, {"owner": "x" * 30}, {"owner": "9" * 30}, {"show": "theirs"}])
def test_a_filter_that_makes_no_sense_is_refused(world, program, query):
    assert is_problem(program("lena").get("actions/", **query), 422)


def test_the_same_once_makes_one(world, program):
    words = {"title": "Ask", "once": "5f0e1b1c-9d0a-4c39-8f0e-1f6d2a3b4c5d"}
    first, second = (program("lena").post("actions/", **words).json() for _ in range(2))
    assert first["id"] == second["id"]


def test_what_is_not_json_or_not_an_object_is_a_problem(world):
    headers = {"authorization": f"Bearer {token_for(world.people['lena'])}"}
    for content, kind, status in (
        ("{", "application/json", 400),
        ("[]", "application/json", 422),
        ("a", "text/x", 415),
    ):
        answer = Client().post(f"{ROOT}actions/", content, content_type=kind, headers=headers)
        assert is_problem(answer, status), content


# --- As described ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_description_is_served_to_everybody(client, db):
    answer = client.get("/api/v1/schema/")
    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "KM Portal"


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


# What is sent to each operation that changes something, or how it is found in the world; the walk fails for one without
# its line.
BODIES: dict[str, dict[str, Any]] = {
    "post /api/v1/{slug}/actions/": {"title": "Ask"},
    "post /api/v1/{slug}/actions/{id}/complete/": {"note": "By phone"},
    "post /api/v1/{slug}/actions/{id}/reopen/": {},
    "post /api/v1/{slug}/actions/{id}/reschedule/": {"to": "2030-01-02", "reason": "No time"},
    "post /api/v1/{slug}/actions/{id}/hand_over/": {"guest_name": "Gus"},
    "post /api/v1/{slug}/actions/{id}/reword/": {"title": "Ask them", "detail": "", "seen": 1},
    "post /api/v1/{slug}/actions/{id}/drop/": {"reason": "No need"},
    "post /api/v1/{slug}/lessons/": {"title": "Ask at ten", "happened": "It came late.", "then_do": "ask"},
    "patch /api/v1/{slug}/lessons/{id}/": {"seen": 2, "why": "Nobody asked"},
    "post /api/v1/{slug}/lessons/{id}/submit/": {},
    "post /api/v1/{slug}/lessons/{id}/withdraw/": {},
    "post /api/v1/{slug}/lessons/{id}/claim/": {},
    "post /api/v1/{slug}/lessons/{id}/release/": {},
    "post /api/v1/{slug}/lessons/{id}/return/": {"comment": "Say when"},
    "post /api/v1/{slug}/lessons/{id}/add_action/": {"title": "Change the list"},
    "post /api/v1/{slug}/lessons/{id}/learn/": {"evidence": "The list on the wall"},
    "post /api/v1/{slug}/lessons/{id}/embed/": {},
    "post /api/v1/{slug}/lessons/{id}/fall_back/": {"reason": "The list is gone"},
    "post /api/v1/{slug}/lessons/{id}/retire/": {"reason": "The ward is gone"},
    "post /api/v1/{slug}/lessons/{id}/supersede/": {"other": lambda world: world.things.changed.pk},
    "post /api/v1/{slug}/lessons/{id}/bring_back/": {},
    "post /api/v1/{slug}/lessons/{id}/restore/": {"number": 1, "seen": lambda world: world.things.draft.version},
    "post /api/v1/{slug}/lessons/{id}/reuse/": {"kind": "helped"},
    "post /api/v1/{slug}/programmes/{id}/plan/": {"title": "Walks", "step": 2},
    "patch /api/v1/{slug}/interventions/{id}/": {"seen": 1, "summary": "Short"},
    "post /api/v1/{slug}/interventions/{id}/set_state/": {"state": "doing"},
    "post /api/v1/{slug}/interventions/{id}/add_action/": {"title": "Book the room"},
}


THINGS = {"actions": "action", "programmes": "programme", "interventions": "intervention", "lessons": "waiting"}


def _reopened(world: World) -> Action:
    lena = as_member(world.people["lena"])
    return complete_action(Action.objects.get(pk=world.things.action.pk), by=lena, at=timezone.now())


def _checked(world: World) -> Lesson:
    words = world.things.claimed.revision
    return validate_lesson(
        world.things.claimed,
        by=as_member(world.people["farah"]),
        at=timezone.now(),
        outcome=State.NOTED,
        read=words.pk,
        ticked=[line.key for line in quality_for(State.NOTED)],
        contact="Ward 6",
    )


# Operations that need another thing, or somebody other than Lena.
PREPARED: dict[str, Callable[[World], Any]] = {
    "post /api/v1/{slug}/actions/{id}/reopen/": _reopened,
    "post /api/v1/{slug}/lessons/{id}/release/": lambda world: world.things.claimed,
    "post /api/v1/{slug}/lessons/{id}/return/": lambda world: world.things.claimed,
    "post /api/v1/{slug}/lessons/{id}/add_action/": _checked,
    "post /api/v1/{slug}/lessons/{id}/submit/": lambda world: world.things.draft,
    "patch /api/v1/{slug}/lessons/{id}/": lambda world: world.things.draft,
    "post /api/v1/{slug}/lessons/{id}/learn/": lambda world: world.things.changing,
    "post /api/v1/{slug}/lessons/{id}/embed/": lambda world: world.things.changed,
    "post /api/v1/{slug}/lessons/{id}/fall_back/": lambda world: world.things.changed,
    "post /api/v1/{slug}/lessons/{id}/retire/": lambda world: world.things.changing,
    "post /api/v1/{slug}/lessons/{id}/supersede/": lambda world: world.things.changing,
    "post /api/v1/{slug}/lessons/{id}/bring_back/": lambda world: world.things.retired,
    "post /api/v1/{slug}/lessons/{id}/restore/": lambda world: world.things.draft,
    "post /api/v1/{slug}/lessons/{id}/reuse/": lambda world: world.things.changing,
}
ACTORS = {
    "release": "farah",
    "return": "farah",
    "claim": "farah",
    "withdraw": "cara",
    "submit": "cara",
    "add_action": "farah",
    "learn": "farah",
    "embed": "farah",
    "fall_back": "farah",
    "retire": "farah",
    "supersede": "farah",
    "bring_back": "farah",
    "restore": "cara",
    "reuse": "reza",
}


def _answer(world: World, program: Any, method: str, path: str) -> Any:
    """What an operation answers; nothing of it stays."""
    name = path.removeprefix("/api/v1/{slug}/")
    parts = name.strip("/").split("/")
    with transaction.atomic():
        key = f"{method} {path}"
        thing = PREPARED.get(key, lambda world: getattr(world.things, THINGS.get(parts[0], "action")))(world)
        browser = program("cara" if method == "patch" and parts[0] == "lessons" else ACTORS.get(parts[-1], "lena"))
        place = name.replace("{id}", str(thing.pk))
        body = {name: value(world) if callable(value) else value for name, value in BODIES.get(key, {}).items()}
        answer = browser.get(place) if method == "get" else getattr(browser, method)(place, **body)
        transaction.set_rollback(True)
    return answer


def test_every_answer_is_as_described(world, program, description):
    """Each operation is asked once by somebody who may, and its answer held against its schema."""
    wrong: list[Any] = []
    for method, path, operation in operations(description):
        answer = _answer(world, program, method, path)
        schema = operation["responses"].get(str(answer.status_code))
        if schema is None:
            wrong.append((method, path, answer.status_code, answer.content[:300]))
            continue
        described = schema["content"]["application/json"]["schema"]
        whole = {**_of_json_schema(described), "components": _of_json_schema(description["components"])}
        wrong += [(path, error.message) for error in Draft202012Validator(whole).iter_errors(answer.json())]
    assert wrong == [], "\n".join(map(str, wrong))


def test_a_lesson_lives_on_by_the_api_as_on_the_pages(world, program):
    """Each move does what its page does, and refuses with the same sentence."""
    things = world.things
    farah, cara, reza = program("farah"), program("cara"), program("reza")
    assert reza.post(f"lessons/{things.changing.pk}/learn/", evidence="The wall").status_code == 403
    learnt = farah.post(f"lessons/{things.changing.pk}/learn/", evidence="The wall").json()
    assert learnt["state"] == State.LEARNED
    assert is_problem(farah.post(f"lessons/{things.changing.pk}/learn/", evidence=" "), 422)
    assert is_problem(farah.post(f"lessons/{things.changing.pk}/embed/"), 422)  # six months are not over
    assert farah.post(f"lessons/{things.changed.pk}/embed/").json()["state"] == State.EMBEDDED
    gone = farah.post(f"lessons/{things.changing.pk}/supersede/", other=things.changed.pk).json()
    assert gone["state"] == State.SUPERSEDED
    for odd in (0, things.changing.pk, things.draft.pk, 999_999):
        assert is_problem(farah.post(f"lessons/{things.changed.pk}/supersede/", other=odd), 422)
    assert farah.post(f"lessons/{things.changing.pk}/bring_back/").json()["state"] == State.LEARNED
    assert reza.post(f"lessons/{things.changed.pk}/reuse/", kind="helped").status_code == 200
    assert things.changed.reuses.get().person == world.people["reza"]
    assert is_problem(reza.post(f"lessons/{things.changed.pk}/reuse/", kind="loved"), 422)
    assert reza.post(f"lessons/{things.draft.pk}/restore/", number=1, seen=1).status_code == 404
    assert is_problem(cara.post(f"lessons/{things.draft.pk}/restore/", number=7, seen=1), 422)


def test_a_refusal_is_as_described(world, program, description):
    answer = program("lena").post(f"lessons/{world.things.waiting.pk}/submit/")
    assert is_problem(answer, 422)
    found = list(Draft202012Validator(description["components"]["schemas"]["Problem"]).iter_errors(answer.json()))
    assert found == []


def _of_json_schema(described: Any) -> Any:
    """OpenAPI 3.0’s ``nullable`` in the words of JSON Schema."""
    if isinstance(described, list):
        return [_of_json_schema(one) for one in described]
    if not isinstance(described, dict):
        return described
    plain = {key: _of_json_schema(value) for key, value in described.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if described.get("nullable") is True else plain


def test_every_operation_of_the_map_is_walked(description):
    changing = {f"{method} {path}" for method, path, _ in operations(description) if method != "get"}
    assert changing == set(BODIES)


def test_a_list_takes_the_same_queries_with_more_rows(world, program, lena):
    browser = program("lena")
    browser.get("actions/")
    counted = []
    for number in range(2):
        for place in range(3):
            add_action(
                world.riverside,
                by=as_member(lena),
                at=timezone.now(),
                title=f"{number} {place}",
                source=world.things.intervention,
            )
        with CaptureQueriesContext(connection) as seen:
            browser.get("actions/")
        counted.append(len(seen))
    assert counted[0] == counted[1]


WRITERS = [PlanSerializer, NewActionSerializer, RewordSerializer]


@pytest.mark.parametrize("writer", WRITERS)
def test_what_is_empty_or_too_long_is_refused_in_the_words_of_the_model(writer):
    fields = writer().get_fields()
    model, title = writer.Meta.model, fields["title"]
    for value in ("", "x" * (model._meta.get_field("title").max_length + 1)):
        with pytest.raises(serializers.ValidationError) as refused:
            title.run_validation(value)
        assert refused.value.detail[0] == sentence_about(model, "title", value) != ""


def test_every_serializer_that_takes_words_of_a_model_says_them_that_way():
    takes = [one for app in (actionplan_api, lessons_api, roadmap_api) for one in vars(app).values()]
    models = [one for one in takes if isinstance(one, type) and issubclass(one, serializers.ModelSerializer)]
    told = {one for one in models if one.__module__.endswith(".api") and not one.__module__.startswith("rest")}
    writing = {one for one in told if getattr(one.Meta, "read_only_fields", None) is None}
    assert len(writing) >= 5
    assert {one.__name__ for one in writing if not issubclass(one, InWordsOfModel)} <= {"WordsSerializer"}

"""What the pages of every day cost: CPU-milliseconds of portal and database together, beside a bare view of the rows.

CPU and not time, from the system’s own accounts (the process’s own, and that of the backend of PostgreSQL), so that
what else a machine does counts for little; the median of many. The rows are those of the demo, made in a transaction
that is taken back, in whichever database is configured. A bare view has Django’s sessions and sign-in, the same rows
and a list of them: what a page can hardly cost less than. Its figure is printed with no limit of its own.
"""

import statistics
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.test.utils import override_settings
from django.urls import path, reverse
from django.utils import timezone

from benchmarks.search import STORAGES, backend_account, cpu

ROUNDS = 30
LIMITS = {"empty": 8, "home": 40, "lesson": 25, "roadmap": 35, "gap": 60}
NAMES = {
    "empty": "an empty signed-in page",
    "home": "home of the lead",
    "lesson": "one lesson",
    "roadmap": "roadmap",
    "gap": "gap report",
}
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
_LIST = "<h1>{{ title }}</h1>{{ user }}{% for row in rows %}<p><a href='/{{ row.pk }}/'>{{ row }}</a></p>{% endfor %}"


def _bare_rows(what: str, pk: int) -> Iterable[Any]:
    """The rows of a page as somebody would read them who wants nothing but them."""
    from actionplan.models import Action
    from lessons.models import Lesson, LessonEvent
    from roadmap.models import Intervention
    from selfassessment.models import Answer, Assessment, Criterion
    from techniques.models import Session

    now = timezone.now()
    if what == "lesson":
        yield from Lesson.objects.filter(pk=pk).select_related("organisation", "revision", "author")
        yield from LessonEvent.objects.filter(lesson=pk).select_related("by")
        yield from Action.objects.filter(source_kind="lesson", source_ident=pk).select_related("owner")
    elif what in ("roadmap", "home"):
        programme = pk if what == "roadmap" else None
        rows = Intervention.objects.select_related("owner")
        yield from rows.filter(programme=programme) if programme else rows.filter(programme__is_current=True)
    if what == "home":
        for person in (pk,):
            yield from Action.objects.filter(owner=person, state="open").select_related("organisation")[:8]
        yield from Session.objects.filter(starts_at__gte=now, facilitator=pk).select_related("technique")[:8]
        yield from Action.objects.filter(state="open", due_on__lt=now.date()).select_related("owner")[:3]
        yield from Lesson.objects.filter(state="submitted").select_related("revision")[:2]
        yield from Lesson.objects.filter(validated_at__gte=now - timedelta(14)).select_related("revision")[:5]
        yield from Assessment.objects.filter(state="closed").order_by("-closed_at")[:1]
    if what == "gap":
        round_ = Assessment.objects.select_related("framework").get(pk=pk)
        yield from Criterion.objects.filter(section__framework=round_.framework_id).select_related("section")
        list(Answer.objects.filter(response__assessment=pk).values_list("criterion_id", "now", "wanted", "comment"))


def bare(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """The thinnest honest page of these rows."""
    rows = list(_bare_rows(what, pk))
    return HttpResponse(_template().render({"title": what, "rows": rows, "user": str(request.user)}, None))


_templates: list[Any] = []


def _template() -> Any:
    if not _templates:
        _templates.append(engines["django"].from_string(_LIST))
    return _templates[0]


urlpatterns = [path("bare/<str:what>/<int:pk>/", bare)]


def _addresses(world: Any) -> dict[str, tuple[str, int]]:
    """Each page, and the key with which its bare view is asked."""
    from lessons.models import Lesson
    from organisations.models import Membership, Person
    from roadmap.models import Programme
    from selfassessment.models import Assessment

    lena = Person.objects.get(email__startswith="lena@")
    member = Membership.objects.select_related("organisation", "person").get(person=lena)
    slug = member.organisation.slug
    programme = Programme.objects.visible_to(member).current().get()
    lesson = Lesson.objects.visible_to(member).filter(state="action", organisation=member.organisation).first()
    gap = Assessment.objects.visible_to(member).published().order_by("-closed_at").first()
    assert lesson is not None, "the demo has one of which an action was agreed"
    assert gap is not None, "the demo has a round that was published"
    return {
        "empty": (f"/o/{slug}/empty/", 0),
        "home": (f"/o/{slug}/", lena.pk),
        "lesson": (reverse("lesson_detail", args=[slug, lesson.pk]), lesson.pk),
        "roadmap": (reverse("programme_detail", args=[slug, programme.pk]), programme.pk),
        "gap": (reverse("gap_report", args=[slug, gap.pk]), gap.pk),
    }


def figures() -> list[dict[str, Any]]:
    """CPU-milliseconds of each page with its limit, of its bare view, and how often each asks the database."""
    from demo import simulate
    from organisations.models import Person

    found = []
    with transaction.atomic(), override_settings(STORAGES=STORAGES):
        world = simulate.load()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        with override_settings(ROOT_URLCONF="benchmarks.search"):
            addresses = _addresses(world)
        client = Client(HTTP_HOST="localhost")
        lena = Person.objects.get(email__startswith="lena@")
        client.force_login(lena, backend="allauth.account.auth_backends.AuthenticationBackend")
        for what, (address, pk) in addresses.items():
            with override_settings(ROOT_URLCONF="benchmarks.search"):
                mine = _median(client, address)
                queries = _queries(client, address)
            with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=MIDDLEWARE):
                beside = Client(HTTP_HOST="localhost", headers={"cookie": client.cookies.output(header="", sep=";")})
                beside.cookies = client.cookies
                bare_one = _median(beside, f"/bare/{what}/{pk}/")
            found.append(_figure(f"{NAMES[what]}, {queries} queries", mine, LIMITS[what]))
            found.append(_figure(f"{NAMES[what]}: a bare view beside it", bare_one, LIMITS[what]))
        transaction.set_rollback(True)
    return found


def _median(client: Client, address: str) -> float:
    backend = backend_account()
    for _ in range(5):
        if client.get(address).status_code != 200:
            raise AssertionError(address)
    return statistics.median(cpu(lambda: client.get(address), backend) for _ in range(ROUNDS))


def _queries(client: Client, address: str) -> int:
    asked: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        client.get(address)
    return len(asked)


def _figure(what: str, value: float, limit: float) -> dict[str, Any]:
    return {
        "figure": what, "value": round(value, 1), "limit": limit, "unit": "CPU-ms", "database": connection.vendor,
    }  # fmt: skip

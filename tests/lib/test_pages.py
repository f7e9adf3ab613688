"""Pages that belong to no app, and what is said when something goes wrong."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import RequestFactory
from django.urls import path, reverse
from django.utils import timezone

from kmportal.lib import pages
from kmportal.urls import handler400, handler403, handler404, handler500, urlpatterns  # noqa: F401  the resolver's


def broken(request):
    raise RuntimeError("broken")


def no_database(request):
    raise OperationalError("the database is away")


urlpatterns = [*urlpatterns, path("broken/", broken), path("away/", no_database)]
for view in (broken, no_database):
    view.login_required = False


@pytest.mark.parametrize("name", ["help", "accessibility", "privacy", "components"])
def test_public_pages_open_for_everybody(client, db, name, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get(reverse(name))
    assert response.status_code == 200
    html = response.content.decode()
    assert html.count("<h1") == 1
    assert len(re.findall(r'\bid="([^"]*)"', html)) == len(set(re.findall(r'\bid="([^"]*)"', html)))


def test_a_page_outside_keeps_the_frame_of_the_organisation_last_visited(as_, riverside, lena):
    riverside.incident_name, riverside.incident_url = "Datix", "https://datix.example/"
    riverside.save()
    browser = as_(lena)
    assert "Datix" not in browser.get(reverse("help")).content.decode()
    browser.get(reverse("action_list", args=["riverside"]))
    html = browser.get(reverse("help")).content.decode()
    assert '<a href="https://datix.example/" rel="noreferrer">Datix</a>' in html
    assert reverse("lesson_list", args=["riverside"]) in html


def test_who_has_left_sees_the_frame_of_nobody(as_, lena, member):
    browser = as_(lena)
    browser.get(reverse("action_list", args=["riverside"]))
    membership = member(lena)
    membership.left_at = timezone.now()
    membership.save()
    assert "Riverside" not in browser.get(reverse("help")).content.decode()


def test_a_page_that_is_not_there(as_, lena):
    response = as_(lena).get("/o/riverside/no-such-page/")
    assert response.status_code == 404
    assert "We cannot find that page" in response.content.decode()


def test_a_role_that_does_not_open_a_page_is_told_what_to_do(as_, reza):
    response = as_(reza).get(reverse("person_list", args=["riverside"]))
    html = response.content.decode()
    assert response.status_code == 403
    assert "Your role at Riverside is Reader" in html
    assert "ask an administrator of Riverside" in html


def test_a_stranger_is_not_told_that_an_organisation_exists(as_, oskar, riverside):
    html = as_(oskar).get(reverse("person_list", args=["riverside"])).content.decode()
    assert "We cannot find that page" in html
    assert "Riverside" not in html


def test_a_mistake_of_ours_asks_nothing_of_the_database(client, settings, django_assert_num_queries, db):
    settings.ROOT_URLCONF = "tests.lib.test_pages"
    client.raise_request_exception = False
    with django_assert_num_queries(0):
        response = client.get("/broken/")
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()


def test_a_database_that_is_away_is_a_short_break(client, settings, db):
    settings.ROOT_URLCONF = "tests.lib.test_pages"
    client.raise_request_exception = False
    response = client.get("/away/")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "Nothing that you saved is lost" in response.content.decode()


def test_a_form_from_a_stale_page_is_explained(db, lena):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    response = strict.post(reverse("account_login"), {"login": "lena@riverside.example", "password": "x"})
    assert response.status_code == 403
    assert "Please send that again" in response.content.decode()


def test_a_request_that_makes_no_sense(client, db):
    response = client.get("/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert "We cannot read that request" in response.content.decode()


def _meanwhile(monkeypatch, happens):
    """Something happens while a page is answered, just before what its session is to remember is saved."""
    save = Session.save

    def late(row, *args, **options):
        if options.get("force_update"):
            happens()
        return save(row, *args, **options)

    monkeypatch.setattr(Session, "save", late)


def test_a_database_that_goes_away_while_a_session_is_saved_is_said(riverside, lena, as_, monkeypatch):
    def gone():
        raise OperationalError("server closed the connection unexpectedly")

    browser = as_(lena)
    browser.raise_request_exception = False
    _meanwhile(monkeypatch, gone)
    answer = browser.get("/o/riverside/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"


def test_whose_session_is_ended_meanwhile_signs_in_again(riverside, lena, as_, monkeypatch):
    browser = as_(lena)
    _meanwhile(monkeypatch, lambda: Session.objects.all().delete())
    answer = browser.get("/o/riverside/")
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/o/riverside/")


def test_errors_are_drawn_without_request():
    request = RequestFactory().get("/")
    assert pages.bad_request(request, ValueError()).status_code == 400
    assert pages.server_error(request).status_code == 500


def test_the_file_for_the_proxy_needs_nobody():
    from tests.lib.test_assets import STATIC

    text = (STATIC / "unavailable.html").read_text()
    for address in re.findall(r'(?:href|src)="/static/([^"]+)"', text):
        assert (STATIC / address).is_file()

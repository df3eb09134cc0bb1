"""The pages for when something goes wrong: in the same clothes, and standing on their own."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.urls import include, path

from organisation.kept import forget
from tests.factories import DepartmentFactory

ERRORS = {
    "400": BadRequest(),
    "403": PermissionDenied(),
    "500": RuntimeError("a fault of ours"),
    "503": OperationalError("canceling statement due to lock timeout"),
}


@login_not_required
def fail(request: HttpRequest, status: str) -> HttpResponse:
    raise ERRORS[status]


@login_not_required
def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse("received")


handler500 = "config.views.server_error"
urlpatterns = [path("fail/<status>/", fail), path("form/", form), path("", include("config.urls"))]
pytestmark = pytest.mark.urls(__name__)


def away(*_) -> None:
    """In place of every query: the database does not answer."""
    raise OperationalError


def page(response) -> str:
    html = response.content.decode()
    assert '<html lang="en-GB" class="govuk-template">' in html
    assert 'class="app-header__link"' in html
    assert html.count("<h1") == 1
    return html


# Without the mark of the database, a query fails the test.


@pytest.mark.parametrize("status", ["500", "503"])
def test_what_is_our_fault_is_said_without_asking_the_database(client: Client, status: str) -> None:
    client.raise_request_exception = False
    assert client.get(f"/fail/{status}/").status_code == int(status)


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["400", "403", "404"])
def test_whoever_is_stuck_learns_whom_to_ask(client: Client, status: str) -> None:
    DepartmentFactory.create(contact_email="organisers@coast.example.gov.uk")
    address = "/no-such-page/" if status == "404" else f"/fail/{status}/"
    assert "mailto:organisers@coast.example.gov.uk" in page(client.get(address))

    forget()
    with connection.execute_wrapper(away):
        response = client.get(address)
    assert response.status_code == int(status)
    assert "reply to any email from us" in page(response)


@pytest.mark.django_db
@pytest.mark.parametrize("status", ERRORS)
def test_each_error_has_its_page(client: Client, status: str) -> None:
    client.raise_request_exception = False

    response = client.get(f"/fail/{status}/")

    assert response.status_code == int(status)
    assert "try" in page(response) or status == "403"
    assert not response.cookies


@pytest.mark.django_db
def test_an_unknown_address_leads_back_to_the_list(client: Client) -> None:
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert 'href="/"' in page(response)


def test_a_form_without_its_token_is_explained(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)

    response = strict.post("/form/")

    assert response.status_code == 403
    assert "nothing was sent or changed" in page(response)


def test_the_busy_page_promises_nothing_that_may_not_be_so(client: Client) -> None:
    client.raise_request_exception = False

    response = client.get("/fail/503/")

    assert int(response["Retry-After"]) > 0
    assert "only if a page or an email from us said so" in page(response)


def test_too_many_requests_has_a_page_for_whoever_says_so() -> None:
    assert "try again in a little while" in page(HttpResponse(render_to_string("429.html")))

"""The floor: a bare Django project, without sessions, forms, CSRF or a line of the product, on the same gunicorn.

Three views: one that says ok, a list of 20 rows, and a booking that updates a counter and inserts two rows.
"""

import os
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from psycopg.conninfo import conninfo_to_dict

_database = conninfo_to_dict(os.environ["DATABASE_URL"])
settings.configure(
    SECRET_KEY="the floor keeps no secret",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["bench.floor"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    TEMPLATES=[
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [Path(__file__).parent / "templates"]}
    ],
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _database["dbname"],
            "USER": _database.get("user", ""),
            "PASSWORD": _database.get("password", ""),
            "HOST": _database.get("host", ""),
            "PORT": _database.get("port", ""),
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.db import connection, transaction  # noqa: E402 - only once Django is set up
from django.db.models import F  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.floor.models import Booking, Email, Entry  # noqa: E402


def static(request: HttpRequest) -> HttpResponse:
    """Neither database nor template."""
    return HttpResponse("ok")


def entries(request: HttpRequest) -> HttpResponse:
    """One indexed SELECT of 20 rows and a small template."""
    rows = Entry.objects.filter(starts_at__gt=timezone.now()).order_by("starts_at")[:20]
    return render(request, "floor/entries.html", {"entries": rows})


def book(request: HttpRequest) -> HttpResponse:
    """One transaction: a counter, a booking, an email."""
    entry, email = request.POST["entry"], request.POST["email"]
    with transaction.atomic():
        Entry.objects.filter(pk=entry).update(booked=F("booked") + 1)
        booking = Booking.objects.create(entry_id=entry, name=request.POST["name"], email=email)
        Email.objects.create(recipient=email, about={"booking": booking.pk})
    return HttpResponseRedirect("/")


urlpatterns = [path("", entries), path("static/", static), path("book/", book)]
application = get_wsgi_application()


def prepare(entries: int) -> None:
    """Make the tables, with this many entries to come."""
    with connection.schema_editor() as editor:
        for model in (Entry, Booking, Email):
            editor.create_model(model)
    now = timezone.now()
    Entry.objects.bulk_create(
        Entry(title=f"Coffee morning {n}", starts_at=now + timedelta(hours=n + 1)) for n in range(entries)
    )


if __name__ == "__main__":
    prepare(200)

"""Put right, after the day, who sat with somebody and when they left."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from accounts.roles import organiser_page
from accounts.sessions import signed_in
from bookings.errors import DoorsClosed, VisitChanged
from bookings.forms.righting import RightingForm
from bookings.models import Visit
from bookings.outcomes import HELPS
from bookings.services.righting import can_be_put_right, put_visit_right, version_of
from notifications.form_pages import SeeOther


@organiser_page
def put_right(request: HttpRequest, reference: str, visit: int) -> HttpResponseBase:
    """Who sat with somebody from when to when, and when they left: as it is, to be changed."""
    user, visits = signed_in(request), Visit.objects.select_related("surgery__venue__office").prefetch_related(HELPS)
    person = get_object_or_404(visits, pk=visit, surgery__reference=reference)
    register = reverse("bookings:register", args=[reference])
    if not can_be_put_right(person.surgery, by=user, now=timezone.now()):
        return SeeOther(f"{register}?said=closed")
    form = _form(request, person)
    if form.is_bound and form["seen"].value() != form.initial["seen"]:
        return _page(request, person, _form(None, person), typed=form.typed())
    if form.is_valid():
        said = form.cleaned_data
        try:
            put_visit_right(
                visit=person, sittings=said["sittings"], left_at=said["left_at"], by=user, seen=said["seen"]
            )
        except VisitChanged:
            person = get_object_or_404(visits, pk=visit)
            return _page(request, person, _form(None, person), typed=form.typed())
        except DoorsClosed:
            return SeeOther(f"{register}?said=closed")
        except Visit.DoesNotExist:
            raise Http404 from None
        return SeeOther(f"{register}#person-{person.attendee_id}")
    return _page(request, person, form)


def _form(request: HttpRequest | None, person: Visit) -> RightingForm:
    helps = list(person.helps.all())
    data = request.POST if request and request.method == "POST" else None
    return RightingForm(data, visit=person, helps=helps, seen=version_of(person, helps))


def _page(request: HttpRequest, person: Visit, form: RightingForm, *, typed: list[str] | None = None) -> HttpResponse:
    """The form or, with what was `typed` into one that came too late, how it is now beside it."""
    context = {
        "surgery": person.surgery,
        "visit": person,
        "form": form,
        "has_changed": typed is not None,
        "typed": typed,
    }
    status = HTTPStatus.CONFLICT if typed is not None else HTTPStatus.OK
    return render(request, "bookings/put_right.html", context, status=status)

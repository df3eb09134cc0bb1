"""Finding a surgery: pages that anybody may see. None of them sets a cookie except the form that asks for a surgery."""

from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bookings.availability import Availability
from bookings.finding import Search, as_listed, find, known_choices, nearest, nearest_to
from bookings.forms.asking import AskForm
from bookings.kept import Kept
from bookings.offers import Offer
from notifications.form_pages import FOR_BACK, SeeOther, count_form, form_page
from organisation.kept import kept
from surgeries.models import Surgery

# What the list says about seats is never older than this, in seconds.
LIST_IS_KEPT = 1.0


@login_not_required
@require_safe
def upcoming(request: HttpRequest) -> HttpResponseBase:
    """The list of coming surgeries, rendered at most once a second in each process."""
    choices = known_choices()
    search = Search.of(request.GET, choices)

    def page() -> Kept:
        context = {
            "department": choices.department,
            "search": search,
            "choices": choices,
            "results": find(search, now=timezone.now()),
        }
        return Kept.render("bookings/upcoming.html", context, path=request.path, query=search.filters)

    return kept(f"upcoming:{search.key}", page, seconds=LIST_IS_KEPT).respond(request)


@login_not_required
@require_safe
@cache_control(no_cache=True)
def surgery(request: HttpRequest, reference: str) -> HttpResponse:
    """All that somebody needs to decide and to find the way.

    Past surgeries answer 200, because they did take place and people come back to see who helped them; those that
    were called off answer 410 Gone, drafts and unknown references 404. Each says where to go instead.
    """
    now = timezone.now()
    found = as_listed(Surgery.objects.public(), now=now).filter(reference=reference.lower()).first()
    if found is None:
        return render(
            request,
            "bookings/surgery_unknown.html",
            {"nearest": nearest(Search(), now=now)},
            status=HTTPStatus.NOT_FOUND,
        )
    if reference != found.reference:
        return redirect(found, permanent=True)
    availability = Availability.of(found, now=now)
    context = {"surgery": found, "availability": availability}
    if found.is_called_off or found.is_over(now) or not availability.can_book:
        context["nearest"] = nearest_to(found, now=now)
    if found.is_called_off:
        return render(request, "bookings/surgery_called_off.html", context, status=HTTPStatus.GONE)
    if found.is_over(now):
        return render(request, "bookings/surgery_over.html", context)
    context |= {
        "book": reverse("bookings:book", args=[found.reference]),
        "slots": Offer(found, now=now).slots,
    }
    return render(request, "bookings/surgery.html", context)


@form_page
@cache_control(**FOR_BACK)
def ask(request: HttpRequest) -> HttpResponseBase:
    """Tell the organisers that one would come, if there were a surgery here or about this."""
    form = AskForm(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        count_form(request)
        form.save()
        asked_for = urlencode({name: choice.slug for name, choice in form.cleaned_data.items() if choice})
        return SeeOther(f"{reverse('bookings:asked')}?{asked_for}")
    return render(request, "bookings/ask.html", {"form": form})


@login_not_required
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """Thank whoever asked, and show what there is meanwhile, beginning with what comes nearest to it."""
    search = Search.of(request.GET, known_choices())
    return render(request, "bookings/asked.html", {"nearest": nearest(search, now=timezone.now())})

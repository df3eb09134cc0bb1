"""The weekly digest: choosing it where it is offered, and stopping it, also by the link in the email."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.roles import organiser_page
from accounts.sessions import signed_in
from desk import services
from desk.links import LinkWrong, user_for
from desk.models import Digest
from notifications.form_pages import SeeOther, count_form, form_page


@organiser_page
@require_POST
def choose_digest(request: HttpRequest) -> HttpResponseBase:
    """Have it sent to whoever is signed in, and nobody else; or, without the wish for it, no more."""
    user = signed_in(request)
    wanted = request.POST.get("wanted") == "yes"
    if wanted:
        services.choose_digest(by=user)
    else:
        services.stop_digest(by=user)
    return SeeOther(f"{reverse('desk:what_needs_you')}?done={'chosen' if wanted else 'stopped'}")


@form_page
def stop_digest(request: HttpRequest, token: str) -> HttpResponseBase:
    """What the link in the email leads to: mail scanners open it, and only its button stops anything."""
    try:
        user = user_for(token)
    except LinkWrong:
        response: HttpResponse = render(request, "desk/stop_digest_wrong.html", status=HTTPStatus.NOT_FOUND)
    else:
        if request.method == "POST":
            count_form(request)
            services.stop_digest(by=user)
            return SeeOther(request.path)
        context = {"is_chosen": Digest.objects.filter(user=user).exists()}
        response = render(request, "desk/stop_digest.html", context)
    response["Referrer-Policy"] = "strict-origin"
    return response

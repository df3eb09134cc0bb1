"""Pages of whoever is signed in: their account, and what is theirs as a champion."""

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.second_factor import before_it
from accounts.sessions import signed_in
from champions.forms import ProfileForm
from champions.models import Champion
from champions.roles import applicant_page
from champions.services import edit_profile
from notifications.form_pages import SeeOther
from organisation.models import Office

DONE = {
    "applied": "Thank you. We have your application.",
    "already": "You are a champion already, so what you have just sent changed nothing. Change your profile instead.",
    "saved": "Your profile is saved.",
    "rests": "The organisers know that you rest. If you gave shifts back, you get an email about each.",
    "left": "The organisers know that you have left. If you had shifts ahead, you get an email about each.",
    "back": "Welcome back.",
}


@require_safe
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Where whoever has signed in begins: an organiser with what needs them, and a champion, or somebody who applied,
    at the page of their own.

    An organiser of a department that has nothing yet begins with setting it up.
    """
    user = signed_in(request)
    if user.is_organiser:
        return redirect("desk:what_needs_you" if Office.objects.exists() else "bookings:set_up")
    is_known = Champion.objects.filter(user=user).exists()
    return redirect("champions:home" if is_known else "champions:account")


@before_it
@require_safe
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and as what."""
    champion = Champion.objects.filter(user=request.user.pk).first()
    return render(request, "champions/account.html", {"champion": champion})


@applicant_page
@require_safe
def home(request: HttpRequest, champion: Champion) -> HttpResponse:
    """Where a champion begins, and where somebody who applied sees what became of it."""
    prefetch_related_objects([champion], "offices", "skills__topic")
    done, milestone = DONE.get(request.GET.get("done", "")), champion.milestones.last()
    return render(request, "champions/home.html", {"champion": champion, "done": done, "milestone": milestone})


@applicant_page
def profile(request: HttpRequest, champion: Champion) -> HttpResponseBase:
    """What a champion says of themselves, to see and to change. Who is none yet changes their application."""
    if champion.can_apply:
        return SeeOther(reverse("champions:own_application"))
    form = ProfileForm(request.POST if request.method == "POST" else None, champion=champion)
    if form.is_valid():
        answers = form.cleaned_data
        edit_profile(champion=champion, said=form.said(), is_listed=answers["is_listed"], shown=answers["shown"])
        return SeeOther(f"{reverse('champions:home')}?done=saved")
    return render(request, "champions/profile.html", {"form": form, "champion": champion})

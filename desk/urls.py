"""Addresses of the organisers' first page, and of what it leads to."""

from django.urls import path

from desk.views import digest, emails, guide, needs

app_name = "desk"
urlpatterns = [
    path("organise/", needs.what_needs_you, name="what_needs_you"),
    path("organise/help/", guide.guide, name="guide"),
    path("organise/needs/<slug:slug>/", needs.see_all, name="see_all"),
    path("organise/champions/<int:pk>/shifts/", needs.champion_shifts, name="champion_shifts"),
    path("organise/digest/", digest.choose_digest, name="choose_digest"),
    path("digest/<str:token>/stop/", digest.stop_digest, name="stop_digest"),
    path("organise/emails/", emails.failed_emails, name="failed_emails"),
    path("organise/emails/try-again/", emails.try_all_again, name="try_all_again"),
    path("organise/emails/<int:pk>/try-again/", emails.try_again, name="try_again"),
    path("organise/emails/<int:pk>/leave/", emails.leave_alone, name="leave_alone"),
]

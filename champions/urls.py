"""Addresses of champions: what is theirs, and what organisers decide."""

from django.urls import path

from champions.views import champion, organiser

app_name = "champions"
urlpatterns = [
    path("account/", champion.account, name="account"),
    path("champion/", champion.home, name="home"),
    path("organise/champions/", organiser.applications, name="applications"),
]

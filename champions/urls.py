"""Addresses of champions: becoming one, what is theirs, and what organisers decide."""

from django.urls import path

from champions.views import champion, joining, organiser, public

app_name = "champions"
urlpatterns = [
    path("start/", champion.start, name="start"),
    path("account/", champion.account, name="account"),
    path("champion/", champion.home, name="home"),
    path("champion/application/", joining.own_application, name="own_application"),
    path("champion/profile/", champion.profile, name="profile"),
    path("champions/", public.directory, name="directory"),
    path("champions/join/", joining.join, name="join"),
    path("champions/join/code/", joining.join_code, name="join_code"),
    path("organise/champions/", organiser.applications, name="applications"),
    path("organise/champions/add/", organiser.add_champion, name="add_champion"),
    path("organise/champions/<int:pk>/", organiser.application, name="application"),
    path("organise/champions/<int:pk>/approve/", organiser.approve, name="approve"),
    path("organise/champions/<int:pk>/ask-back/", organiser.ask_back, name="ask_back"),
    path("organise/champions/<int:pk>/decline/", organiser.decline, name="decline"),
]

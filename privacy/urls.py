"""Addresses of the privacy notice, and of what organisers do with people’s data."""

from django.urls import path

from privacy import views

app_name = "privacy"
urlpatterns = [
    path("privacy/", views.notice, name="notice"),
    path("organise/people/users/<int:pk>/data/", views.data_of_user, name="data_of_user"),
    path("organise/people/<int:pk>/data/", views.data, name="data"),
    path("organise/people/<int:pk>/data.json", views.data_json, name="data_json"),
    path("organise/people/<int:pk>/erase/", views.erase, name="erase"),
    path("organise/people/champions/<int:pk>/erase/", views.erase_champion, name="erase_champion"),
    path("organise/people/<int:pk>/same/", views.same, name="same"),
    path("organise/people/<int:pk>/same/<int:other>/", views.merge, name="merge"),
]

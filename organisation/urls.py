from django.urls import path

from organisation import views

app_name = "organisation"
urlpatterns = [
    path("cheat-sheets/", views.cheat_sheets, name="cheat_sheets"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("cookies/", views.cookies, name="cookies"),
]

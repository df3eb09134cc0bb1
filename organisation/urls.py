from django.urls import path

from organisation import views

app_name = "organisation"
urlpatterns = [
    path("cheat-sheets/", views.cheat_sheets, name="cheat_sheets"),
    path("kit/", views.kit, name="kit"),
    path("kit/checklist/", views.kit_checklist, name="kit_checklist"),
    path("kit/invitation/", views.kit_invitation, name="kit_invitation"),
    path("kit/poster/", views.kit_poster, name="kit_poster"),
    path("kit/first-ten-minutes/", views.kit_first_ten_minutes, name="kit_first_ten_minutes"),
    path("kit/cheat-sheets/", views.kit_cheat_sheets, name="kit_cheat_sheets"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("cookies/", views.cookies, name="cookies"),
]

"""The demonstration mailbox. Included in demonstration mode only."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.mailbox, name="mailbox"),
    path("<int:pk>/", views.message, name="message"),
    path("<int:pk>/letter/", views.message_letter, name="message_letter"),
    path("<int:pk>/attachments/<int:number>/", views.message_attachment, name="message_attachment"),
]

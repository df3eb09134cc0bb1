"""Every URL of the product. The names under `/` stay: other software and documents rely on them."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path

from config import views

admin.site.unregister(Group)  # there is one kind of administrator

handler500 = "config.views.server_error"

urlpatterns = [
    path("", include("bookings.urls")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("", include("organisation.urls")),
    path("admin/", admin.site.urls),
]
if settings.DEMONSTRATION:
    urlpatterns.append(path("mailbox/", include("notifications.urls")))

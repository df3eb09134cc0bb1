"""Every URL of the product. The names under `/` stay: other software and documents rely on them."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import metrics, views

handler500 = "config.views.server_error"

urlpatterns = [
    path("", include("bookings.urls")),
    path("organise/organisers/", include("bookings.letting_in_urls")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("", include("desk.urls")),
    path("", include("privacy.urls")),
    path("", include("organisation.urls")),
    path("", include("accounts.urls")),
    path("", include("champions.urls")),
    path("admin/", admin.site.urls),
]
if settings.DEMONSTRATION:
    urlpatterns.append(path("mailbox/", include("notifications.urls")))

"""Every URL, as in demonstration mode."""

from django.urls import include, path

from config.urls import handler500, urlpatterns

__all__ = ["handler500", "urlpatterns"]
urlpatterns = [*urlpatterns, path("mailbox/", include("notifications.urls"))]

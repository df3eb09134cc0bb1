"""Every URL of the product. The names under `/` stay: other software and documents rely on them."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]

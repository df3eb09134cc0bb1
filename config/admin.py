"""The site of the administration pages: the product's name, and an answer to whatever is sent there."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator

LONGEST_NUMBER = 18


class DiarySite(admin.AdminSite):
    """Django's own, which trusts that nobody writes addresses and forms by hand, and answers with an error page."""

    site_header = site_title = "Social media surgeries"
    index_title = "Keep the diary"
    # The first page lists the same. Beside a list it would leave no room for the last columns.
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in our own rows only, whatever other packages would like to show."""
        models: Any = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        ours = [model for model in models if Path(model._meta.app_config.path).parent == settings.BASE_DIR]
        super().register(ours, admin_class, **options)

    def get_urls(self) -> list:
        """Django's own, but nobody has a password to change."""
        return [url for url in super().get_urls() if not str(url.pattern).startswith("password_change")]

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one way to sign in; somebody who is signed in and may not come in is told so."""
        from django.contrib.auth.views import redirect_to_login

        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """There is one way to sign out as well."""
        from accounts.views.signing_in import sign_out

        return sign_out(request)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        page = super().admin_view(view, cacheable)

        @wraps(page)
        def readable(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if can_be_read(request):
                return page(request, *args, **kwargs)
            messages.error(request, "What was sent cannot be read, so nothing was done.")
            return HttpResponseRedirect(request.path)

        return readable


class DiarySiteConfig(AdminConfig):
    default_site = "config.admin.DiarySite"

    def ready(self) -> None:
        """Also take in what `check --deploy` says of our own settings."""
        super().ready()
        from config import checks

        assert checks


def can_be_read(request: HttpRequest) -> bool:
    """Whether what goes unchecked into queries could be in a database: text without NUL, and rows by number."""
    chosen = [*request.POST.getlist(ACTION_CHECKBOX_NAME), request.POST.get("index", "0")]
    return all(each.isdecimal() and len(each) <= LONGEST_NUMBER for each in chosen) and not any(
        "\0" in value for values in request.GET.lists() for value in [values[0], *values[1]]
    )

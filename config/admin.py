"""The site of the administration pages: the product's name, and an answer to whatever is sent there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

LONGEST_NUMBER = 18


class DiarySite(admin.AdminSite):
    """Django's own, which trusts that nobody writes addresses and forms by hand, and answers with an error page."""

    site_header = site_title = "Social media surgeries"
    index_title = "Keep the diary"
    # The first page lists the same. Beside a list it would leave no room for the last columns.
    enable_nav_sidebar = False

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


def can_be_read(request: HttpRequest) -> bool:
    """Whether what goes unchecked into queries could be in a database: text without NUL, and rows by number."""
    chosen = [*request.POST.getlist(ACTION_CHECKBOX_NAME), request.POST.get("index", "0")]
    return all(each.isdecimal() and len(each) <= LONGEST_NUMBER for each in chosen) and not any(
        "\0" in value for values in request.GET.lists() for value in [values[0], *values[1]]
    )

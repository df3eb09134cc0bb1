"""What a person sees and sends on an administration page: every field as it is shown, ready to be changed and sent."""

from collections.abc import Iterator
from typing import Any

from django.forms import BaseForm
from django.test import Client
from django.urls import reverse


def shown(response: Any) -> dict[str, Any]:
    """The values of every field on the page, by the names under which a browser would send them."""
    assert response.status_code == 200, response
    data: dict[str, Any] = {}
    for form in _forms(response):
        for bound in form:
            value = bound.value()
            if value is not None and value is not False and not bound.field.disabled:
                data[bound.html_name] = "on" if value is True else value
    return data


def _forms(response: Any) -> Iterator[BaseForm]:
    yield response.context["adminform"].form
    for inline in response.context["inline_admin_formsets"]:
        yield inline.formset.management_form
        yield from inline.formset.forms


def send(client: Client, page: str, *args: Any, **changes: Any) -> Any:
    """Open the page, change some fields, send it. A value of None empties a field."""
    address = reverse(f"admin:{page}", args=args)
    data = shown(client.get(address)) | changes
    return client.post(address, {name: value for name, value in data.items() if value is not None})


def complaints(response: Any) -> str:
    """Every error on the page, in one text; empty if the page was left, which is what saving does."""
    if response.status_code == 302:
        return ""
    assert response.status_code == 200
    said: list[str] = []
    for form in _forms(response):
        said += [str(error) for errors in form.errors.values() for error in errors]
    for inline in response.context["inline_admin_formsets"]:
        said += [str(error) for error in inline.formset.non_form_errors()]
    assert said, "The page came again without a word."
    return " ".join(said)


def act(client: Client, page: str, action: str, rows: Any, *, shown: str = "", **more: Any) -> Any:
    """Choose rows in a list, which may be filtered to what is `shown`, and an action, and press Go."""
    chosen = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return client.post(reverse(f"admin:{page}_changelist") + shown, chosen, follow=True)


def said(response: Any) -> str:
    """What the page reports on top."""
    return " ".join(str(message) for message in response.context["messages"])

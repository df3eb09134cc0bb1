"""The page of dates, as an organiser asks for it and sends it back."""

import re
from typing import Any
from urllib.parse import urlencode

from tests.everyone.planning import DATES, typed


def dates_page(client, there, /, **said):
    return client.get(f"{DATES}?{urlencode({**typed(there.pk), **said})}")


def form_on(response) -> dict[str, Any]:
    """What the page of dates would send if its button were pressed."""
    page = response.content.decode()
    ticked = re.findall(r'name="days" type="checkbox" value="([\d-]+)" checked', page)
    hidden = {name: re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)[1] for name in ("request_id", "warned")}
    return {"days": ticked, "publish": "drafts", **hidden}


def send(client, venue, form, **said):
    return client.post(f"{DATES}?{urlencode(typed(venue.pk, **said))}", form)

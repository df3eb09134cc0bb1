"""Reading the room and pressing its buttons, for tests."""

import re
import uuid

from django.urls import reverse

from bookings.models import Visit
from surgeries.models import Shift, Surgery
from tests.bookings.pages import words_of
from tests.factories import (
    ChampionFactory,
    ShiftFactory,
    UserFactory,
)


def host_of(surgery: Surgery, name: str, **facts) -> Shift:
    champion = ChampionFactory.create(name=name, user=UserFactory.create(), topics=facts.pop("topics", []))
    return ShiftFactory.create(surgery=surgery, champion=champion, **facts)


def room(surgery: Surgery) -> str:
    return reverse("bookings:room", args=[surgery.reference])


def read(client, surgery, query: str = "") -> str:
    response = client.get(room(surgery) + query)
    assert response.status_code == 200
    return words_of(response)


def press(client, surgery, **sent: object) -> str:
    """Press a button without JavaScript, and read the page to which that leads."""
    response = client.post(reverse("bookings:act", args=[surgery.reference]), sent)
    assert response.status_code == 303
    return words_of(client.get(response["Location"]))


def undo(client, surgery, said: str, visit: Visit) -> str:
    """Press Undo beside what was said about somebody, with whatever the page sends along."""
    page = client.get(room(surgery), {"said": said, "who": f"visit-{visit.pk}"}).content.decode()
    form = page.partition('id="undo-')[2].partition("</form>")[0]
    return press(client, surgery, **dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)))


def walk_in(client, surgery, **typed: object):
    return client.post(room(surgery), {"request_id": uuid.uuid4(), "name": "Dora Okafor"} | typed)

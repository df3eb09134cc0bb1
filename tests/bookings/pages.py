"""Sending the booking form and reading its pages, for tests."""

import re
import uuid
from html import unescape

from django.http import HttpResponse
from django.urls import reverse

from bookings.links import token_for
from bookings.models import Booking
from surgeries.models import Slot, Surgery

ADA = "ada.lovelace@example.gov.uk"
RADIO = re.compile(
    r'<input class="govuk-radios__input"[^>]* value="(\w+)"([^>]*)>.*?</label>\s*'
    r'(?:<div [^>]*__hint">\s*(.*?)\s*</div>)?',
    re.DOTALL,
)


def page_of(surgery: Surgery) -> str:
    """Where the surgery is booked."""
    return reverse("bookings:book", args=[surgery.reference])


def filled_in(slot: Slot | None, **changes: object) -> dict[str, object]:
    """The three things that have to be given, for a slot or (None) for the waiting list."""
    request_id, chosen = str(uuid.uuid4()), slot.pk if slot else "wait"
    return {"request_id": request_id, "slot": chosen, "name": "Ada Lovelace", "email": ADA} | changes


def private(booking: Booking, page: str = "") -> str:
    """The address of the private link, or of a page below it."""
    return f"{reverse('bookings:booking', args=[token_for(booking)])}{page}"


def words_of(response: HttpResponse) -> str:
    """What a page says, without its tags, in one line."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.replace("<wbr>", ""))).split())


def title_of(response: HttpResponse) -> str:
    """What the browser's tab says."""
    found = re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)
    return " ".join(unescape(found[1]).split()) if found else ""


def slots_on(response: HttpResponse) -> dict[str, tuple[str, str]]:
    """The slots to choose from: value to what is said of the seats, and "free", "chosen" or "disabled"."""
    return {
        value: (
            unescape(hint),
            "disabled" if " disabled" in attributes else "chosen" if " checked" in attributes else "free",
        )
        for value, attributes, hint in RADIO.findall(response.content.decode())
    }

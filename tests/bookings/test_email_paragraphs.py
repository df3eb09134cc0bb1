"""A paragraph of the department's own in each kind of email, seen in a real one before it goes out."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from bookings.links import token_for
from bookings.models import Booking
from bookings.paragraphs import kinds, preview
from champions.models import Milestone
from organisation.models import EmailParagraph
from organisation.paragraphs import showing
from organisation.services import set_paragraph
from tests.bookings.test_statements_per_page import statements
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DecisionFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db
PAGE = "/organise/lists/emails/"
EMAILS = Path(settings.BASE_DIR) / "templates" / "emails"
# To organisers, to an address that was mistyped, and with a code.
WITHOUT = {
    "surgery_letter",
    "champion_applied",
    "champion_away",
    "champion_code",
    "shift_given_back",
    "booking_sent_in_error",
    "weekly_digest",
}
WORDS = "Park & ride: <b>free</b>.\n\nhttps://intranet.example.gov.uk/cafe"


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(UserFactory.create(organiser=True))
    return client


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def one_of_each() -> None:
    """Whatever an email could be about."""
    user = UserFactory.create
    BookingFactory.create(), BookingFactory.create(waiting=True), BookingFactory.create(cancelled=True)
    BookingFactory.create(cancelled=True, cancelled_reason=Booking.MOVED_AWAY)
    BookingFactory.create(surgery=SurgeryFactory.create(called_off=True), cancelled=True)
    over = SurgeryFactory.create(starts_at=local(-3))
    BookingFactory.create(surgery=over), VisitFactory.create(surgery=over)
    VisitFactory.create(booking=BookingFactory.create(surgery=over))
    shift = ShiftFactory.create(champion__user=user())
    ShiftFactory.create(champion__user=user(), given_back=True)
    for state, outcome in (("active", "approved"), ("asked_back", "asked_back"), ("declined", "declined")):
        said = "" if outcome == "approved" else "Because."
        applicant = ChampionFactory.create(user=user(), state=state, applied_at=timezone.now())
        DecisionFactory.create(champion=applicant, outcome=outcome, words=said)
    Milestone.objects.create(champion=shift.champion, kind="1", reached_at=timezone.now())


def test_every_email_to_attendees_and_champions_may_have_one_and_no_other():
    letters = {path.parent.name for path in EMAILS.glob("*/body.txt") if "emails/letter.txt" in path.read_text()}
    assert set(kinds()) == letters - WITHOUT
    assert letters >= WITHOUT


def test_it_is_in_the_text_as_it_was_written_and_in_the_html_with_nothing_of_it_that_could_run():
    BookingFactory.create()
    shown = preview(kinds()["booking_booked"], WORDS)
    assert shown
    assert WORDS in shown.message.text
    assert "Park &amp; ride: &lt;b&gt;free&lt;/b&gt;." in shown.message.html
    assert '<a href="https://intranet.example.gov.uk/cafe"' in shown.message.html


def test_it_goes_out_once_it_is_saved_in_its_own_kind_of_email_alone():
    BookingFactory.create()
    set_paragraph(email="booking_reminder", words=WORDS)
    texts = {}
    for name in ("booking_reminder", "booking_booked"):
        sample = kinds()[name].latest()
        assert sample
        message = sample.written(timezone.now())
        assert message
        texts[name] = message.text
    assert WORDS in texts["booking_reminder"]
    assert "Park & ride" not in texts["booking_booked"]
    set_paragraph(email="booking_reminder", words="")
    assert not EmailParagraph.objects.exists()


def test_each_kind_is_shown_from_something_real_with_no_private_link_that_works():
    one_of_each()
    too_little = {"already_booked", "booking_not_moved", "brief_changes", "outcomes_missing", "visit_missed",
                  "shift_asked"}  # fmt: skip
    for name, kind in kinds().items():
        shown = preview(kind, WORDS)
        assert shown, name
        assert shown.is_of_this_kind or name in too_little, name
        assert WORDS in shown.message.text, name
        for token in re.findall(r"/(?:bookings|visits|step-in)/([^/\s\"<]+)", shown.message.text + shown.message.html):
            assert token == "private", name


def test_control_without_taking_them_out_private_links_would_show():
    booking = BookingFactory.create()
    sample = kinds()["booking_booked"].latest()
    assert sample
    message = sample.written(timezone.now())
    assert message
    assert token_for(booking) in message.text


def test_what_is_only_looked_at_is_in_no_email_that_goes_out_meanwhile():
    sample_of = kinds()["booking_booked"]
    BookingFactory.create()
    with showing("Only looked at"):
        pass
    sample = sample_of.latest()
    assert sample
    message = sample.written(timezone.now())
    assert message
    assert "Only looked at" not in message.text


def test_an_organiser_looks_at_it_first_and_then_saves_it(organiser: Client):
    page = f"{PAGE}booking_booked/"
    assert "As soon as somebody has booked" in words(organiser.get(page))
    booking = BookingFactory.create()

    shown = organiser.post(page, {"words": WORDS, "preview": ""})
    assert "not saved yet" in words(shown)
    assert "Park &amp; ride" in words(shown)
    assert token_for(booking) not in shown.content.decode()
    assert "'sha256-" in shown["Content-Security-Policy"]
    assert "unsafe" not in shown["Content-Security-Policy"]
    assert not EmailParagraph.objects.exists()

    for _ in range(2):
        assert organiser.post(page, {"words": f" {WORDS}\r\n"})["Location"] == f"{PAGE}?done=saved"
    assert EmailParagraph.objects.get().words == WORDS
    assert "Park &amp; ride" in words(organiser.get(PAGE))
    assert organiser.post(page, {"words": " "})["Location"] == f"{PAGE}?done=taken_out"
    assert "Taken out." in words(organiser.get(f"{PAGE}?done=taken_out"))
    organiser.post(page, {"words": WORDS})
    too_long = words(organiser.post(page, {"words": "x" * 601}))
    assert "The paragraph has to be 600 characters or fewer" in too_long
    assert organiser.get(f"{PAGE}sign_in_code/").status_code == 404
    assert Booking.objects.get().is_confirmed


def test_the_pages_take_the_same_few_statements_however_much_there_is(organiser: Client):
    one_of_each()
    pages = [PAGE, *(f"{PAGE}{name}/" for name in kinds())]
    few = [statements(lambda page=page: organiser.get(page)) for page in pages]
    one_of_each()
    BookingFactory.create_batch(5)
    assert [statements(lambda page=page: organiser.get(page)) for page in pages] == few
    assert {page: n for page, n in zip(pages, few, strict=True) if n > 12} == {}

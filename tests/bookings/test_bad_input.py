"""Whatever is sent to the forms: an answer that a person can read, never a fault of ours."""

import os
import uuid
from urllib.parse import quote_from_bytes

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.links import visit_token
from bookings.models import Attendee, Booking
from tests.bookings.pages import filled_in, page_of, private
from tests.factories import (
    BookingFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    SymptomFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    local,
)

pytestmark = pytest.mark.django_db

EXAMPLES = 2000 if os.environ.get("FULL_SIZE") else 50
FIELDS = ("slot", "suits", "among", "name", "email", "symptoms", "topics", "question", "team", "adjustments",
          "request_id", "holds", "seen", "office", "grade", "feeling", "reason", "words")  # fmt: skip
AFTERWARDS = ("topics", "result", "next_step", "pledge", "platforms", "is_possible_story", "missed_because", "do")
NASTY = (
    "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202eada", "\ufeff", "\u2028", "\r\n", "<script>alert(1)</script>",
    "{{ 7|add:7 }}{% now 'Y' %}", "' OR 1=1 --", "'; DROP TABLE bookings_booking; --", "-1", "0", "1e9", "NaN", "+1",
    "१", "9" * 30, "9" * 5000, "1_0", "wait", "unsure", "true", "None", "[]", "../../etc/passwd", "%00", "a" * 101,
    "é" * 600, "a@b", "@", "ada@example.gov.uk\nBcc: x@example.gov.uk", "🧁" * 300, "\x1b[31m", str(uuid.UUID(int=0)),
)  # fmt: skip
VALUES = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=200), st.integers().map(str)), max_size=3)
POSTED = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=len(FIELDS))
PAGES = ("email/", "answers/", "evidence/", "cancel/", "change/", "wait/")
each_is_its_own = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def no_limits(settings):
    settings.EMAILS_PER_ADDRESS = settings.FORMS_PER_CLIENT = 10**9


def encoded(posted: dict[str, list[str]]) -> str:
    """As a browser would send it, surrogates and all."""
    return "&".join(
        f"{name}={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}"
        for name, values in posted.items()
        for value in values
    )


def send(client, address, posted):
    return client.post(address, encoded(posted), content_type="application/x-www-form-urlencoded")


def check(response):
    assert response.status_code in {200, 303, 400, 409, 410}
    assert b"<script>alert(1)" not in response.content


@each_is_its_own
@given(posted=POSTED)
def test_the_booking_form_takes_anything(client, surgery, posted):
    check(send(client, page_of(surgery), posted))


@each_is_its_own
@given(posted=POSTED, field=st.sampled_from(FIELDS))
def test_one_bad_field_among_good_ones_is_an_answer_too(client, surgery, posted, field):
    good = {name: [str(value)] for name, value in filled_in(surgery.slots.first()).items()}
    check(send(client, page_of(surgery), good | {field: posted.get(field, [])}))
    Booking.objects.all().delete()
    Attendee.objects.all().delete()


@each_is_its_own
@given(posted=POSTED, page=st.sampled_from(PAGES), waits=st.booleans())
def test_the_forms_behind_the_private_link_take_anything(client, surgery, posted, page, waits):
    booking = BookingFactory.create(surgery=surgery, waiting=True) if waits else BookingFactory.create()
    check(send(client, private(booking, page), posted))


@each_is_its_own
@given(words=VALUES)
def test_thanks_take_anything(client, words):
    shift = ShiftFactory.create(surgery__starts_at=local(-1))
    booking = BookingFactory.create(surgery=shift.surgery)
    check(send(client, private(booking, "thanks/"), {"words": words}))


@pytest.fixture
def afterwards(client) -> list[str]:
    """Where something is sent once a surgery is over: by its hosts, who came, and who did not."""
    outcome = OutcomeFactory.create(visit__surgery__starts_at=local(-1))
    surgery = outcome.visit.surgery
    missed = private(BookingFactory.create(surgery=surgery), "missed/")
    client.force_login(UserFactory.create(organiser=True))
    form = f"/champion/surgeries/{surgery.reference}/outcome/{outcome.visit_id}/"
    return [form, missed, f"/visits/{visit_token(outcome.visit)}/next-step/"]


@each_is_its_own
@given(posted=st.dictionaries(st.sampled_from(AFTERWARDS), VALUES, max_size=len(AFTERWARDS)), number=st.integers(0, 2))
def test_what_is_sent_afterwards_may_be_anything(client, afterwards, posted, number):
    check(send(client, afterwards[number], posted))


@each_is_its_own
@given(posted=POSTED, drops_in=st.booleans())
def test_the_door_takes_anything(client, posted, drops_in):
    surgery = SurgeryFactory.create(starts_at=timezone.now(), is_drop_in=drops_in)
    address = f"/here/{surgery.reference}/"
    check(send(client, address, posted))
    check(send(client, address, {"name": ["Ada"], "email": ["ada@example.gov.uk"]} | posted))


@each_is_its_own
@given(slot=st.one_of(st.sampled_from(NASTY), st.text(max_size=50)), reference=st.text("-_aZ9\x00é/.", max_size=20))
def test_addresses_may_hold_anything(client, surgery, slot, reference):
    query = f"slot={quote_from_bytes(slot.encode('utf-8', 'surrogatepass'))}"
    check(client.get(f"{page_of(surgery)}?{query}"))
    path = quote_from_bytes(reference.encode())
    assert client.get(f"/surgeries/{path}/book/").status_code in {200, 301, 404}
    for link in ("bookings", "visits"):
        assert client.get(f"/{link}/{path}/").status_code in {200, 303, 404}
    for door in (f"/here/{path}/", f"/here/{path}/in/", f"/here/series/{path}/"):
        assert client.get(door).status_code in {200, 301, 404}


@pytest.mark.parametrize("field", FIELDS)
def test_a_megabyte_in_one_field_is_refused_in_words(client, surgery, field):
    TopicFactory.create(), SymptomFactory.create(), TeamFactory.create()
    sent = filled_in(surgery.slots.first(), suits=surgery.slots.first().pk) | {field: "A" * 2**20}
    response = client.post(page_of(surgery), sent)
    assert response.status_code in {200, 303}
    assert Booking.objects.count() == (response.status_code == 303)


def test_more_than_a_browser_would_ever_send_is_refused(client, surgery):
    for sent in ({"name": "A" * 3 * 2**20}, {f"field{number}": "" for number in range(1100)}):
        assert client.post(page_of(surgery), filled_in(surgery.slots.first()) | sent).status_code == 400


def test_a_field_sent_twice_counts_once(client, surgery):
    first, last = surgery.slots.first(), surgery.slots.last()
    response = client.post(page_of(surgery), filled_in(first) | {"slot": [first.pk, last.pk], "name": ["Ada", "Grace"]})
    assert response.status_code == 303
    assert (Booking.objects.get().slot, Booking.objects.get().name) == (last, "Grace")

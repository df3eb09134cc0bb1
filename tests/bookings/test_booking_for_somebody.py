"""Organisers book, move and cancel for somebody: by the rules of whoever books for themselves, with the same emails."""

import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Attendee, Booking
from bookings.services.booking import cancel, move
from history.models import Change
from notifications.models import OutboxEmail
from organisation.kept import forget
from organisation.models import Office, Team
from surgeries.templatetags.times import span, when
from tests.bookings.letters import write
from tests.bookings.pages import words_of
from tests.bookings.test_editing_a_surgery import hidden
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    TeamFactory,
    UserFactory,
    VenueFactory,
    local,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def organiser(client):
    user = UserFactory.create(organiser=True)
    client.force_login(user)
    return user


def kinds(to: str) -> list[str]:
    return list(OutboxEmail.objects.filter(recipient=to).order_by("pk").values_list("kind", flat=True))


def last_words() -> str:
    """What the latest email says."""
    message = write(OutboxEmail.objects.latest("pk"))
    assert message
    return message.text


def form(slot, **more) -> dict:
    return {"request_id": uuid.uuid4(), "slot": slot if isinstance(slot, str) else slot.pk, "symptoms": "unsure"} | more


def test_somebody_who_is_known_is_booked_under_their_name_and_address(client, surgery, alice, organiser):
    address = f"/organise/people/{alice.pk}/book/{surgery.reference}/"
    assert surgery.reference in client.get(f"/organise/people/{alice.pk}/book/").content.decode()
    sent = form(surgery.slots.first(), name="Somebody Else", email="somebody.else@example.gov.uk")
    answer = client.post(address, sent)
    again = client.post(address, sent)
    assert answer["Location"] == again["Location"] == f"/organise/people/{alice.pk}/?done=booked"
    booking = Booking.objects.get()
    assert (booking.attendee, booking.name, booking.is_unsure, booking.is_confirmed) == (alice, alice.name, True, True)
    assert kinds(alice.email) == ["booking_booked"]
    assert "The organisers have booked a seat for you." in last_words()
    made = Change.objects.get(table="bookings_booking", key=booking.pk)
    assert made.who == organiser.pk


def test_where_they_have_booked_already_is_not_offered_and_leads_to_their_page(client, surgery, alice, alices_booking):
    listed, there = f"/organise/people/{alice.pk}/book/", f"/organise/people/{alice.pk}/book/{surgery.reference}/"
    later = BookingFactory.create(surgery=SurgeryFactory.create(starts_at=local(9)), cancelled=True, attendee=alice)
    words, text = words_of(client.get(listed)), client.get(listed).content.decode()
    assert f"Not in this list, because they have booked there already: {when(surgery)}, {surgery.venue}" in words
    assert f'href="{surgery.reference}/"' not in text
    assert f'href="{later.surgery.reference}/"' in text, "they gave that one up"
    assert client.get(there)["Location"] == f"/organise/people/{alice.pk}/?done=there"
    assert "They have booked there already" in words_of(client.get(there, follow=True))

    cancel(booking=alices_booking, canceller=Booking.Canceller.ORGANISER)

    assert "because they have booked" not in words_of(client.get(listed))
    assert client.get(there).status_code == 200


def selected(page) -> list[str]:
    """The ids of the teams that the form shows as chosen."""
    select = page.content.decode().split('name="team"')[1].split("</select>")[0]
    return [pk for pk in re.findall(r'<option value="(\d*)"[^>]* selected', select) if pk]


def test_the_form_begins_with_the_team_that_they_said_last_and_what_is_sent_counts(client, surgery, alice):
    address = f"/organise/people/{alice.pk}/book/{surgery.reference}/"
    assert selected(client.get(address)) == [], "the control: none is known"
    before, last, other, another = TeamFactory.create_batch(4)
    for days, team in ((3, before), (2, last), (1, None)):
        BookingFactory.create(
            attendee=alice, team=team, question="How?", surgery__starts_at=local(-days),
            created_at=timezone.now() - timedelta(days=days),
        )  # fmt: skip
    BookingFactory.create(team=another)
    page = client.get(address)
    assert selected(page) == [str(last.pk)]
    assert "How?" not in page.content.decode()
    assert selected(client.get(f"/organise/people/new/{surgery.reference}/")) == []
    assert selected(client.post(address, form("", team=""))) == []
    assert selected(client.post(address, form("", team=other.pk))) == [str(other.pk)]
    Team.objects.filter(pk=last.pk).update(is_retired=True)
    assert selected(client.get(address)) == [], "nobody is of a team that is no more"
    client.post(address, form(surgery.slots.first(), team=""))
    assert Booking.objects.latest("pk").team is None


def test_somebody_new_is_known_from_then_on(client, surgery):
    answer = client.post(
        f"/organise/people/new/{surgery.reference}/",
        form(surgery.slots.first(), name="Grace Hopper", email="Grace.Hopper@example.gov.uk "),
    )
    booking = Booking.objects.select_related("attendee").get()
    assert answer["Location"] == f"/organise/people/{booking.attendee_id}/?done=booked"
    assert booking.attendee.email == "grace.hopper@example.gov.uk"


def test_an_address_that_is_known_books_for_its_owner_only_once_the_organiser_says_so(client, surgery, alice):
    address = f"/organise/people/new/{surgery.reference}/"
    sent = form(surgery.slots.first(), name="Grace Hopper", email=alice.email, question="How do I start?")
    asked = client.post(address, sent)
    text = asked.content.decode()
    assert asked.status_code == 409
    assert not Booking.objects.exists()
    assert f"{alice.name} is known by this address" in words_of(asked)
    assert f'href="/organise/people/{alice.pk}/"' in text
    assert "How do I start?" in text
    assert client.post(address, sent | {"owner": "person-0"}).status_code == 409, "it was somebody else’s page"

    sent |= {"owner": hidden(asked)["owner"]}
    booked, again = client.post(address, sent), client.post(address, sent | {"owner": ""})

    assert booked["Location"] == again["Location"] == f"/organise/people/{alice.pk}/?done=booked"
    assert Booking.objects.get().attendee == alice


def test_whoever_only_signs_in_can_be_booked_for_from_their_page(client, surgery, alice):
    user = UserFactory.create(name="Grace Hopper")
    page = f"/organise/people/users/{user.pk}/"
    assert f'action="{page}book/"' in client.get(page).content.decode()
    first, again = (client.post(f"{page}book/") for _ in range(2))
    grace = Attendee.objects.get(email=user.email)
    assert first["Location"] == again["Location"] == f"/organise/people/{grace.pk}/book/"
    assert surgery.reference in client.get(first["Location"]).content.decode()


def test_the_page_of_the_person_says_that_an_organiser_booked(client, surgery, alice, alices_booking):
    page = f"/organise/people/{alice.pk}/"
    assert "by an organiser" not in words_of(client.get(page))
    there = SurgeryFactory.create(starts_at=local(9))
    client.post(f"{page}book/{there.reference}/", form(there.slots.first()))
    assert words_of(client.get(page)).count("by an organiser") == 1


def test_so_does_that_of_somebody_who_only_signs_in(client, surgery):
    user = UserFactory.create(name="Grace Hopper")
    address = f"/organise/people/new/{surgery.reference}/"
    sent = form(surgery.slots.first(), name="Grace", email=user.email.upper())
    asked = client.post(address, sent)
    assert "Grace Hopper is known by this address" in words_of(asked)
    assert f'href="/organise/people/users/{user.pk}/"' in asked.content.decode()
    assert client.post(address, sent | {"owner": f"user-{user.pk}"})["Location"].endswith("?done=booked")
    assert Booking.objects.get().attendee.email == user.email


def test_what_clashes_for_somebody_whose_address_was_typed_leads_to_their_page(client, surgery, alice, alices_booking):
    sent = form(surgery.slots.last(), name="Alice", email=alice.email, owner=f"person-{alice.pk}")
    answer = client.post(f"/organise/people/new/{surgery.reference}/", sent)
    assert f"They have a seat here already, {span(alices_booking.slot)}" in words_of(answer)
    assert f'href="/organise/people/{alice.pk}/"' in answer.content.decode()


def test_what_is_wrong_is_said_of_them(client, surgery):
    address = f"/organise/people/new/{surgery.reference}/"
    for sent, words in (
        ({"name": "", "email": ""}, ["Enter their name", "Enter their work email address"]),
        ({"name": "A" * 101}, ["Their name has to be 100 characters or fewer"]),
        ({"email": "x@elsewhere.example"}, ["Use their work email address. It has to end in"]),
        ({"question": "x" * 501}, ["What they would like to ask has to be 500 characters or fewer"]),
        ({"adjustments": "x" * 501}, ["What would make it easier for them to come has to be 500"]),
    ):
        said = words_of(client.post(address, sent))
        assert [each for each in words if each not in said] == []


def test_what_is_typed_is_kept_when_something_is_missing(client, surgery):
    address = f"/organise/people/new/{surgery.reference}/"
    text = client.post(address, {"name": "Grace", "email": "x@elsewhere.example"}).content.decode()
    assert "Choose a time" in text
    assert "It has to end in" in text
    assert 'value="Grace"' in text
    assert not Booking.objects.exists()


def test_when_it_is_full_they_wait_in_line(client, alice):
    surgery = SurgeryFactory.create(slots=1, seats=1)
    BookingFactory.create(surgery=surgery)
    address = f"/organise/people/{alice.pk}/book/{surgery.reference}/"
    assert "They would be first in line" in client.get(address).content.decode()
    refused = client.post(address, form(surgery.slots.get()))
    assert refused.status_code == 409
    assert "Somebody took the" in refused.content.decode()
    assert client.post(address, form("wait"))["Location"].endswith("?done=waiting")
    assert Booking.objects.get(attendee=alice).is_waiting


def test_what_clashes_is_said_to_the_organiser_and_to_nobody_by_email(client, surgery, alice, alices_booking):
    there = SurgeryFactory.create(starts_at=surgery.starts_at)
    here, elsewhere = "They have a seat here already, 10am to 10:20am", "They have a seat elsewhere at that time: "
    elsewhere += f"{when(alices_booking.slot)}, {surgery.venue}"
    for one, slot, words in ((surgery, surgery.slots.last(), here), (there, there.slots.first(), elsewhere)):
        answer = client.post(f"/organise/people/{alice.pk}/book/{one.reference}/", form(slot))
        assert answer.status_code == 409
        assert words in words_of(answer)
    assert Booking.objects.count() == 1
    assert kinds(alice.email) == []


def test_a_booking_moves_with_its_link_and_they_are_told(client, surgery, alices_booking, alice):
    there = SurgeryFactory.create(starts_at=local(9))
    page = f"/organise/bookings/{alices_booking.pk}/move/"
    assert there.reference in client.get(f"{page}?office=").content.decode()
    seen = alices_booking.version
    for _ in range(2):
        answer = client.post(f"{page}{there.reference}/", {"slot": there.slots.first().pk, "seen": seen})
        assert answer["Location"] == f"/organise/people/{alice.pk}/?done=moved"
    moved = Booking.objects.get()
    assert (moved.surgery, moved.reference) == (there, alices_booking.reference)
    assert kinds(alice.email) == ["booking_moved"]
    assert "The organisers have moved your booking." in last_words()
    full = SurgeryFactory.create(slots=1, seats=1, starts_at=local(10))
    BookingFactory.create(surgery=full)
    refused = client.post(f"{page}{full.reference}/", {"slot": full.slots.get().pk, "seen": moved.version})
    assert refused.status_code == 409
    assert "Somebody took the" in refused.content.decode()


def test_what_they_have_cancelled_themselves_is_not_said_to_be_told(client, alices_booking, alice):
    cancel(booking=alices_booking, tell=False)
    answer = client.post(f"/organise/bookings/{alices_booking.pk}/cancel/", {"reason": "As you asked on the phone."})
    assert answer["Location"] == f"/organise/people/{alice.pk}/?done=closed"
    assert kinds(alice.email) == []


def test_they_read_why_it_was_cancelled(client, surgery, alices_booking, alice):
    page = f"/organise/bookings/{alices_booking.pk}/cancel/"
    assert "Say why" in client.post(page, {"reason": " "}).content.decode()
    answer = client.post(page, {"reason": "As you asked on the phone.", "seen": alices_booking.version})
    assert answer["Location"] == f"/organise/people/{alice.pk}/?done=cancelled"
    cancelled = Booking.objects.get()
    assert cancelled.canceller == Booking.Canceller.ORGANISER
    assert cancelled.cancelled_reason == "As you asked on the phone."
    assert kinds(alice.email) == ["booking_cancelled"]
    # Pressed once more, or in another window.
    for act, done in (("cancel/", "cancelled"), ("move/", "closed"), (f"move/{surgery.reference}/", "closed")):
        again = client.post(f"/organise/bookings/{cancelled.pk}/{act}", {"reason": "Again."})
        assert again["Location"].endswith(f"?done={done}")
    assert Booking.objects.get().cancelled_reason == "As you asked on the phone."
    assert kinds(alice.email) == ["booking_cancelled"]


@pytest.mark.parametrize("act", ["cancel/", "move/{there}/"])
def test_a_page_that_showed_the_booking_elsewhere_comes_back_and_does_nothing(client, alices_booking, alice, act):
    later, there = (SurgeryFactory.create(starts_at=local(days)) for days in (9, 10))
    page = f"/organise/bookings/{alices_booking.pk}/{act.format(there=there.reference)}"
    sent = {"reason": "As you asked.", "slot": there.slots.first().pk, "seen": hidden(client.get(page))["seen"]}
    move(booking=alices_booking, slot=later.slots.last())
    answer = client.post(page, sent)
    assert answer.status_code == 409
    words = words_of(answer)
    assert "The booking has changed since you looked." in words
    assert when(later.slots.last()) in words
    assert Booking.objects.get().slot == later.slots.last()
    assert kinds(alice.email) == ["booking_moved"]
    done = client.post(page, sent | hidden(answer))
    assert done["Location"].startswith(f"/organise/people/{alice.pk}/?done=")
    assert Booking.objects.get().slot_id == (sent["slot"] if "move" in act else later.slots.last().pk)
    assert len(kinds(alice.email)) == 2


def test_what_has_begun_stays(client, alice):
    booking = BookingFactory.create(attendee=alice, surgery__starts_at=local(-1))
    assert client.post(f"/organise/bookings/{booking.pk}/cancel/", {"reason": "x"})["Location"].endswith("?done=closed")
    assert Booking.objects.get().is_confirmed
    assert "/cancel/" not in client.get(f"/organise/people/{alice.pk}/").content.decode()


@pytest.fixture
def elsewhere(surgery):
    """Another office, with a surgery of its own."""
    office = OfficeFactory.create(name="Hull", slug="hull")
    return SurgeryFactory.create(venue=VenueFactory.create(office=office), starts_at=local(9))


def offered(response) -> set[str]:
    return set(re.findall(r'href="([a-z0-9]{7})/"', response.content.decode()))


def test_the_surgeries_are_those_of_one_office_if_one_is_chosen(client, surgery, elsewhere, alice):
    OfficeFactory.create(name="York", slug="york")
    for page in ("people/new/", f"people/{alice.pk}/book/"):
        address = f"/organise/{page}"
        assert offered(client.get(address)) == {surgery.reference, elsewhere.reference}
        chosen = client.get(f"{address}?office=hull")
        assert offered(chosen) == {elsewhere.reference}
        assert '<option value="hull" selected>' in chosen.content.decode()
        assert offered(client.get(f"{address}?office=atlantis")) == {surgery.reference, elsewhere.reference}
    assert "No surgery in York is ahead" in words_of(client.get("/organise/people/new/?office=york"))


def test_the_office_where_they_were_last_comes_first_and_all_are_one_choice_away(
    client, surgery, elsewhere, alice, alices_booking
):
    another = SurgeryFactory.create(venue=surgery.venue, starts_at=local(12))
    book, move_it = f"people/{alice.pk}/book/", f"bookings/{alices_booking.pk}/move/"
    for page, there in ((book, {another.reference}), (move_it, {surgery.reference, another.reference})):
        address = f"/organise/{page}"
        assert offered(client.get(address)) == there
        assert offered(client.get(f"{address}?office=")) == {*there, elsewhere.reference}
    BookingFactory.create(attendee=alice, surgery=elsewhere, cancelled=True, created_at=local(1))
    assert offered(client.get(f"/organise/{book}")) == {elsewhere.reference}
    later = BookingFactory.create(attendee=alice, surgery=elsewhere, created_at=local(2))
    assert offered(client.get(f"/organise/bookings/{later.pk}/move/")) == {elsewhere.reference}
    Office.objects.filter(pk=elsewhere.venue.office_id).update(is_retired=True)
    forget()
    assert offered(client.get(f"/organise/{book}")) == {another.reference}, "what they have is not offered, nor theirs"


def test_bad_input_is_answered(client, surgery, alice, alices_booking):
    nameless = AttendeeFactory.create(email=None)
    there = f"book/{surgery.reference}/"
    for address, status in (
        (f"people/{nameless.pk}/{there}", 303), (f"people/0/{there}", 404), (f"people/{'9' * 30}/{there}", 404),
        (f"people/{alice.pk}/book/nothing/", 404), ("people/new/nothing/", 404), (f"bookings/{'9' * 30}/move/", 404),
        (f"people/{alice.pk}/{there}", 200), (f"bookings/{alices_booking.pk}/move/{surgery.reference}/", 200),
    ):  # fmt: skip
        sent = {"slot": ["\0", "9" * 40], "request_id": "\0", "question": "\0" * 9, "reason": "x" * 999}
        assert client.post(f"/organise/{address}", sent).status_code == status
    assert client.get("/organise/people/new/?page=zzz&office=%00&office=x").status_code == 200


@pytest.mark.parametrize("page", ["people/{alice}/book/", "people/{alice}/book/{other}/", "bookings/{booking}/move/"])
def test_each_page_takes_few_statements(client, alice, alices_booking, page, django_assert_max_num_queries):
    other, *_ = SurgeryFactory.create_batch(5)
    address = page.format(alice=alice.pk, other=other.reference, booking=alices_booking.pk)
    with django_assert_max_num_queries(12):
        assert client.get(f"/organise/{address}").status_code == 200


def leads_to_a_field(page) -> bool:
    """Whether every line of the summary that leads somewhere leads to what is on the page."""
    text = page.content.decode()
    summary = text.partition("govuk-error-summary")[2].partition("</ul>")[0]
    return all(f'id="{field}"' in text for field in re.findall(r'href="#([^"]+)"', summary))


def test_what_is_in_the_way_at_a_full_surgery_is_said_at_once_and_leads_to_a_field(client, alice):
    surgery = SurgeryFactory.create(slots=1, seats=1)
    seat = BookingFactory.create(surgery=surgery, attendee=alice)
    new, known = f"/organise/people/new/{surgery.reference}/", f"/organise/people/{alice.pk}/book/{surgery.reference}/"
    for address, typed in ((new, {"name": "Alice", "email": alice.email}), (known, {})):
        said = client.post(address, form("wait", **typed))
        assert f"They have a seat here already, {span(seat.slot)}" in words_of(said)
        assert leads_to_a_field(said)
    line = BookingFactory.create(surgery=surgery, waiting=True)
    said = client.post(new, form("wait", name="Grace", email=line.attendee.email))
    assert "They wait in line here already" in words_of(said)
    assert leads_to_a_field(said)


def test_a_shift_in_the_way_is_named(client, surgery, alices_booking):
    shift = ShiftFactory.create(
        surgery__starts_at=surgery.starts_at, champion__user=UserFactory.create(email=alices_booking.attendee.email)
    )
    words = f"They host at that time: {when(shift)}, {shift.surgery.venue}"
    user = shift.champion.user
    other = SurgeryFactory.create(starts_at=surgery.starts_at + timedelta(minutes=40))
    sent = form(other.slots.first(), name="Alice", email=user.email)
    assert words in words_of(client.post(f"/organise/people/new/{other.reference}/", sent))
    page = f"/organise/bookings/{alices_booking.pk}/move/{other.reference}/"
    moved = client.post(page, {"slot": other.slots.first().pk, "seen": alices_booking.version})
    assert words in words_of(moved)

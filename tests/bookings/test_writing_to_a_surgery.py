"""Organisers write to the people of one surgery: they see it first, and everybody gets it once."""

import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from bookings.letters import letter_email
from bookings.models import WORDS_KEPT, Letter, Visit
from bookings.people import REMOVED
from notifications.models import OutboxEmail
from privacy.services import erase
from surgeries.models import Surgery
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    HelpFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def organiser(client):
    user = UserFactory.create(organiser=True, name="Olu Organiser")
    client.force_login(user)
    return user


@pytest.fixture
def over(alice, bob, charlie) -> Surgery:
    """Yesterday: Alice came and hosted for a while, Bob did not come, Charlie waited; somebody without an address."""
    made = SurgeryFactory.create(starts_at=local(-1))
    user = UserFactory.create(email=alice.email)
    ShiftFactory.create(surgery=made, champion=ChampionFactory.create(name="Alice Adeyemi", user=user))
    VisitFactory.create(booking=BookingFactory.create(surgery=made, attendee=alice))
    BookingFactory.create(surgery=made, attendee=bob)
    BookingFactory.create(surgery=made, attendee=charlie, waiting=True)
    VisitFactory.create(surgery=made, attendee__name="Wim Walker", attendee__email=None)
    VisitFactory.create(surgery=made, attendee__name=REMOVED, attendee__email=None)
    return made


def written(**more) -> dict:
    said = {"subject": "Bring <b>a cup</b>", "words": "Hello,\n\nthe machine is broken & cold.", "groups": ["booked"]}
    return {"request_id": uuid.uuid4()} | said | more


def preview(client, surgery: Surgery, sent: dict) -> str:
    return client.post(f"/organise/surgeries/{surgery.reference}/write/", sent).content.decode()


def send(client, surgery: Surgery, sent: dict):
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', preview(client, surgery, sent))
    assert seen
    address = f"/organise/surgeries/{surgery.reference}/write/"
    return client.post(address, sent | {"seen": seen[1], "send": ""})


def recipients() -> list[str]:
    return sorted(OutboxEmail.objects.values_list("recipient", flat=True))


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        (["booked"], ["alice.adeyemi", "bob.obrien"]),
        (["waiting"], ["charlie.chowdhury"]),
        (["came"], ["alice.adeyemi"]),
        (["missed"], ["bob.obrien"]),
        (["hosts"], ["alice.adeyemi"]),
        (["booked", "came", "hosts", "missed"], ["alice.adeyemi", "bob.obrien"]),
    ],
)
def test_everybody_in_the_groups_gets_it_once(client, over, groups, names):
    answer = send(client, over, written(groups=groups))
    assert answer["Location"].endswith("?done=written")
    assert recipients() == [f"{name}@example.gov.uk" for name in names]


def test_a_link_ticks_to_whom_it_goes_and_sends_nothing(client, over):
    page = client.get(f"/organise/surgeries/{over.reference}/write/?to=hosts&to=nobody").content.decode()
    assert re.findall(r'value="(\w+)"[^>]* checked', page) == ["hosts"]
    assert recipients() == []


def test_whoever_asks_the_hosts_what_came_of_it_begins_with_whom_they_helped(client, over):
    helped, known, unknown = (VisitFactory.create(surgery=over, attendee__name=f"{name} Lee") for name in "ABC")
    for visit in (helped, known, unknown):
        HelpFactory.create(visit=visit, shift=over.shifts.get())
    OutcomeFactory.create(visit=known)
    Visit.objects.filter(pk=unknown.pk).update(is_outcome_unknown=True)
    address = f"/organise/surgeries/{over.reference}/write/"
    asking = client.get(f"{address}?to=hosts&about=outcomes").content.decode()
    assert re.findall(r'value="(\w+)"[^>]* checked', asking) == ["hosts"]
    assert 'value="What came of it?"' in asking
    assert "You helped A Lee, and we do not know yet what came of it." in asking
    Visit.objects.filter(pk=helped.pk).update(is_outcome_unknown=True)
    for query in ("?to=hosts&about=outcomes", "?to=hosts", "?about=\0"):
        assert "What came of it?" not in client.get(address + query).content.decode()


def test_nothing_is_sent_before_it_was_seen(client, over):
    text = preview(client, over, written(groups=["booked", "came"]))
    assert "2 people, each once" in text
    assert "1 has no email address, and does not get it: Wim Walker." in text
    assert recipients() == []
    address = f"/organise/surgeries/{over.reference}/write/"
    assert client.post(address, written(groups=["booked"]) | {"send": "", "seen": "x"}).status_code == 409
    assert recipients() == []


def test_who_comes_in_between_is_seen_first(client, over):
    sent = written(groups=["booked"])
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', preview(client, over, sent))
    assert seen
    BookingFactory.create(surgery=over)
    answer = client.post(f"/organise/surgeries/{over.reference}/write/", sent | {"seen": seen[1], "send": ""})
    assert answer.status_code == 409
    assert "is not what you saw" in answer.content.decode()
    assert recipients() == []


def test_pressed_twice_it_goes_out_once(client, over):
    sent = written()
    first, second = send(client, over, sent), send(client, over, sent)
    assert first["Location"] == second["Location"]
    assert Letter.objects.count() == 1
    assert len(recipients()) == 2
    # Control: another form is another letter.
    send(client, over, written())
    assert len(recipients()) == 4


def test_another_letter_from_the_same_form_is_not_taken_for_sent(client, over):
    """Whoever goes back to the form after sending, and writes something else, has its request_id still."""
    first = written()
    send(client, over, first)
    other = first | {"words": "Hello again,\n\nit works."}
    answer = send(client, over, other)
    assert answer.status_code == 409
    assert "has not gone out yet" in answer.content.decode()
    assert Letter.objects.count() == 1
    renewed, seen = (answer.context[name] for name in ("form", "seen"))
    other |= {"request_id": renewed["request_id"].value(), "seen": seen, "send": ""}
    address = f"/organise/surgeries/{over.reference}/write/"
    assert [client.post(address, other).status_code for _ in range(2)] == [303, 303]
    assert Letter.objects.count() == 2
    assert len(recipients()) == 4


def test_it_arrives_as_it_was_seen_and_as_plain_text(client, over):
    sent = written()
    text = preview(client, over, sent)
    send(client, over, sent)
    message = letter_email(OutboxEmail.objects.first())
    assert message.subject == "Bring <b>a cup</b>"
    assert "the machine is broken & cold." in message.text
    assert "Bring &lt;b&gt;a cup" in message.html
    assert message.html.strip() in unescape(text)


def test_whoever_was_removed_since_does_not_get_it(client, over, alice, organiser):
    send(client, over, written())
    erase(attendee=over.bookings.get(name="Bob O’Brien").attendee, by=organiser)
    assert recipients() == [alice.email]


def test_the_page_of_the_surgery_says_who_wrote_and_to_how_many_it_was_delivered(client, over):
    send(client, over, written())
    row = OutboxEmail.objects.first()
    OutboxEmail.objects.filter(pk=row.pk).update(state="sent", sent_at=timezone.now())
    text = re.sub(r"\s+", " ", client.get(f"/organise/surgeries/{over.reference}/").content.decode())
    assert "Olu Organiser. To 2 people (booked). Delivered to 1 so far." in text


def test_words_that_are_deleted_are_sent_to_nobody(client, over):
    send(client, over, written())
    Letter.objects.update(subject="", words="")
    assert letter_email(OutboxEmail.objects.first()) is None


def test_long_after_it_and_to_a_draft_nobody_writes(client):
    old = SurgeryFactory.create(starts_at=timezone.now() - WORDS_KEPT - timedelta(days=1))
    for surgery in (old, SurgeryFactory.create(draft=True)):
        answer = client.post(f"/organise/surgeries/{surgery.reference}/write/", written())
        assert answer["Location"].endswith("?done=closed")


def test_where_nobody_is_left_the_page_says_why(client):
    surgeries = SurgeryFactory.create(), SurgeryFactory.create(called_off=True)
    empty, called_off = (
        client.get(f"/organise/surgeries/{each.reference}/write/").content.decode() for each in surgeries
    )
    assert "Nobody is booked, came or hosts here yet." in empty
    assert "has been told by email" not in empty
    assert "This surgery is called off. Whoever was booked, waited or was going to host has been told" in called_off


def test_bad_input_is_answered_and_what_was_typed_is_kept(client, over):
    for sent in (
        {}, written(groups=["x", "booked"]), written(subject="\0" * 200, words="\0"), written(request_id="\0"),
        written(words="w" * 3001), written(subject="\n\n"), written(groups="hosts") | {"subject": ["a", "b"]},
    ):  # fmt: skip
        assert client.post(f"/organise/surgeries/{over.reference}/write/", sent).status_code == 200
    assert "the machine is broken" in preview(client, over, written(subject=""))


def test_it_takes_as_many_statements_however_many_people_there_are(client, over, django_assert_max_num_queries):
    BookingFactory.create_batch(4, surgery=over, waiting=True)
    ShiftFactory.create_batch(4, surgery=over)
    with django_assert_max_num_queries(12):
        preview(client, over, written(groups=["booked", "waiting", "hosts"]))

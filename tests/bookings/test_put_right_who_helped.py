"""Putting right after the day who helped somebody and when they left: by organisers, for 30 days, with a trace."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from bookings.models import Correction, Help, Visit
from bookings.services.attending import end_of_day
from bookings.services.righting import can_be_put_right
from surgeries.models import Shift
from tests.bookings.pages import words_of
from tests.bookings.test_bad_input import VALUES, check, each_is_its_own, send
from tests.bookings.test_register import page_of
from tests.factories import BookingFactory, HelpFactory, ShiftFactory, SurgeryFactory, UserFactory, VisitFactory, local

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def organiser(client):
    user = UserFactory.create(organiser=True, name="Olu Organiser")
    client.force_login(user)
    return user


@pytest.fixture
def visit(alice) -> Visit:
    """Alice came two days ago at 9:55, Amina sat with her from 10:00:30 to 10:20:30, and she left then."""
    surgery = SurgeryFactory.create(starts_at=local(-2, 10))
    made = VisitFactory.create(
        booking=BookingFactory.create(surgery=surgery, attendee=alice), arrived_at=surgery.starts_at - 5 * MINUTE
    )
    for name in ("Amina Yusuf", "Ben Ashworth"):
        ShiftFactory.create(surgery=surgery, champion__name=name, champion__user=UserFactory.create())
    start = surgery.starts_at + MINUTE / 2
    HelpFactory.create(visit=made, shift=surgery.shifts.first(), starts_at=start, ends_at=start + 20 * MINUTE)
    Visit.objects.filter(pk=made.pk).update(left_at=start + 20 * MINUTE)
    made.refresh_from_db()
    return made


def form_of(visit: Visit) -> str:
    return reverse("bookings:put_right", args=[visit.surgery.reference, visit.pk])


def shift_of(visit: Visit, name: str) -> Shift:
    return visit.surgery.shifts.get(champion__name=name)


def shown(client, visit: Visit) -> dict[str, str]:
    """What the form would send as it is."""
    form = client.get(form_of(visit)).context["form"]
    return {name: "" if (value := form[name].value()) is None else str(value) for name in form.fields}


def as_it_is(visit: Visit) -> list[tuple[str, str, str]]:
    helps = visit.helps.select_related("shift__champion")
    return [(h.shift.champion.name, f"{h.starts_at:%H:%M:%S}", f"{h.ends_at:%H:%M:%S}") for h in helps]


def test_nothing_changed_changes_nothing_to_the_second_and_leaves_no_trace(client, organiser, visit):
    before = (Help.objects.get().pk, as_it_is(visit), visit.left_at)
    assert client.post(form_of(visit), shown(client, visit)).status_code == 303
    visit.refresh_from_db()
    assert (Help.objects.get().pk, as_it_is(visit), visit.left_at) == before
    assert not Correction.objects.exists()


def test_who_it_was_who_came_next_and_when_they_left_are_put_right_with_a_trace(client, organiser, visit):
    ben = shift_of(visit, "Ben Ashworth")
    amina = shift_of(visit, "Amina Yusuf")
    more = {"host_1": ben.pk, "since_1": "10.20am", "until_1": "10:45", "left": "11am"}
    answer = client.post(form_of(visit), shown(client, visit) | more)
    assert answer["Location"] == f"{page_of(visit.surgery)}#person-{visit.attendee_id}"
    visit.refresh_from_db()
    start = visit.surgery.starts_at
    # In the same minute, Ben begins when Amina has ended.
    assert list(visit.helps.values_list("shift", "starts_at", "ends_at")) == [
        (amina.pk, start + MINUTE / 2, start + 20.5 * MINUTE),
        (ben.pk, start + 20.5 * MINUTE, start + 45 * MINUTE),
    ]
    assert visit.left_at == start + 60 * MINUTE
    assert "Alice Adeyemi: who helped them, and when they left. Olu Organiser" in words_of(
        client.get(page_of(visit.surgery))
    )
    # Nobody sat with her after all.
    client.post(form_of(visit), shown(client, visit) | {"host_0": "", "host_1": ""})
    assert not visit.helps.exists()
    assert Correction.objects.filter(what="help", attendee=visit.attendee, corrected_by=organiser).count() == 2


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"since_0": "late"}, {"since_0": "Enter when it began as a time, such as 10:20am"}),
        ({"until_0": ""}, {"until_0": "Enter when it ended"}),
        ({"until_0": "9:58"}, {"until_0": "It began at 10am: enter that time or a later one"}),
        ({"since_0": "9am"}, {"since_0": "They arrived at 9:55am: enter that time or a later one"}),
        ({"left": "10:10"}, {"left": "Somebody sat with them until 10:20am: enter that time or a later one"}),
        ({"left": "9am", "host_0": ""}, {"left": "They arrived at 9:55am: enter that time or a later one"}),
        ({"left": ""}, {"left": "Enter when they left"}),
        ({"since_1": "10:30am"}, {"host_1": "Choose who sat with them"}),
        ({"host_0": "999999999"}, None),
        (
            {"host_1": "ben", "since_1": "10:10am", "until_1": "10:30am", "left": "11am"},
            {"since_1": "Amina Yusuf sat with them until 10:20am: enter a time from then on"},
        ),
    ],
)
def test_what_cannot_have_been_is_refused_beside_the_field_and_all_of_it_kept(client, organiser, visit, sent, said):
    if sent.get("host_1") == "ben":
        sent = sent | {"host_1": str(shift_of(visit, "Ben Ashworth").pk)}
    posted = shown(client, visit) | sent
    form = client.post(form_of(visit), posted).context["form"]
    errors = {name: " ".join(words) for name, words in form.errors.items()}
    assert list(errors) == ["host_0"] if said is None else errors == said
    assert {name: form[name].value() for name in posted} == posted
    assert as_it_is(visit)[0][0] == "Amina Yusuf"
    assert not Correction.objects.exists()


def test_of_two_who_put_it_right_the_slower_reads_what_the_first_did(client, organiser, visit):
    opened = shown(client, visit)
    client.post(form_of(visit), opened | {"left": "11am"})
    answer = client.post(form_of(visit), opened | {"left": "10:50am"})
    assert (answer.status_code, answer.context["form"]["left"].value()) == (409, "11am")
    assert "put right since you opened it" in words_of(answer)
    assert answer.context["typed"][-1] == "Left at 10:50am"
    assert "Amina Yusuf, from " in words_of(answer).partition("What you typed")[2].partition("Left at")[0]
    odd = client.post(form_of(visit), {"seen": "old", "host_3": "\0", "since_3": "<b>" * 99, "left": ["\0", ""]})
    assert (odd.status_code, odd.context["typed"]) == (409, ["Nobody, from <b><b><b><b><b><b><b to ?"])
    assert Correction.objects.count() == 1


def test_it_is_for_organisers_from_midnight_on_for_30_days(client, organiser, visit):
    midnight, end = end_of_day(visit.surgery), visit.surgery.ends_at + 30 * DAY
    for moment, is_open in ((midnight - MINUTE, False), (midnight, True), (end - MINUTE, True), (end, False)):
        assert can_be_put_right(visit.surgery, by=organiser, now=moment) is is_open
    assert form_of(visit) in client.get(page_of(visit.surgery)).content.decode()
    host = visit.surgery.shifts.first().champion.user
    assert not can_be_put_right(visit.surgery, by=host, now=midnight)
    client.force_login(host)
    assert form_of(visit) not in client.get(page_of(visit.surgery)).content.decode()
    elsewhere = VisitFactory.create()
    client.force_login(organiser)
    assert client.get(reverse("bookings:put_right", args=[visit.surgery.reference, elsewhere.pk])).status_code == 404


def test_it_asks_as_much_of_one_help_as_of_ten(client, organiser, visit):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(form_of(visit))
        return len(queries)

    asked()
    few = asked()
    for number in range(9):
        start = visit.left_at + number * MINUTE
        HelpFactory.create(visit=visit, shift=visit.surgery.shifts.last(), starts_at=start, ends_at=start)
    assert asked() == few <= 12


@each_is_its_own
@given(posted=st.dictionaries(st.sampled_from(["host_0", "since_0", "until_0", "host_1", "left", "seen"]), VALUES))
def test_anything_may_be_sent(client, organiser, visit, posted):
    seen = client.get(form_of(visit)).context["form"]["seen"].value()
    check(send(client, form_of(visit), {"seen": [seen], **posted}))

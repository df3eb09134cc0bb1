"""A champion records what came of a visit, in under a minute, and sees whose outcomes are missing."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from bookings.errors import OutcomeClosed
from bookings.models import CORRECTED_FOR, Correction, Help, Outcome, Visit
from bookings.outcomes import last_next_step
from bookings.services.attending import undo_arrival
from bookings.services.outcomes import delete_next_step, record_outcome, share_next_step
from organisation.models import Topic
from surgeries.templatetags.times import day_and_time
from tests.bookings.pages import words_of
from tests.bookings.test_statements_per_page import statements
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    HelpFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    SymptomFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db
STEP = "Post once about the tide tables."


@pytest.fixture
def linkedin(db) -> Topic:
    return TopicFactory.create(name="LinkedIn")


@pytest.fixture
def shift(db):
    """Amina's, at a surgery that began an hour ago."""
    surgery = SurgeryFactory.create(starts_at=local(0, 10))
    with time_machine.travel(surgery.starts_at + timedelta(minutes=30), tick=True):
        yield ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create(), champion__name="Amina Yusuf")


@pytest.fixture
def amina(client, shift):
    client.force_login(shift.champion.user)
    return client


@pytest.fixture
def alice(shift, linkedin) -> Visit:
    """Alice, who booked to ask about LinkedIn, and whom Amina helps."""
    booking = BookingFactory.create(surgery=shift.surgery, attendee__name="Alice Adeyemi")
    booking.topics.set([linkedin])
    return HelpFactory.create(visit=VisitFactory.create(booking=booking), shift=shift).visit


def form_of(visit: Visit) -> str:
    return reverse("bookings:outcome", args=[visit.surgery.reference, visit.pk])


def list_of(visit: Visit) -> str:
    return reverse("bookings:outcomes", args=[visit.surgery.reference])


def sent(*topics: Topic, **more: Any) -> dict:
    return {"topics": [topic.pk for topic in topics], "result": "answered", **more}


# ── Recording ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_two_choices_will_do_and_the_first_is_made_already(amina, alice, linkedin):
    form = amina.get(form_of(alice)).context["form"]
    assert form["topics"].value() == [linkedin.pk]
    room = reverse("bookings:room", args=[alice.surgery.reference])
    assert amina.post(form_of(alice), sent(linkedin))["Location"] == room
    outcome = Outcome.objects.get(visit=alice)
    assert (outcome.result, list(outcome.topics.all()), outcome.next_step) == ("answered", [linkedin], "")
    assert outcome.recorded_by == alice.helps.get().shift.champion.user


def test_all_of_it_is_kept_shown_and_changed_when_sent_again(amina, alice, linkedin):
    tumblr = TopicFactory.create(name="Tumblr")
    privacy = TopicFactory.create(name="Privacy", kind="matter")
    more = {"next_step": f" {STEP}\r\n", "is_next_step_shared": "on", "pledge": "One photo a week."}
    for _ in range(2):
        amina.post(form_of(alice), sent(linkedin, privacy, platforms=tumblr.pk, is_possible_story="on", **more))
    outcome = Outcome.objects.get()
    assert (outcome.next_step, outcome.is_next_step_shared, outcome.is_possible_story) == (STEP, True, True)
    said = words_of(amina.get(list_of(alice)))
    for words in ("Answered : Privacy, LinkedIn", STEP, "One photo a week.", "Opened an account: Tumblr", "a story"):
        assert words in said
    form = amina.get(form_of(alice)).context["form"]
    assert (form["next_step"].value(), form["pledge"].value()) == (STEP, "One photo a week.")
    assert privacy not in form.fields["platforms"].queryset, "nobody opens an account with a matter"
    amina.post(form_of(alice), sent(tumblr, result="come_back", seen=form["seen"].value()))
    outcome = Outcome.objects.get()
    assert (outcome.result, list(outcome.topics.all()), outcome.pledge) == ("come_back", [tumblr], "")
    assert not outcome.platforms.exists()


def test_the_topics_that_their_symptoms_point_to_are_chosen_as_well(amina, alice, linkedin):
    privacy, retired = TopicFactory.create(kind="matter"), TopicFactory.create(is_retired=True)
    alice.booking.symptoms.set(SymptomFactory.create_batch(2))
    for symptom in alice.booking.symptoms.all():
        symptom.topics.set([linkedin, privacy, retired])
    chosen = amina.get(form_of(alice)).context["form"]["topics"].value()
    assert sorted(chosen) == [linkedin.pk, privacy.pk]


def test_what_a_walk_in_came_for_is_filled_in_as_well(amina, shift, linkedin):
    bob = VisitFactory.create(surgery=shift.surgery)
    bob.topics.set([linkedin])
    assert amina.get(form_of(bob)).context["form"]["topics"].value() == [linkedin.pk]


def test_what_they_asked_about_comes_first_and_the_rest_stays_closed_unless_it_matters(amina, alice, linkedin):
    """Whatever is ticked or wrong can be seen without a press."""
    bluesky = TopicFactory.create(name="Bluesky")
    form = amina.get(form_of(alice)).context["form"]
    assert [[box.data["label"] for box in boxes] for boxes in (form.first_topics, form.other_topics)] == [
        ["LinkedIn"],
        ["Bluesky"],
    ]
    for said, is_open in {"": (False, False), "topics": (True, False), "platforms": (False, True)}.items():
        form = amina.post(form_of(alice), {"topics": linkedin.pk, said: bluesky.pk}).context["form"]
        assert (form.is_about_something_else, form.opened_accounts) == is_open, said
    assert amina.post(form_of(alice), {"result": "answered"}).content.count(b'app-outcome__else" open') == 1


def test_without_either_nothing_is_kept_and_nothing_typed_is_lost(amina, alice):
    page = amina.post(form_of(alice), {"next_step": "x" * 201, "pledge": "One photo a week."})
    said = words_of(page)
    for words in ("Choose what it was about", "Choose what became of it", "200 characters or fewer", "One photo"):
        assert words in said
    assert not Outcome.objects.exists()


def test_a_topic_that_was_retired_since_stays_chosen(amina, alice, linkedin):
    Topic.objects.filter(pk=linkedin.pk).update(is_retired=True)
    amina.post(form_of(alice), sent(linkedin))
    assert Outcome.objects.get().topics.get() == linkedin


def test_recording_does_not_end_the_help(amina, alice, linkedin):
    amina.post(form_of(alice), sent(linkedin))
    assert Help.objects.going_on().filter(visit=alice).exists()


def test_without_a_next_step_there_is_nothing_to_share(amina, alice, linkedin):
    amina.post(form_of(alice), sent(linkedin, is_next_step_shared="on"))
    assert not Outcome.objects.get().is_next_step_shared


# ── Changed meanwhile ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def opened(amina, alice, linkedin) -> dict:
    """What Amina sends who opened the form when there was a shared next step, and has changed the result since."""
    amina.post(form_of(alice), sent(linkedin, next_step=STEP, is_next_step_shared="on"))
    seen = amina.get(form_of(alice)).context["form"]["seen"].value()
    return sent(linkedin, next_step=STEP, is_next_step_shared="on", pledge="One photo.", seen=seen)


def as_it_stands(page) -> dict:
    """What the form on this page sends if it is saved as it is."""
    fields = {field.html_name: field.value() for field in page.context["form"]}
    return {name: value for name, value in fields.items() if value}


@pytest.mark.parametrize("does", ["delete", "unshare"])
def test_an_older_form_does_not_undo_what_the_person_did(amina, alice, opened, does):
    delete_next_step(visit=alice) if does == "delete" else share_next_step(visit=alice, is_shared=False)
    page = amina.post(form_of(alice), opened)
    outcome = Outcome.objects.get()
    assert (page.status_code, outcome.pledge, outcome.is_next_step_shared) == (409, "", False)
    for words in ("Somebody changed this while you wrote", STEP, "One photo."):
        assert words in words_of(page), "what there is now, and all that was typed"
    amina.post(form_of(alice), as_it_stands(page))
    outcome = Outcome.objects.get()
    step = "" if does == "delete" else STEP
    assert (outcome.pledge, outcome.next_step, outcome.is_next_step_shared) == ("One photo.", step, False)


def test_two_hosts_do_not_overwrite_one_another_unseen(amina, alice, linkedin, opened):
    amina.post(form_of(alice), {**opened, "result": "partly", "pledge": "Tom's."})
    page = amina.post(form_of(alice), opened)
    assert page.status_code == 409
    assert "It says now: Partly answered" in words_of(page)
    assert Outcome.objects.get().pledge == "Tom's."
    amina.post(form_of(alice), as_it_stands(page))
    outcome = Outcome.objects.get()
    assert (outcome.result, outcome.pledge, outcome.is_next_step_shared) == ("answered", "One photo.", True)


def test_a_form_opened_before_there_was_an_outcome_overwrites_none(amina, alice, linkedin, opened):
    page = amina.post(form_of(alice), {**opened, "seen": ""})
    assert page.status_code == 409
    assert Outcome.objects.get().pledge == ""


def test_control_whoever_has_seen_it_changes_it(amina, alice, opened):
    assert amina.post(form_of(alice), opened).status_code == 303
    assert Outcome.objects.get().pledge == "One photo."


# ── For how long, and for whom ────────────────────────────────────────────────────────────────────────────────
def test_an_organiser_who_was_not_there_is_led_to_those_who_were_and_told_how_long_there_is(client, alice):
    until = day_and_time(alice.surgery.ends_at + CORRECTED_FOR)
    with time_machine.travel(alice.surgery.ends_at + timedelta(days=1), tick=False):
        client.force_login(UserFactory.create(organiser=True))
        page = client.get(list_of(alice))
        assert (
            f'href="/organise/surgeries/{alice.surgery.reference}/write/?to=hosts&amp;about=outcomes"'
            in page.content.decode()
        )
        assert f"You can write it down until {until}" in words_of(page)
        client.force_login(alice.helps.get().shift.champion.user)
        assert "Ask the hosts" not in words_of(client.get(list_of(alice)))


@pytest.mark.parametrize(("is_organiser", "days"), [(False, 2), (True, 30)])
def test_it_is_open_so_long_and_then_says_kindly_that_it_is_too_late(client, alice, linkedin, is_organiser, days):
    user = UserFactory.create(organiser=True) if is_organiser else alice.helps.get().shift.champion.user
    client.force_login(user)
    end = alice.surgery.ends_at + timedelta(days=days)
    with time_machine.travel(end - timedelta(seconds=5), tick=False):
        client.force_login(user)
        assert "Recorded. Thank you." in words_of(client.post(form_of(alice), sent(linkedin), follow=True))
        assert "Change it" in words_of(client.get(list_of(alice)))
    with time_machine.travel(end, tick=False):
        client.force_login(user)
        for answer in (client.get(form_of(alice)), client.post(form_of(alice), sent(linkedin, result="partly"))):
            assert "It is too late to record this" in words_of(answer)
        assert "Change it" not in words_of(client.get(list_of(alice)))
    with pytest.raises(OutcomeClosed):
        record_outcome(visit=alice, topics=[linkedin], result="partly", by=user, now=end)
    assert Outcome.objects.get().result == "answered"


def test_what_an_organiser_changes_after_the_hosts_time_stands_below_the_register(client, alice, linkedin):
    organiser = UserFactory.create(organiser=True)
    end = alice.surgery.ends_at + timedelta(days=2)
    said = {"visit": alice, "topics": [linkedin], "by": organiser}
    first = record_outcome(**said, result="answered", now=end - timedelta(seconds=1))
    assert not Correction.objects.exists()
    for _ in range(2):
        record_outcome(**said, result="partly", seen=first.version, now=end)
    correction = Correction.objects.get()
    assert (correction.attendee, correction.what, correction.corrected_by) == (alice.attendee, "outcome", organiser)
    client.force_login(organiser)
    register = reverse("bookings:register", args=[alice.surgery.reference])
    assert f"{alice.attendee.name}: what came of it." in words_of(client.get(register))


def test_a_visit_to_another_surgery_is_not_found_here(amina, alice, linkedin):
    elsewhere = VisitFactory.create(surgery__starts_at=local(0))
    address = reverse("bookings:outcome", args=[alice.surgery.reference, elsewhere.pk])
    assert amina.post(address, sent(linkedin)).status_code == 404
    assert not Outcome.objects.exists()


def test_who_was_never_here_has_no_outcome(amina, alice, linkedin):
    alice.helps.all().delete()
    undo_arrival(visit=alice, by=UserFactory.create(organiser=True))
    assert amina.post(form_of(alice), sent(linkedin)).status_code == 404
    with pytest.raises(Visit.DoesNotExist):
        record_outcome(visit=alice, topics=[linkedin], result="answered", by=UserFactory.create())


# ── The list ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_list_says_what_is_missing_and_begins_with_ones_own(amina, alice, shift):
    tom = ShiftFactory.create(surgery=shift.surgery, champion__name="Tom Price")
    bob = HelpFactory.create(visit=VisitFactory.create(surgery=shift.surgery, name="Bob Brown"), shift=tom).visit
    passed_on = HelpFactory.create(
        visit__surgery=shift.surgery, visit__name="Carol Clark", shift=tom, ends_at=shift.starts_at
    ).visit
    HelpFactory.create(visit=passed_on, shift=shift)
    VisitFactory.create(surgery=shift.surgery, name="Dave Dunn")
    OutcomeFactory.create(visit=VisitFactory.create(surgery=shift.surgery, name="Erin Evans"))
    with time_machine.travel(alice.surgery.ends_at, tick=False):
        amina.force_login(shift.champion.user)
        said = words_of(amina.get(list_of(alice)))
        assert "3 outcomes are still to be recorded" in said
        order = ["Still to be recorded", "Alice", "Helped by Tom Price, then Amina Yusuf", "Bob Brown", "Erin", "Dave"]
        assert sorted(order, key=said.index) == order
        assert said.index("Carol") < said.index("Bob"), "whom Amina helped last comes before whom she did not"
        for visit in (alice, bob, passed_on):
            OutcomeFactory.create(visit=visit)
        assert "an outcome for everybody who was helped." in words_of(amina.get(list_of(alice)))


def test_while_it_runs_whoever_is_still_here_is_not_asked_about(amina, alice, shift):
    VisitFactory.create(surgery=shift.surgery, name="Dave Dunn")
    said = words_of(amina.get(list_of(alice)))
    assert "2 people are still being helped or waiting." in said
    for words in ("still to be recorded", "nobody noted who helped", "Alice", "Dave"):
        assert words not in said
    gone = {"surgery": shift.surgery, "left_at": shift.starts_at}
    VisitFactory.create(**gone, arrived_at=shift.starts_at, name="Bob Brown")
    helped = VisitFactory.create(**gone, arrived_at=shift.starts_at, name="Carol Clark")
    HelpFactory.create(visit=helped, shift=shift, starts_at=shift.starts_at, ends_at=shift.starts_at)
    said = words_of(amina.get(list_of(alice)))
    order = ["1 outcome is still", "2 people are still", "Carol", "nobody noted who helped", "Bob"]
    assert sorted(order, key=said.index) == order


def test_the_pages_take_the_same_few_statements_however_many_came(amina, alice, shift):
    def more(times: int) -> None:
        for _ in range(times):
            outcome = OutcomeFactory.create(visit__surgery=shift.surgery)
            outcome.topics.set(TopicFactory.create_batch(2)), outcome.platforms.set(TopicFactory.create_batch(2))
            other = ShiftFactory.create(surgery=shift.surgery, champion=ChampionFactory.create())
            HelpFactory.create(visit=outcome.visit, shift=other)
            HelpFactory.create(visit__surgery=shift.surgery, shift=other)

    more(1)
    pages = [list_of(alice), form_of(alice)]
    few = [statements(lambda page=page: amina.get(page)) for page in pages]
    more(8)
    assert [statements(lambda page=page: amina.get(page)) for page in pages] == few
    assert max(few) <= 12


# ── The last next step ────────────────────────────────────────────────────────────────────────────────────────
def test_the_next_champion_sees_the_last_step_of_whoever_agrees(django_assert_num_queries, shift):
    agrees, keeps = (VisitFactory.create(surgery=shift.surgery) for _ in range(2))
    for visit, is_shared in ((agrees, True), (keeps, False)):
        older = VisitFactory.create(attendee=visit.attendee, surgery__starts_at=local(-30))
        OutcomeFactory.create(visit=older, next_step="The older one", is_next_step_shared=True)
        OutcomeFactory.create(visit=visit, next_step=STEP, is_next_step_shared=is_shared)
        newest = VisitFactory.create(attendee=visit.attendee, surgery__starts_at=local(-1))
        OutcomeFactory.create(visit=newest, next_step="", is_next_step_shared=False)

    def steps(before) -> list[str]:
        visits = shift.surgery.visits.annotate(step=last_next_step(before=before)).order_by("pk")
        with django_assert_num_queries(1):
            return [visit.step for visit in visits]

    assert steps(shift.surgery.ends_at) == [STEP, ""]
    assert steps(shift.surgery.starts_at) == ["The older one"] * 2

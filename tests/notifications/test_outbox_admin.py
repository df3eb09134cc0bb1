"""Administrators see the outbox, change nothing in it, and may have tried again what was given up."""

import pytest
from django.test import Client

from accounts.models import User
from notifications.models import OutboxEmail
from notifications.registry import names, writers
from tests.notifications.letters import queue_letter, queue_letters, work

LIST = "/admin/notifications/outboxemail/"


@pytest.fixture
def administrator(client, db) -> Client:
    client.force_login(User.objects.create_superuser("admin@example.gov.uk"))
    return client


def give_up(**which) -> None:
    OutboxEmail.objects.filter(**which).update(state="dead", attempts=6, last_error="It was not sent.", context={})


def try_again(client: Client):
    selected = list(OutboxEmail.objects.values_list("pk", flat=True))
    return client.post(LIST, {"action": "try_again", "_selected_action": selected}, follow=True)


def test_the_list_can_be_narrowed_to_what_was_given_up(administrator):
    queue_letters(2)
    give_up(dedupe_key="letter:1")
    page = administrator.get(f"{LIST}?state__exact=dead").content.decode()
    assert "person1@example.gov.uk" in page
    assert "person0@example.gov.uk" not in page


def test_the_facts_that_will_be_wiped_are_not_shown(administrator):
    email = queue_letter(context={"code": "123456"})
    page = administrator.get(f"{LIST}{email.pk}/change/").content.decode()
    assert email.recipient in page
    assert "123456" not in page


def test_an_email_is_described_in_words_for_organisers(administrator):
    queue_letter()
    OutboxEmail.objects.update(kind="booking_called_off")
    email = OutboxEmail.objects.get()
    assert "Surgery called off" in administrator.get(LIST).content.decode()
    page = administrator.get(f"{LIST}{email.pk}/change/").content.decode()
    assert "Surgery called off" in page
    for engine in ("Dedupe key", "Lease", "registry", "Unsure attempts", "About"):
        assert engine not in page


def test_times_read_as_they_do_elsewhere(administrator):
    email = queue_letter()
    OutboxEmail.objects.update(created_at="2026-03-03T15:24:00Z", next_try_at="2026-07-03T08:05:00Z")
    assert "3 Mar 2026, 3:24pm" in administrator.get(LIST).content.decode()
    page = administrator.get(f"{LIST}{email.pk}/change/").content.decode()
    assert "3 Mar 2026, 3:24pm" in page
    assert "3 Jul 2026, 9:05am" in page


def test_every_kind_is_called_something_of_its_own():
    assert names.keys() == writers.keys()
    assert len(set(names.values())) == len(names)


def test_a_kind_of_an_older_version_is_listed_as_it_was_written(administrator):
    queue_letter()
    OutboxEmail.objects.update(kind="carrier_pigeon")
    assert "carrier_pigeon" in administrator.get(LIST).content.decode()


def test_nothing_can_be_added_changed_or_deleted(administrator):
    email = queue_letter()
    assert administrator.get(f"{LIST}add/").status_code == 403
    assert administrator.post(f"{LIST}{email.pk}/change/", {"recipient": "x@y.gov.uk"}).status_code == 403
    assert administrator.post(f"{LIST}{email.pk}/delete/", {"post": "yes"}).status_code == 403


def test_what_was_given_up_is_sent_when_tried_again(administrator, mail_server):
    queue_letter()
    give_up()
    page = try_again(administrator).content.decode()
    assert "1 will be tried again." in page
    work()
    email = OutboxEmail.objects.get()
    assert (email.state, email.attempts) == ("sent", 1)


def test_what_was_not_given_up_stays_as_it_is(administrator):
    queue_letters(2)
    give_up(dedupe_key="letter:1")
    OutboxEmail.objects.filter(dedupe_key="letter:0").update(state="dropped")
    page = try_again(administrator).content.decode()
    assert "1 will be tried again." in page
    assert "1 stayed as they were." in page
    assert OutboxEmail.objects.get(dedupe_key="letter:0").state == "dropped"


def test_what_cannot_be_written_any_more_stays_given_up(administrator):
    queue_letter(context={"code": "123456"})
    give_up()
    try_again(administrator)
    assert OutboxEmail.objects.get().state == "dead"


def test_whoever_is_no_organiser_cannot_have_it_tried_again(client, db):
    client.force_login(User.objects.create_user("champion@example.gov.uk"))
    queue_letter()
    give_up()
    try_again(client)
    assert OutboxEmail.objects.get().state == "dead"

"""Every change is written down by the database itself, whatever made it, and nobody can change what is written."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, connections, models, transaction
from django.test.utils import isolate_apps
from django.utils import timezone

from bookings.models import Attendee, Booking
from history.models import Change
from history.services import forget_old_history
from history.triggers import arguments, part_of, recorded, renew
from organisation.models import Office, Topic
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DecisionFactory,
    OfficeFactory,
    OutcomeFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
)
from tests.test_architecture import our_models

CANARY = "kanarienvogel"


def written(**which: object) -> list[tuple]:
    """What is written down of these rows, the first first: what happened, and the facts."""
    return list(Change.objects.filter(**which).order_by("id").values_list("what", "facts"))


def run_sql(statement: str, *values: object, alias: str = "default") -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, values)


def unrecorded() -> set[str]:
    """The tables that should be recorded and whose triggers are missing, off, or not what their model says."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname, encode(tgargs, 'escape'), count(*) FROM pg_trigger
            JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
            WHERE proname = 'history_record' AND tgenabled = 'O' GROUP BY 1, 2"""
        )
        found = set(cursor.fetchall())
    wanted = {(table, "".join(f"{each}\\000" for each in arguments(model)), 2) for table, model in recorded().items()}
    return {table for table, _, _ in wanted ^ found}


# ── Everything is recorded ────────────────────────────────────────────────────────────────────────────────────────


def test_every_table_has_the_triggers_that_its_model_asks_for(db):
    assert unrecorded() == set()
    assert {"bookings_booking_topics", "surgeries_seat", "accounts_user", "organisation_headcount"} < recorded().keys()


def test_what_is_not_recorded_says_so():
    silent = {model for model in our_models() if model._meta.db_table not in recorded()}
    assert {model._meta.object_name for model in silent} == {
        *("OutboxEmail", "DutyRun", "LimitCount", "MailboxEmail", "Change"),
        *("CalendarLink", "Milestone", "Submission", "Ask", "JournalEntry", "SurgeryRequest", "Correction", "Thanks"),
        *("Disclosure", "Erasure", "Digest"),
    }


@pytest.mark.parametrize(
    "harm",
    [
        "DROP TRIGGER row_is_recorded ON bookings_booking",
        "ALTER TABLE bookings_booking DISABLE TRIGGER row_change_is_recorded",
        "ALTER TABLE bookings_booking DISABLE TRIGGER USER",
    ],
)
@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_control_a_table_without_its_triggers_is_found_and_mended(harm: str):
    run_sql(harm, alias="owner")
    try:
        assert unrecorded() == {"bookings_booking"}
    finally:
        run_sql("ALTER TABLE bookings_booking ENABLE TRIGGER USER", alias="owner")
        renew(connections["owner"])
    assert unrecorded() == set()


@isolate_apps("organisation")
def test_control_a_model_without_triggers_is_found(db):
    class Mascot(models.Model):
        class Meta:
            app_label = "organisation"

        def __str__(self) -> str:
            return "mascot"

    recorded()["organisation_mascot"] = Mascot
    try:
        assert unrecorded() == {"organisation_mascot"}
    finally:
        del recorded()["organisation_mascot"]


def test_each_way_to_write_is_written_down(db):
    office = OfficeFactory.create(name="Leeds")
    Office.objects.bulk_create([Office(name="York", slug="york"), Office(name="Hull", slug="hull")])
    Office.objects.filter(name="Hull").update(nation="WLS")
    office.name = "Bradford"
    office.save(update_fields=["name"])
    run_sql("UPDATE organisation_office SET is_retired = true WHERE id = %s", office.pk)
    run_sql("DELETE FROM organisation_office WHERE name = 'Hull'")
    run_sql("UPDATE organisation_office SET name = name")
    facts = {"nation": "ENG", "is_retired": False}
    assert written(table="organisation_office", key=office.pk) == [
        ("insert", facts | {"name": "Leeds", "slug": office.slug}),
        ("update", {"name": ["Leeds", "Bradford"]}),
        ("update", {"is_retired": [False, True]}),
    ]
    hull = Change.objects.get(facts__name="Hull", what="insert").key
    assert written(table="organisation_office", key=hull)[1:] == [
        ("update", {"nation": ["ENG", "WLS"]}),
        ("delete", facts | {"name": "Hull", "slug": "hull", "nation": "WLS"}),
    ]
    assert Change.objects.count() == 7, "and a statement that changes nothing leaves nothing"


def test_what_somebody_chose_is_part_of_their_booking_and_their_booking_of_its_surgery(db):
    booking = BookingFactory.create()
    booking.topics.set(topics := TopicFactory.create_batch(2))
    booking.topics.remove(topics[0])
    chosen = Change.objects.filter(table="bookings_booking_topics", whole=booking.pk).order_by("id")
    *added, removed = [(each.what, each.facts["topic_id"]) for each in chosen]
    assert sorted(added) == sorted(("insert", topic.pk) for topic in topics)
    assert removed == ("delete", topics[0].pk)
    assert Change.objects.get(table="bookings_booking").whole == booking.surgery_id
    assert Change.objects.filter(table="surgeries_seat", whole=booking.surgery_id).count() == 6
    assert part_of(Topic) is None


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_nothing():
    with transaction.atomic():
        OfficeFactory.create()
        assert Change.objects.count() == 1
        transaction.set_rollback(True)
    assert not Change.objects.exists()


# ── Nobody is remembered here ─────────────────────────────────────────────────────────────────────────────────────


def fill_and_change(word: str) -> None:
    """Write the word into every personal field that is text, and change and delete the rows."""
    user = UserFactory.create(email=f"{word}@example.gov.uk", name=word)
    champion = ChampionFactory.create(user=user, name=word, about=word, experience=word)
    DecisionFactory.create(champion=champion, outcome="asked_back", words=word)
    attendee = Attendee.objects.create(name=word, email=f"{word}.2@example.gov.uk")
    booking = BookingFactory.create(attendee=attendee, name=word, question=word, adjustments=word)
    outcome = OutcomeFactory.create(next_step=word, pledge=word, visit=VisitFactory.create(name=word))
    Booking.objects.update(name=f"{word}2", cancelled_reason="", question=f"{word}2")
    Attendee.objects.update(name=f"{word}2")
    outcome.delete()
    booking.delete()
    attendee.delete()


def dump_of_history() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(change::text, E'\\n') FROM history_change change")
        return cursor.fetchone()[0]


def test_no_personal_value_is_kept_only_that_it_changed(db):
    fill_and_change(CANARY)
    dump = dump_of_history()
    assert CANARY not in dump
    assert "bookings_outcome" in dump
    update = Change.objects.get(table="bookings_booking", what="update").facts
    assert update == {"name": None, "question": None}


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_control_a_value_that_is_declared_impersonal_is_kept(monkeypatch):
    monkeypatch.setattr(Booking, "impersonal", Booking.impersonal | {"question"})
    renew(connections["owner"])
    try:
        BookingFactory.create(question=CANARY)
        assert CANARY in dump_of_history()
    finally:
        monkeypatch.undo()
        renew(connections["owner"])


# ── Nobody can change it ──────────────────────────────────────────────────────────────────────────────────────────

FORBIDDEN = [
    "UPDATE history_change SET who = 1",
    "DELETE FROM history_change",
    "TRUNCATE history_change",
    "DROP TABLE history_change",
    """INSERT INTO history_change (changed_at, place, "table", key, what) VALUES (now(), '', 'x', 1, 'insert')""",
    "ALTER TABLE organisation_office DISABLE TRIGGER USER",
    "DROP TRIGGER row_is_recorded ON organisation_office",
    "CREATE OR REPLACE FUNCTION history_record() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "SET session_replication_role = replica",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_application_cannot_change_what_is_written(statement: str, db):
    OfficeFactory.create()
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        run_sql(statement)
    assert Change.objects.count() == 1


@pytest.mark.django_db(databases=["default", "owner"])
def test_control_the_owner_can():
    OfficeFactory.create()
    with transaction.atomic(using="owner"):
        run_sql(FORBIDDEN[1], alias="owner")
        assert not Change.objects.using("owner").exists()
        transaction.set_rollback(True, using="owner")


# ── It is forgotten after 24 months ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_the_clock_forgets_what_is_older_than_24_months_and_no_day_earlier(monkeypatch):
    monkeypatch.setattr("history.services.SLICE", 2)
    offices = OfficeFactory.create_batch(6)
    ages = [800, 790, 780, 735, 725, 1]
    for office, age in zip(offices, ages, strict=True):
        Change.objects.using("owner").filter(key=office.pk).update(changed_at=timezone.now() - timedelta(days=age))
    assert forget_old_history() == 4
    assert set(Change.objects.values_list("key", flat=True)) == {office.pk for office in offices[4:]}
    assert forget_old_history() == 0

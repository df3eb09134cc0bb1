"""Two records turn out to be one person: an organiser sees what follows, and makes them one."""

import io
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bookings.errors import OutOfDate
from bookings.links import token_for
from bookings.models import Attendee
from bookings.people import REMOVED
from history.models import Change
from notifications.models import OutboxEmail
from notifications.services import queue_email
from privacy.merging import STILL_ON, TWO_ACCOUNTS, MergeRefused, merging_of
from privacy.services import erase, merge
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    CorrectionFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VisitFactory,
    local,
)
from tests.privacy.two_records import one, read

pytestmark = pytest.mark.django_db


class TestPages:
    def test_the_second_is_found_and_both_are_seen_before_anything_changes(self, client, organiser, zoe, zoe_married):
        BookingFactory.create(attendee=zoe, name="Zo Adams")
        BookingFactory.create(attendee=zoe_married)
        choose = reverse("privacy:same", args=[zoe.pk])
        assert choose in client.get(reverse("bookings:person", args=[zoe.pk])).content.decode()
        found = client.post(choose, {"who": "zoe"}).content.decode()
        assert f'value="person-{zoe_married.pk}"' in found
        assert f'value="person-{zoe.pk}"' not in found
        preview = client.post(choose, {"chosen": f"person-{zoe_married.pk}"}, follow=True)
        assert preview.request["PATH_INFO"] == reverse("privacy:merge", args=[zoe.pk, zoe_married.pk])
        said = read(preview)
        assert "Zo Adams" in said
        assert "Bookings 1 in all. Still ahead: " in said
        assert "This cannot be undone" in said
        for question in ("Which name stays?", "Which email address stays?"):
            assert re.search(rf'legend class="[^"]*legend--m">\s*{re.escape(question)}', preview.content.decode())
        assert not Attendee.objects.filter(merged_into__isnull=False).exists()

    def test_one_press_does_what_was_seen_and_the_page_of_either_leads_to_the_one(
        self, client, organiser, zoe, zoe_married
    ):
        address = reverse("privacy:merge", args=[zoe.pk, zoe_married.pk])
        seen = {"seen": merging_of(zoe, zoe_married, now=timezone.now()).version}
        assert "Choose which name stays" in read(client.post(address, seen))
        done = client.post(address, seen | {"name": "1", "email": "0"}, follow=True)
        assert "The two records are one now." in read(done)
        zoe.refresh_from_db()
        assert (zoe.name, zoe.email) == ("Zoë Brown", "zoe.adams@example.gov.uk")
        for page in ("bookings:person", "privacy:same", "privacy:data", "privacy:merge"):
            ids = [zoe_married.pk, zoe.pk] if page == "privacy:merge" else [zoe_married.pk]
            assert "Zoë Brown" in read(client.get(reverse(page, args=ids), follow=True)), page
        again = client.post(address, seen | {"name": "1", "email": "0"}, follow=True)
        assert "The two records are one now." in read(again), "a second press"
        other_way = reverse("privacy:merge", args=[zoe_married.pk, zoe.pk])
        for sent in (seen | {"name": "0", "email": "0"}, {}):
            assert "The two records are one now." in read(client.post(other_way, sent, follow=True)), "a second tab"
        assert Attendee.objects.filter(merged_into=None, pk__in=[zoe.pk, zoe_married.pk]).get() == zoe

    def test_the_link_of_what_ended_says_what_stays(self, client, zoe, zoe_married):
        surgery = SurgeryFactory.create()
        ended = BookingFactory.create(attendee=zoe, surgery=surgery, waiting=True)
        page = f"/bookings/{token_for(ended)}/"
        BookingFactory.create(attendee=zoe_married, surgery=surgery)
        assert "You still have" not in read(client.get(page))
        merge(stays=zoe_married, goes=zoe, name=zoe.name, email=zoe.email)
        said = read(client.get(page))
        assert "You still have a seat here" in said
        assert "Book again" not in said

    def test_what_has_changed_since_is_shown_before_it_is_done(self, client, organiser, zoe, zoe_married):
        sent = {"seen": merging_of(zoe, zoe_married, now=timezone.now()).version, "name": "0", "email": "0"}
        BookingFactory.create(attendee=zoe_married, surgery__venue__name="New café")
        answer = client.post(reverse("privacy:merge", args=[zoe.pk, zoe_married.pk]), sent)
        assert answer.status_code == 409
        assert "Something has changed since you looked" in read(answer)
        assert "New café" in read(answer)
        zoe_married.refresh_from_db()
        assert zoe_married.merged_into is None
        with pytest.raises(OutOfDate):
            merge(stays=zoe, goes=zoe_married, name=zoe.name, email=zoe.email, seen=sent["seen"])

    def test_somebody_who_signs_in_and_never_booked_can_be_the_second(self, client, organiser, zoe):
        user = UserFactory.create(name="Zoë Brown", email="zoe.brown@example.gov.uk")
        choose = reverse("privacy:same", args=[zoe.pk])
        assert f'value="user-{user.pk}"' in client.post(choose, {"who": "zoe brown"}).content.decode()
        said = read(client.post(choose, {"chosen": f"user-{user.pk}"}, follow=True))
        assert "since they sign in with it" in said
        assert "Which email address stays?" not in said

    def test_a_champion_has_the_name_that_stays_wherever_they_are_named(self, organiser, zoe):
        user = UserFactory.create(name="Amina Yusuf")
        champion = ChampionFactory.create(name="Amina Yusuf", user=user)
        other = AttendeeFactory.create(name="Amina Yusuf", email=user.email)
        merge(stays=zoe, goes=other, name=zoe.name, email=user.email)
        for each in (champion, user):
            each.refresh_from_db()
        assert champion.name == user.name == zoe.name != "Amina Yusuf"

    @pytest.mark.parametrize(
        "chosen", ["", "person-", "person-x", "user-99999999999999999999", "team-1", "person-\0", "person-²"]
    )
    def test_what_nobody_could_press_changes_nothing(self, client, organiser, zoe, chosen):
        assert client.post(reverse("privacy:same", args=[zoe.pk]), {"chosen": chosen}).status_code == 200

    def test_bad_choices_are_refused(self, client, organiser, zoe, zoe_married):
        address = reverse("privacy:merge", args=[zoe.pk, zoe_married.pk])
        for sent in ({}, {"name": "9", "email": "0"}, {"name": "\0", "email": "x" * 999}, {"name": ["0", "1"]}):
            assert client.post(address, sent).status_code == 200
        answer = client.post(address, {"name": "0", "email": "0", "seen": "\0"})
        assert answer.status_code == 409
        assert client.get(reverse("privacy:merge", args=[zoe.pk, zoe.pk])).status_code == 303
        assert client.get(reverse("privacy:merge", args=[zoe.pk, 2**62])).status_code == 404

    def test_as_many_statements_however_much_they_have(
        self, client, organiser, zoe, zoe_married, django_assert_max_num_queries
    ):
        champion = ChampionFactory.create(user=UserFactory.create(email=zoe.email))
        for days in range(1, 12):
            BookingFactory.create(attendee=zoe, surgery__starts_at=local(days))
            visit = VisitFactory.create(attendee=zoe_married, surgery__starts_at=local(-days))
            VisitFactory.create(attendee=zoe, surgery=visit.surgery)
            OutcomeFactory.create(visit=visit)
            ShiftFactory.create(champion=champion, surgery__starts_at=local(days + 30))
        with django_assert_max_num_queries(12):
            client.get(reverse("privacy:merge", args=[zoe.pk, zoe_married.pk]))
        with django_assert_max_num_queries(12):
            client.post(reverse("privacy:same", args=[zoe.pk]), {"who": "zoe"})


class TestRefused:
    def test_two_accounts_stay_two(self, client, organiser, zoe, zoe_married):
        for each in (zoe, zoe_married):
            UserFactory.create(email=each.email)
        address = reverse("privacy:merge", args=[zoe.pk, zoe_married.pk])
        assert "Both sign in" in read(client.get(address))
        assert client.post(address, {"name": "0", "email": "0"}).status_code == 409
        with pytest.raises(MergeRefused, match="Both sign in"):
            one(zoe, zoe_married)
        assert TWO_ACCOUNTS.startswith("Both sign in")

    def test_while_both_are_in_the_room_nothing_is_done(self, zoe, zoe_married):
        surgery = SurgeryFactory.create(starts_at=timezone.now() - timedelta(minutes=30))
        for each in (zoe, zoe_married):
            VisitFactory.create(attendee=each, surgery=surgery)
        with pytest.raises(MergeRefused, match=STILL_ON[:20]):
            one(zoe, zoe_married)

    def test_who_was_removed_is_nobodys_second_record(self, organiser, zoe, zoe_married):
        erase(attendee=zoe_married, by=organiser)
        with pytest.raises(MergeRefused):
            merge(stays=zoe, goes=zoe_married, name=zoe.name, email=zoe.email)


class TestPrivacy:
    def test_erasing_the_one_erases_what_the_other_left_also_after_a_restore(
        self, organiser, zoe, zoe_married, tmp_path
    ):
        booking = BookingFactory.create(attendee=zoe_married, name="Zoë Brown", question="How?")
        CorrectionFactory.create(attendee=zoe_married)
        queue_email(kind="booking_booked", to=zoe_married.email, about={"booking": booking.pk}, dedupe_key="sent")
        exported = io.StringIO()
        with transaction.atomic():
            one(zoe, zoe_married, name=zoe.name, email=zoe.email)
            erase(attendee=zoe, by=organiser)
            booking.refresh_from_db()
            assert (booking.name, booking.question) == (REMOVED, "")
            assert not OutboxEmail.objects.filter(dedupe_key="sent").exists()
            call_command("export_erasures", stdout=exported)
            transaction.set_rollback(True)
        # Restored from before they were one.
        zoe.refresh_from_db(), zoe_married.refresh_from_db()
        assert (zoe.name, zoe_married.name) == ("Zoë Adams", "Zoë Brown")
        (tmp_path / "ledger").write_text(exported.getvalue())
        said = io.StringIO()
        call_command("replay_erasures", str(tmp_path / "ledger"), stdout=said)
        assert "Erased again: 2." in said.getvalue()
        zoe.refresh_from_db(), zoe_married.refresh_from_db()
        assert {zoe.name, zoe_married.name} == {REMOVED}

    def test_the_address_that_went_can_be_somebody_elses_afterwards(self, organiser, zoe, zoe_married):
        """It was mistyped, say. Whoever books with it is not erased with them."""
        mistyped = zoe_married.email
        one(zoe, zoe_married, name=zoe.name, email=zoe.email)
        somebody = AttendeeFactory.create(name="Zena Brown", email=mistyped)
        erase(attendee=zoe, by=organiser)
        call_command("replay_erasures", stdout=io.StringIO())
        somebody.refresh_from_db()
        assert (somebody.name, somebody.email) == ("Zena Brown", mistyped)

    def test_they_are_given_everything_of_both(self, client, organiser, zoe, zoe_married):
        BookingFactory.create(attendee=zoe, question="How do I begin?")
        BookingFactory.create(attendee=zoe_married, question="May I say this?")
        correction = CorrectionFactory.create(attendee=zoe_married)
        one(zoe, zoe_married)
        given = client.post(reverse("privacy:data_json", args=[zoe_married.pk])).json()
        rows = {part["what"]: part["rows"] for part in given["held"]}
        assert {row["question"] for row in rows["Bookings"]} == {"How do I begin?", "May I say this?"}
        assert [row["id"] for row in rows["Put right in a register"]] == [correction.pk]
        assert {row["id"] for row in rows["Who they are"]} == {zoe.pk, zoe_married.pk}

    def test_who_looked_at_either_is_listed(self, client, organiser, zoe, zoe_married):
        client.post(reverse("privacy:data_json", args=[zoe_married.pk]))
        one(zoe, zoe_married)
        assert f"{organiser}, as a file" in read(client.get(reverse("privacy:data", args=[zoe.pk])))

    def test_history_has_who_did_it_and_no_name(self, client, organiser, zoe, zoe_married):
        seen = merging_of(zoe, zoe_married, now=timezone.now()).version
        client.post(reverse("privacy:merge", args=[zoe.pk, zoe_married.pk]), {"seen": seen, "name": "0", "email": "0"})
        change = Change.objects.filter(table="bookings_attendee", key=zoe_married.pk, what="update").get()
        assert (change.who, change.place, change.whole) == (organiser.pk, "privacy:merge", zoe.pk)
        assert change.facts["merged_into_id"] == [None, zoe.pk]
        assert "Zo" not in str(change.facts)
        said = read(client.get(reverse("bookings:changes_of_one", args=["attendee", zoe.pk])))
        assert "Merged attendee “another record of Zoë Adams”" in said
        assert "Merged into: nothing → Zoë Adams" in said
        assert "the page of the person" in said

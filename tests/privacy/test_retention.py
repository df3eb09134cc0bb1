"""What is held about people goes by itself, each thing when the policy says; figures stay as they are."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from bookings.models import WORDS_KEPT, Attendee, Booking, Correction, Submission
from bookings.people import REMOVED
from champions.models import Champion
from notifications.registry import duties
from privacy import duties as own
from privacy.duties import forget_forms, forget_history, forget_who_is_away
from privacy.models import Disclosure, Erasure
from privacy.periods import FORMS_KEPT, HISTORY_KEPT, IDENTITY_KEPT, Period
from privacy.policy import HOLDINGS, Category
from surgeries.models import Surgery
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    CorrectionFactory,
    DecisionFactory,
    ShiftFactory,
    SubmissionFactory,
    SurgeryFactory,
    UserFactory,
    VisitFactory,
    local,
)
from tests.privacy.canaries import alice, dump
from tests.privacy.test_erasing import figures, left

pytestmark = pytest.mark.django_db
FORGETS = ("forget_", "end_rests")


def run_all(now) -> None:
    """Every duty that forgets something, as the clock does."""
    for name, each in duties.items():
        if name.rpartition(".")[2].startswith(FORGETS):
            each.run(now)


def long_ago(user: User) -> User:
    User.objects.filter(pk=user.pk).update(joined_at=timezone.now() - timedelta(days=3000), last_login=None)
    return user


def test_words_go_90_days_after_the_surgery_identity_stays():
    alice()
    last = Surgery.objects.latest("ends_at").ends_at
    run_all(last + WORDS_KEPT + timedelta(days=1))
    rows = dump()
    kept = [
        f"canary-{holding.of._meta.model_name}-{name}"
        for holding in HOLDINGS
        for name, rule in holding.fields.items()
        if rule.category == Category.WORDS and rule.kept == Period.WORDS
    ]
    assert len(kept) >= 7
    assert [word for word in kept if word in rows] == []
    assert "canary-attendee-name" in rows


def test_nothing_of_somebody_is_left_13_months_after_they_were_last_here():
    attendee = alice()
    Champion.objects.filter(user=attendee.user).update(state=Champion.State.LEFT, resting_until=None)
    last = Surgery.objects.latest("ends_at").ends_at
    before = figures()
    run_all(last + IDENTITY_KEPT - timedelta(days=1))
    attendee.refresh_from_db()
    assert attendee.email is not None
    with time_machine.travel(last + IDENTITY_KEPT + timedelta(days=1)):
        run_all(timezone.now())
    assert left() == []
    assert figures() == before
    everything = dump()
    run_all(last + IDENTITY_KEPT + timedelta(days=2))
    assert dump() == everything, "it has been done"


def test_whoever_came_booked_or_has_a_seat_ahead_stays():
    now = timezone.now()
    made = {"created_at": now - IDENTITY_KEPT - timedelta(days=2)}
    away = AttendeeFactory.create()
    old = SurgeryFactory.create(starts_at=local(-500))
    BookingFactory.create(surgery=old, attendee=away, created_at=made["created_at"])
    came = VisitFactory.create(surgery=SurgeryFactory.create(starts_at=local(-300))).attendee
    booked = BookingFactory.create(attendee__email="ahead@example.gov.uk").attendee
    BookingFactory.create(surgery=old, attendee=came, created_at=made["created_at"])
    nameless = VisitFactory.create(surgery=old, attendee__email=None, attendee__name="Ada").attendee
    fresh = AttendeeFactory.create()
    Attendee.objects.exclude(pk=fresh.pk).update(**made)

    forget_who_is_away(now)

    gone = set(Attendee.objects.filter(name=REMOVED, email=None).values_list("pk", flat=True))
    assert gone == {away.pk, nameless.pk}
    assert Booking.objects.get(surgery=old, attendee=away).name == REMOVED
    assert not gone & {came.pk, booked.pk, fresh.pk}
    assert not Erasure.objects.exists(), "nobody asked"


def test_champions_who_left_and_users_go_and_who_hosts_or_signs_in_stays():
    now = timezone.now()
    hosts = ChampionFactory.create(user=long_ago(UserFactory.create()))
    rests = ChampionFactory.create(
        user=long_ago(UserFactory.create()), state="resting", resting_until=timezone.localdate() + timedelta(days=9)
    )
    left_long_ago = ChampionFactory.create(user=long_ago(UserFactory.create()), state="left")
    ShiftFactory.create(champion=left_long_ago, surgery=SurgeryFactory.create(starts_at=local(-420)))
    left_lately = ChampionFactory.create(user=long_ago(UserFactory.create()), state="left")
    ShiftFactory.create(champion=left_lately, surgery=SurgeryFactory.create(starts_at=local(-300)))
    declined = ChampionFactory.create(applied=True, user=long_ago(UserFactory.create()))
    DecisionFactory.create(champion=declined, outcome="declined", words="No.")
    without_address = ChampionFactory.create(user=None, state="left")
    organiser, signed_in = long_ago(UserFactory.create(organiser=True)), long_ago(UserFactory.create())
    User.objects.filter(pk=signed_in.pk).update(last_login=now - timedelta(days=300))

    forget_who_is_away(now)

    names = dict(Champion.objects.values_list("pk", "name"))
    gone = {pk for pk, name in names.items() if name == REMOVED}
    assert gone == {left_long_ago.pk, without_address.pk}
    assert {hosts.pk, rests.pk, left_lately.pk, declined.pk} <= names.keys() - gone
    users = set(User.objects.filter(is_active=False).values_list("pk", flat=True))
    assert users == {organiser.pk, left_long_ago.user_id}
    assert left_long_ago.shifts.count() == 1, "that somebody hosted stays"


def test_it_is_done_in_slices_however_many_there_are(monkeypatch):
    now = timezone.now()
    AttendeeFactory.create_batch(7)
    Attendee.objects.update(created_at=now - timedelta(days=999))
    monkeypatch.setattr(own, "SLICE", 2)
    monkeypatch.setattr(own, "MOST", 4)
    forget_who_is_away(now)
    assert Attendee.objects.filter(name=REMOVED).count() == 4
    forget_who_is_away(now)
    assert Attendee.objects.filter(name=REMOVED).count() == 7
    with CaptureQueriesContext(connection) as queries:
        forget_who_is_away(now)
    assert not any(query["sql"].startswith(("UPDATE", "DELETE")) for query in queries)


def test_whoever_comes_back_at_that_moment_stays(monkeypatch):
    """They are looked at again under the lock."""
    now = timezone.now()
    attendee = AttendeeFactory.create()
    Attendee.objects.update(created_at=now - timedelta(days=999))
    BookingFactory.create(attendee=attendee)
    assert own._forget(Attendee, attendee.pk, own.away_attendees, own.person_of, now - IDENTITY_KEPT) is False


def test_forms_go_after_90_days():
    now = timezone.now()
    old = SubmissionFactory.create(created_at=now - FORMS_KEPT - timedelta(minutes=1))
    new = SubmissionFactory.create(created_at=now - FORMS_KEPT + timedelta(minutes=1))
    forget_forms(now)
    assert list(Submission.objects.all()) == [new]
    assert Booking.objects.filter(pk=old.booking_id).exists()


@pytest.mark.parametrize("days", [1, -1])
def test_history_goes_after_24_months_by_the_clock_of_the_database(monkeypatch, days):
    monkeypatch.setattr(own, "SLICE", 1)
    moment = timezone.now() - HISTORY_KEPT - timedelta(days=days)
    user = UserFactory.create(organiser=True)
    number = {"attendee_number": 1}
    for _ in range(2):
        CorrectionFactory.create(corrected_at=moment)
        Disclosure.objects.create(**number, is_file=True, given_at=moment, given_by=user)
        Erasure.objects.create(**number, attendee_made_at=moment, erased_at=moment, erased_by=user)
    forget_history(timezone.now() + relativedelta(years=9))
    kept = [model.objects.count() for model in (Correction, Disclosure, Erasure)]
    assert kept == ([0, 0, 0] if days > 0 else [2, 2, 2])


def test_history_of_the_administration_pages_names_nobody():
    user = UserFactory.create(organiser=True)
    champion = ChampionFactory.create(name="Alice Adeyemi")
    message = (
        '[{"changed": {"name": "shift", "object": "Alice Adeyemi, Tue 1 Dec, 10am", "fields": ["Ends at"]}},'
        ' {"added": {"name": "slot", "object": "10am to 10:20am"}}, {"added": {}}]'
    )
    facts = {"user": user, "action_flag": CHANGE, "object_id": champion.pk, "change_message": message}
    for model in (Champion, Surgery):
        of = ContentType.objects.get_for_model(model)
        LogEntry.objects.create(**facts, content_type=of, object_repr="Alice Adeyemi" if model is Champion else "Café")
    LogEntry.objects.create(user=user, action_flag=CHANGE, object_repr="Café", change_message="[{ no list")
    about_champion, about_surgery, words = LogEntry.objects.order_by("pk")
    assert "Alice" not in "".join(row for row in dump().splitlines() if row.startswith("django_admin_log"))
    assert about_champion.object_repr == f"Champion {champion.pk}"
    assert about_surgery.object_repr == "Café"
    assert "slot “10am to 10:20am”" in about_surgery.get_change_message()
    assert words.change_message == "[{ no list"


def test_the_privacy_notice_says_the_periods_by_which_the_code_deletes(client):
    page = client.get("/privacy/").content.decode()
    assert [period for period in (Period.WORDS, Period.IDENTITY, Period.EMAILS) if period.label not in page] == []
    assert f"after {Period.HISTORY.label}" in page
    source = Path("templates/privacy/notice.html").read_text()
    assert not re.search(r"\d+ (days|months) after", source), "a period that nobody would change with the code"

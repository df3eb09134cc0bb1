"""Alice, of whom there is something in every place where anything personal is kept: each holds a word of its own."""

from datetime import timedelta
from uuid import uuid4

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from bookings.models import Ask, Attendee, Booking
from bookings.people import Person, person_of
from champions.models import CalendarLink, Champion, Milestone
from desk.services import choose_digest
from notifications.limits import EMAILS_PER_ADDRESS, count
from notifications.models import MailboxEmail
from notifications.services import queue_email
from privacy.policy import HOLDINGS, Holding
from surgeries.models import Making, Surgery
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    CorrectionFactory,
    DecisionFactory,
    HelpFactory,
    JournalEntryFactory,
    LetterFactory,
    OfficeFactory,
    OutcomeFactory,
    PairingFactory,
    ShiftFactory,
    SubmissionFactory,
    SurgeryFactory,
    ThanksFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
    local,
)

ADDRESS = "canary.alice@example.gov.uk"
NOT_TEXT = {"email", "recipient", "reference", "session_data", "key"}
"""Fields that are text and hold something else: the one address, and what is unique, or looked up."""


def alice() -> Attendee:
    """She booked, came, waits, hosts and signs in, each in the past and ahead."""
    user = UserFactory.create(email=ADDRESS)
    user.last_login = timezone.now()
    user.save()
    attendee = AttendeeFactory.create(name="canary Alice", email=ADDRESS, user=user)
    _attends(attendee)
    _hosts(ChampionFactory.create(user=user, topics=[TopicFactory.create()]))
    _signs_in(user)
    about = {"dedupe_key": "canary-dedupe", "about": {}, "context": {"code": "canary-code"}}
    queue_email(kind="booking_booked", to=ADDRESS, **about)
    raw = f"Subject: canary\nContent-Type: text/plain; charset=utf-8\n\nTo {ADDRESS}".encode()
    MailboxEmail.objects.create(
        recipient=ADDRESS, subject="canary-mailboxemail-subject", raw=raw, arrived_at=timezone.now()
    )
    for holding in HOLDINGS:
        write_words(holding, person_of(attendee))
    attendee.refresh_from_db()
    told = f"Content-Type: text/plain\n\nYou sit with {attendee.name}.".encode()
    MailboxEmail.objects.create(recipient="host@example.gov.uk", subject="x", raw=told, arrived_at=timezone.now())
    return attendee


def _attends(attendee: Attendee) -> None:
    over, ahead = SurgeryFactory.create(starts_at=local(-7)), SurgeryFactory.create()
    for surgery in (over, ahead):
        BookingFactory.create(surgery=surgery, attendee=attendee, missed_because="")
    BookingFactory.create(surgery=SurgeryFactory.create(), attendee=attendee, waiting=True)
    BookingFactory.create(surgery=SurgeryFactory.create(starts_at=local(-20)), attendee=attendee, cancelled=True)
    SubmissionFactory.create(booking=Booking.objects.get(surgery=ahead), request_id=uuid4())
    PairingFactory.create(booking=Booking.objects.get(surgery=over), chosen_by=attendee.user)
    visit = VisitFactory.create(booking=Booking.objects.get(surgery=over))
    HelpFactory.create(visit=visit, ends_at=visit.arrived_at + timedelta(minutes=9))
    outcome = OutcomeFactory.create(visit=visit, is_next_step_shared=True, recorded_by=attendee.user)
    outcome.topics.add(TopicFactory.create(name="Mastodon for beginners"))
    VisitFactory.create(taken_in_by=attendee.user)
    ThanksFactory.create(attendee=attendee, surgery=over)
    CorrectionFactory.create(attendee=attendee, surgery=over, corrected_by=attendee.user)
    LetterFactory.create(surgery=over, written_by=attendee.user)


def _hosts(champion: Champion) -> None:
    over = SurgeryFactory.create(starts_at=local(-8))
    shift = ShiftFactory.create(champion=champion, surgery=over)
    HelpFactory.create(visit__surgery=over, surgery=over, shift=shift, ends_at=over.ends_at)
    ShiftFactory.create(champion=champion, surgery__starts_at=local(9))
    ShiftFactory.create(champion=champion, given_back=True)
    champion.offices.add(OfficeFactory.create())
    champion.usual_days, champion.most_shifts_a_month, champion.is_manager_aware = [2], 3, True
    champion.state, champion.resting_until = Champion.State.RESTING, timezone.localdate() + timedelta(days=3)
    champion.applied_at = timezone.now()
    champion.save()
    DecisionFactory.create(champion=champion, outcome="declined", words="x")
    DecisionFactory.create(outcome="declined", words="x", decided_by=champion.user)
    JournalEntryFactory.create(champion=champion, learned="x", wants_to_learn="x", would_change="x")
    CalendarLink.objects.create(champion=champion)
    Milestone.objects.create(champion=champion, kind="1", reached_at=timezone.now())
    Ask.objects.create(champion=champion, surgery=over, asked_at=timezone.now())
    made = {"request_id": uuid4(), "digest": "x", "made_at": timezone.now()}
    Making.objects.create(**made, made_by=champion.user)
    called_off = SurgeryFactory.create(called_off=True)
    Surgery.objects.filter(pk=called_off.pk).update(called_off_by=champion.user)


def _signs_in(user) -> None:
    choose_digest(by=user)
    user.groups.add(Group.objects.create(name="a group"))
    user.user_permissions.add(Permission.objects.first())
    address = EmailAddress.objects.create(user=user, email=ADDRESS)
    EmailConfirmation.objects.create(email_address=address, key="canary-confirm")
    Authenticator.objects.create(user=user, type="totp", data={"secret": "canary-totp"})
    extra = {"name": "canary-extra"}
    account = SocialAccount.objects.create(user=user, provider="sso", uid="canary-uid", extra_data=extra)
    app = SocialApp.objects.create(provider="sso", name="sso", client_id="x")
    SocialToken.objects.create(app=app, account=account, token="x", token_secret="x")
    of = ContentType.objects.get_for_model(type(user))
    LogEntry.objects.create(
        user=user, content_type=of, object_id=user.pk, object_repr="canary Alice", action_flag=CHANGE,
        change_message='[{"changed": {"name": "shift", "object": "canary Alice, Tue", "fields": ["Name"]}}]',
    )  # fmt: skip
    Client().force_login(user)
    applying = Client().session
    applying["joining"] = {"email": ADDRESS, "experience": "canary-application"}
    applying.save()
    count(EMAILS_PER_ADDRESS, ADDRESS)


def written(holding: Holding) -> dict[str, str]:
    """The word that stands in each of its fields that take one."""
    fields = {field.name: field for field in holding.of._meta.concrete_fields}
    texts = {name for name in holding.fields if isinstance(fields[name], models.CharField | models.TextField)}
    if holding.model == "admin.LogEntry":
        return {}
    return {
        name: f"canary-{holding.of._meta.model_name}-{name}"[: fields[name].max_length or 100]
        for name in sorted(texts - NOT_TEXT)
    }


def write_words(holding: Holding, person: Person) -> None:
    words = written(holding)
    if not (words and holding.whose) or holding.model == "notifications.MailboxEmail":
        return
    rows = holding.rows(person)
    if "cancelled_reason" in words:
        rows.filter(state="cancelled").update(cancelled_reason=words.pop("cancelled_reason"))
    if "ended_reason" in words:
        rows.exclude(ended_at=None).update(ended_reason=words.pop("ended_reason"))
    if "token" in words and "token_secret" not in words:
        words["token"] = words["token"][:32]
    if words:
        rows.update(**words)


def dump() -> str:
    """Every row of every table, as a backup has it; bytes as the text that they are."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL bytea_output = 'escape'")
        tables = connection.introspection.table_names(cursor)
        cursor.execute(" UNION ALL ".join(f"(SELECT '{table} ' || t::text FROM \"{table}\" t)" for table in tables))
        rows = [row for (row,) in cursor.fetchall()]
    from django.contrib.sessions.models import Session

    return "\n".join([*rows, *(str(session.get_decoded()) for session in Session.objects.all())])

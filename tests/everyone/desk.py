"""The first page of organisers and what it leads to, in each of their states."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from desk.links import stop_link
from desk.services import choose_digest
from notifications.models import OutboxEmail
from notifications.services import queue_email
from tests.everyone.booking import LONG, State
from tests.everyone.diary import NOW
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DecisionFactory,
    DepartmentFactory,
    HelpFactory,
    OfficeFactory,
    ShiftFactory,
    SkillFactory,
    SurgeryFactory,
    SurgeryRequestFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
    local,
)

ERRORS = (
    "It was not sent: SMTPRecipientsRefused 550 5.1.1.",
    "It was not sent: SMTPDataError 552 5.2.2.",
    "The mail server is away: ConnectionRefusedError.",
    "It may have arrived: twice something broke while it was being handed over.",
    "It could not be written: DoesNotExist.",
)


def give_up(number: int, *, about: dict[str, int], **facts: Any) -> None:
    """An email that was given up."""
    kinds, key = ("booking_booked", "shift_taken", "booking_moved"), f"given up {number}"
    address = f"{'amina.yusuf' if number else LONG.replace(' ', '.').lower()[:60]}.{number}@example.gov.uk"
    queue_email(kind=kinds[number % 3], to=address, about=about, dedupe_key=key)
    OutboxEmail.objects.filter(dedupe_key=key).update(**{"state": "dead", "last_error": ERRORS[number % 5]} | facts)


def emails(number: int = 6) -> None:
    booking = BookingFactory.create()
    for each in range(number):
        give_up(each, about={"booking": booking.pk})
    give_up(number, about={"shift": ShiftFactory.create().pk}, needs_context=True)
    give_up(number + 3, about={}, is_readdressed=True)
    give_up(number + 1, about={}, not_after=timezone.now() - timedelta(days=1))
    give_up(number + 2, about={"surgery": booking.surgery_id}, left_alone_at=timezone.now())


def busy() -> None:
    """Something of every kind, more than is shown of the first, and today two surgeries."""
    leeds = VenueFactory.create(office=OfficeFactory.create(name="Leeds", slug="leeds"), name="Ground floor café")
    long = VenueFactory.create(office=OfficeFactory.create(name=LONG, slug="long"), name=LONG)
    amina, tom = ChampionFactory.create(name="Amina Yusuf"), ChampionFactory.create(name="Tom Price")
    now_on = SurgeryFactory.create(venue=leeds, starts_at=timezone.now() - timedelta(minutes=20))
    ShiftFactory.create(surgery=now_on, champion=amina), ShiftFactory.create(surgery=now_on, champion=tom)
    SurgeryFactory.create(venue=long, starts_at=local(0, 14))
    for days in range(1, 13):
        SurgeryFactory.create(venue=leeds if days % 3 else long, starts_at=local(days), draft=days == 2)
    full = SurgeryFactory.create(venue=long, starts_at=local(3, 14), slots=1, seats=1)
    SurgeryFactory.create(venue=leeds, starts_at=local(2, 14), slots=1, seats=1)
    BookingFactory.create(surgery=full), ShiftFactory.create(surgery=full, champion=tom)
    for _ in range(26):
        BookingFactory.create(surgery=full, waiting=True)
    for number in range(7):
        ShiftFactory.create(champion=amina, surgery=SurgeryFactory.create(venue=leeds, starts_at=local(number + 5, 8)))
    over = SurgeryFactory.create(venue=leeds, starts_at=local(-5))
    HelpFactory.create(visit=VisitFactory.create(surgery=over), shift=ShiftFactory.create(surgery=over, champion=tom))
    ChampionFactory.create(applied=True, name="Zoë Abara"), ChampionFactory.create(applied=True, name=LONG)
    emails()
    SurgeryRequestFactory.create_batch(3, topic=TopicFactory.create(name="TikTok"), office=None)
    SurgeryRequestFactory.create(office=OfficeFactory.create(name="York", slug="york"), topic=None)
    tom.offices.set([long.office])
    DecisionFactory.create(champion__name="Obi Eze", decided_at=timezone.now() - timedelta(days=120))


def tried_again() -> None:
    """All that were given up are on their way again, but for what was left at that."""
    emails()
    OutboxEmail.objects.undelivered().update(state="queued")


def quiet() -> None:
    surgery = SurgeryFactory.create(starts_at=local(30))
    for _ in range(2):
        ShiftFactory.create(surgery=surgery)
    DepartmentFactory.create(), TeamFactory.create(), TopicFactory.create()


def seen(address: str, make: Callable[[], Any] = busy) -> State:
    """The page as an organiser sees it at that moment."""

    def state(client: Client) -> Any:
        with time_machine.travel(NOW, tick=False):
            make()
            client.force_login(UserFactory.create(organiser=True))
            return client.get(address)

    return state


def one_champion(client: Client) -> Any:
    """Of whom there is everything to say."""
    with time_machine.travel(NOW, tick=False):
        champion = ChampionFactory.create(name=LONG, user=UserFactory.create(), most_shifts_a_month=2)
        champion.offices.set([OfficeFactory.create(name=LONG)])
        SkillFactory.create(champion=champion)
        for days in (-20, 3, 4, 5):
            ShiftFactory.create(champion=champion, surgery=SurgeryFactory.create(starts_at=local(days)))
        client.force_login(UserFactory.create(organiser=True))
        return client.get(f"/organise/champions/{champion.pk}/shifts/")


def chosen(client: Client) -> Any:
    user = UserFactory.create(organiser=True)
    choose_digest(by=user)
    client.force_login(user)
    return client.get("/organise/?done=chosen")


def stopping(client: Client, *, is_chosen: bool = True) -> Any:
    """What the link in the email leads to."""
    user = UserFactory.create(organiser=True)
    if is_chosen:
        choose_digest(by=user)
    return client.get(stop_link(user).removeprefix(settings.PUBLIC_BASE_URL))


STATES: dict[str, State] = {
    "guide": seen("/organise/help/", lambda: None),
    "needs": seen("/organise/"),
    "needs, nothing": seen("/organise/", quiet),
    "needs, nothing at all": seen("/organise/", lambda: None),
    "needs, digest chosen": chosen,
    "digest, stop it": stopping,
    "digest, stopped": lambda client: stopping(client, is_chosen=False),
    "digest, wrong link": lambda client: client.get("/digest/1.made-up/stop/"),
    "needs, all of a kind": seen("/organise/needs/no-host/"),
    "needs, none of a kind": seen("/organise/needs/waiting/", lambda: None),
    "champion’s shifts": one_champion,
    "failed emails": seen("/organise/emails/?done=again", lambda: emails(30)),
    "failed emails, not done": seen("/organise/emails/?done=gone", emails),
    "failed emails, tried again": seen("/organise/emails/?done=all", tried_again),
    "failed emails, none": seen("/organise/emails/", lambda: None),
}

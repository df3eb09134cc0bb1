"""Who asks for every address in `test_access`, and one row of each kind for them to find there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bookings.models import Ask, Booking, JournalEntry
from champions.models import CalendarLink, Champion
from champions.services import renew_calendar_link
from desk.links import stop_link
from history.models import Change
from notifications.models import OutboxEmail
from surgeries.models import Shift, Surgery
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    CheatSheetFactory,
    GuidelinesFactory,
    HeadcountFactory,
    JournalEntryFactory,
    SeriesFactory,
    ShiftFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)

ROLES = NOBODY, USER, APPLICANT, CHAMPION, ORGANISER_WITHOUT, ORGANISER, ADMINISTRATOR = (
    *("nobody", "a user without a role", "somebody who applied", "a champion"),
    *("an organiser without a second factor", "an organiser", "an administrator"),
)

# An id that no sequence comes to.
FAR = 1_000_000
TEAM = {"slug": "teams", "pk": 1}
# What organisers get of the lists, of who changed what and of what needs them, and nobody else: page, GET, POST, what
# is in its address.
OF_LISTS: list[tuple[str, int | str, int | str, dict[str, Any]]] = [
    ("organisation:all_lists", 200, 405, {}),
    ("organisation:department", 200, 200, {}),
    ("organisation:own_list", 200, 405, {"slug": "teams"}),
    ("organisation:add_row", 200, 200, {"slug": "teams"}),
    ("organisation:import_counts", 200, 200, {"slug": "teams"}),
    ("organisation:template_for_counts", 200, 405, {"slug": "teams"}),
    ("organisation:row", 200, 200, TEAM),
    ("organisation:retire_row", 405, "elsewhere", TEAM),
    ("organisation:bring_row_back", 405, "elsewhere", TEAM),
    ("organisation:delete_row", 200, "elsewhere", TEAM),
    ("organisation:count_row", 405, 200, TEAM),
    ("organisation:remove_count", 405, "elsewhere", TEAM | {"count": 1}),
    ("organisation:kept_guidelines", 200, 405, {}),
    ("organisation:add_guidelines", 200, 200, {}),
    ("organisation:change_guidelines", 200, 200, {"pk": 1}),
    ("organisation:delete_guidelines", 405, 404, {"pk": 1}),  # which people can read already
    ("bookings:set_up", 200, 405, {}),
    ("bookings:email_paragraphs", 200, 405, {}),
    ("bookings:email_paragraph", 200, "elsewhere", {"email": "booking_booked"}),
    ("bookings:changes", 200, 405, {}),
    ("bookings:changes_of_one", 200, 405, {"kind": "team", "pk": 1}),
    ("champions:add_champion", 200, 200, {}),
    ("desk:what_needs_you", 200, 405, {}),
    ("desk:guide", 200, 405, {}),
    ("desk:see_all", 200, 405, {"slug": "no-host"}),
    ("desk:champion_shifts", 200, 405, {"pk": FAR}),
    ("desk:choose_digest", 405, "elsewhere", {}),
    ("desk:failed_emails", 200, 405, {}),
    ("desk:try_again", 405, "elsewhere", {"pk": FAR}),
    ("desk:leave_alone", 405, "elsewhere", {"pk": FAR}),
    ("desk:try_all_again", 405, "elsewhere", {}),
]

# The same of who may sign in, for administrators alone; of nobody who is there.
OF_ROLES: list[tuple[str, int | str, int | str, dict[str, Any]]] = [
    ("letting_in:organisers", 200, 200, {}),
    ("letting_in:organiser", 404, 404, {"pk": FAR}),
    ("letting_in:forget_second_factor", 404, 404, {"pk": FAR}),
]
# Both, with whose they are. What is in their addresses is about no person.
OF_NOBODY = [((ORGANISER, ADMINISTRATOR), *each) for each in OF_LISTS] + [
    ((ADMINISTRATOR,), *each) for each in OF_ROLES
]


def of_user(name: str) -> Callable[["World", str], str]:
    """A page about the champion’s user, who never booked."""
    return lambda world, role: reverse(name, args=[Champion.objects.get(pk=world.entry.champion_id).user_id])


def of_person(name: str) -> Callable[["World", str], str]:
    """A page about whoever has the booking."""
    return lambda world, role: reverse(name, args=[world.booking.attendee_id])


# The same of people: page, GET, POST, whose it is, and its address.
OF_PEOPLE: list[tuple[str, int | str, int | str, str, Callable[["World", str], str]]] = [
    ("bookings:people", 200, 200, "", lambda world, role: reverse("bookings:people")),  # nobody is named
    ("bookings:person", 200, 405, "", of_person("bookings:person")),
    ("bookings:person_who_signs_in", 200, 405, "", of_user("bookings:person_who_signs_in")),
    ("bookings:person_who_hosts", "elsewhere", 405, "", lambda world, role: reverse(
        "bookings:person_who_hosts", args=[world.entry.champion_id])),  # to the page of who signs in
    ("bookings:address_of_who_hosts", "elsewhere", "elsewhere", "", lambda world, role: reverse(
        "bookings:address_of_who_hosts", args=[world.entry.champion_id])),
    ("bookings:book_for_new", 200, 200, "", lambda world, role: reverse("bookings:book_for_new")),
    ("bookings:book_for_new_at", 200, 200, "", lambda world, role: reverse(
        "bookings:book_for_new_at", args=[world.booking.surgery.reference])),  # without saying who
    ("bookings:book_for_user", 405, "elsewhere", "", of_user("bookings:book_for_user")),
    ("bookings:book_for", 200, 200, "", of_person("bookings:book_for")),
    ("bookings:book_for_at", "elsewhere", 200, "", lambda world, role: reverse(
        "bookings:book_for_at", args=[world.booking.attendee_id, world.booking.surgery.reference])),
    ("bookings:move_for", 200, 200, "", lambda world, role: reverse("bookings:move_for", args=[world.booking.pk])),
    ("bookings:move_for_to", 200, 200, "", lambda world, role: reverse(
        "bookings:move_for_to", args=[world.booking.pk, world.booking.surgery.reference])),
    ("bookings:cancel_for", 200, 200, "", lambda world, role: reverse("bookings:cancel_for", args=[world.booking.pk])),
    ("bookings:write_to", 200, 200, "", lambda world, role: reverse(
        "bookings:write_to", args=[world.booking.surgery.reference])),  # without any words
    ("bookings:leave_outcomes_open", 405, "elsewhere", "", lambda world, role: reverse(
        "bookings:leave_outcomes_open", args=[world.booking.surgery.reference])),  # before it is over
    ("bookings:changes_at_once", 200, 405, "", lambda world, role: reverse(
        "bookings:changes_at_once", args=[Change.objects.latest("id").pk])),  # somebody who booked, or anything else
    ("privacy:data", 200, 200, "", of_person("privacy:data")),
    ("privacy:data_json", 405, 200, "", of_person("privacy:data_json")),
    ("privacy:erase", 200, 409, "", of_person("privacy:erase")),  # without having seen what ends
    ("privacy:data_of_user", 405, "elsewhere", "", of_user("privacy:data_of_user")),
    ("privacy:erase_champion", "elsewhere", "elsewhere", "", lambda world, role: reverse(
        "privacy:erase_champion", args=[world.entry.champion_id])),  # who signs in has a page of their own
    ("privacy:same", 200, 200, "", of_person("privacy:same")),
    ("privacy:merge", "elsewhere", "elsewhere", "", lambda world, role: reverse(
        "privacy:merge", args=[world.booking.attendee_id, world.booking.attendee_id])),  # are one already
]  # fmt: skip


@dataclass
class World:
    """One row of each kind, and who asks for it: with one client, because each sets all of the middleware up."""

    booking: Booking
    # Where the champion hosts; at the surgery of the booking nobody does.
    hosted: Surgery
    # Where the champion was taken off.
    left: Surgery
    entry: JournalEntry
    ask: Ask
    shift: int
    others_shift: int
    client: Client = field(default_factory=Client)
    applicant: int = 0
    keys: dict[str, str] = field(default_factory=dict)
    owned: dict[str, int] = field(default_factory=dict)

    def client_of(self, role: str) -> Client:
        self.client.cookies.clear()
        if role in self.keys:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.keys[role]
        return self.client


def make_world() -> World:
    """A world in which somebody of every role is signed in."""
    shift = ShiftFactory.create(champion__user=UserFactory.create())
    booking = BookingFactory.create(surgery__venue=VenueFactory.create(office__slug="leeds"))
    ended = ShiftFactory.create(champion=shift.champion, ended_at=timezone.now(), ended_reason=Shift.TAKEN_OFF)
    asked = ChampionFactory.create(user=UserFactory.create())
    ask = Ask.objects.create(champion=asked, surgery=booking.surgery, asked_at=timezone.now())
    made = World(
        booking=booking,
        hosted=shift.surgery,
        left=ended.surgery,
        entry=JournalEntryFactory.create(champion=shift.champion),
        ask=ask,
        shift=shift.pk,
        others_shift=ShiftFactory.create().pk,
    )
    CheatSheetFactory.create(topic__slug="linkedin")
    SeriesFactory.create(reference="knpw2x3")
    HeadcountFactory.create(pk=1, team__pk=1)
    GuidelinesFactory.create(pk=1)
    ChampionFactory.create(pk=FAR)
    OutboxEmail.objects.create(pk=FAR, state="dead", next_try_at=timezone.now(), created_at=timezone.now())
    for surgery in (shift.surgery, ended.surgery, booking.surgery):
        VisitFactory.create(surgery=surgery)
    renew_calendar_link(champion=shift.champion)
    users = {
        USER: UserFactory.create(),
        APPLICANT: ChampionFactory.create(applied=True).user,
        CHAMPION: shift.champion.user,
        ORGANISER_WITHOUT: UserFactory.create(organiser=True),
        ORGANISER: UserFactory.create(organiser=True),
        ADMINISTRATOR: UserFactory.create(administrator=True),
    }
    made.applicant = users[APPLICANT].champion.pk
    for role, user in users.items():
        made.client.cookies.clear()
        made.client.force_login(user)
        if role == ORGANISER_WITHOUT:
            session = made.client.session
            del session[AUTHENTICATION_METHODS_SESSION_KEY]
            session.save()
        made.keys[role] = made.client.cookies[settings.SESSION_COOKIE_NAME].value
        made.owned[role] = Authenticator.objects.create(user=user, type="webauthn", data={}).pk
    Authenticator.objects.filter(user=users[ORGANISER_WITHOUT]).delete()
    return made


def own_feed(world: World) -> str:
    """The calendar of the champion's shifts, for whoever has its link."""
    return reverse("bookings:own_feed", args=[CalendarLink.objects.get().token])


def own_digest(world: World, role: str) -> str:
    """The link in the weekly digest of an organiser, for whoever has it."""
    return stop_link(User.objects.organisers()[0]).removeprefix(settings.PUBLIC_BASE_URL)


def second_factor_of(world: World, role: str) -> str:
    return reverse("accounts:remove", args=[world.owned.get(role, 0)])


def second_factor_of_somebody_else(world: World, role: str) -> str:
    return reverse("accounts:remove", args=[world.owned[USER if role != USER else CHAMPION]])

"""Who may do what: one table of every address, and what it answers to whom. An address that it does not list fails.

A row says what GET and what POST come to, for each role: the status; or SIGN_IN and SECOND_FACTOR, which are redirects
to those pages; or ELSEWHERE, any other redirect, as after an act. Rows of others are reached through their owner,
so the table has them as well: somebody else's private link, second factor or application.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from bookings.links import step_in_link, token_for, visit_token
from surgeries.models import Surgery
from tests.access import (
    ADMINISTRATOR,
    APPLICANT,
    CHAMPION,
    NOBODY,
    OF_NOBODY,
    OF_PEOPLE,
    ORGANISER,
    ORGANISER_WITHOUT,
    ROLES,
    World,
    make_world,
    own_digest,
    own_feed,
    second_factor_of,
    second_factor_of_somebody_else,
)

SIGN_IN, SECOND_FACTOR, ELSEWHERE = "sign in", "second factor", "elsewhere"
Answer = int | str
Answers = dict[str, Answer]


@pytest.fixture
def world(db: None) -> World:
    return make_world()


# ── The table ─────────────────────────────────────────────────────────────────────────────────────────────────


def everybody(answer: Answer) -> Answers:
    return dict.fromkeys(ROLES, answer)


def signed_in(answer: Answer) -> Answers:
    """Whoever is signed in; an organiser only with a second factor."""
    return everybody(answer) | {NOBODY: SIGN_IN, ORGANISER_WITHOUT: SECOND_FACTOR}


def before_second_factor(answer: Answer) -> Answers:
    """Whoever is signed in, organisers who have yet to show a second factor among them."""
    return everybody(answer) | {NOBODY: SIGN_IN}


def only(*roles: str, answer: Answer) -> Answers:
    """Those roles; whoever else is signed in is told that it is not for them."""
    return signed_in(403) | dict.fromkeys(roles, answer)


ORGANISERS = (ORGANISER, ADMINISTRATOR)
HAS_APPLIED = (APPLICANT, CHAMPION)
Address = Callable[[World, str], str]


@dataclass(frozen=True)
class Row:
    """An address, and what it answers."""

    name: str
    get: Answers
    post: Answers
    address: Address
    whose: str = ""

    def __str__(self) -> str:
        return f"{self.name}{f' of {self.whose}' if self.whose else ''}"


def row(name: str, *, get: Answers, post: Answers, whose: str = "", address: Address | None = None, **args: Any) -> Row:
    return Row(name, get, post, address or (lambda world, role: reverse(name, kwargs=args)), whose)


def reading(name: str, answer: Answer = 200, **args: Any) -> Row:
    """A page that everybody may read, and nobody sends anything to."""
    return row(name, get=everybody(answer), post=everybody(405), **args)


def own(name: str, get: Answer, post: Answer, **args: Any) -> Row:
    """A page about signing in as whoever is signed in."""
    return row(name, get=before_second_factor(get), post=before_second_factor(post), **args)


def of_booking(name: str, *, get: Answer = 200, post: Answer = 200, **args: str) -> Iterator[Row]:
    """A page below the private link: whoever has it acts for its owner, and a link that was made up opens nothing."""

    def signed(world: World, role: str) -> str:
        kwargs = dict.fromkeys(args, world.booking.surgery.reference)
        return reverse(f"bookings:{name}", kwargs=kwargs | {"token": token_for(world.booking)})

    def unsigned(world: World, role: str) -> str:
        kwargs = dict.fromkeys(args, world.booking.surgery.reference)
        token = token_for(world.booking)
        made_up = f"{token[:-2]}{'xy' if token[-2:] != 'xy' else 'yx'}"
        return reverse(f"bookings:{name}", kwargs=kwargs | {"token": made_up})

    yield row(f"bookings:{name}", get=everybody(get), post=everybody(post), whose="a booking", address=signed)
    yield row(f"bookings:{name}", get=everybody(404), post=everybody(404), whose="a made-up link", address=unsigned)


def of_visit(name: str, *, get: Answer = 200, post: Answer = 200) -> Iterator[Row]:
    """A page below the link of somebody who came without a booking."""

    def signed(world: World, role: str) -> str:
        return reverse(f"bookings:{name}", args=[visit_token(world.booking.surgery.visits.get())])

    yield row(f"bookings:{name}", get=everybody(get), post=everybody(post), whose="a visit", address=signed)
    yield row(f"bookings:{name}", get=everybody(404), post=everybody(404), whose="a made-up link", token="1.1.x")


def of_applicant(name: str, get: Answer, post: Answer) -> Row:
    """A page about somebody's application: for every organiser, and not for whoever it is about."""
    signed = f"champions:{name}"
    get_, post_ = only(*ORGANISERS, answer=get), only(*ORGANISERS, answer=post)
    return row(signed, get=get_, post=post_, address=lambda world, role: reverse(signed, args=[world.applicant]))


def at_surgery(name: str) -> Address:
    return lambda world, role: reverse(name, args=[world.booking.surgery.reference])


def of_hosts(name: str, *, get: Answer, post: Answer, is_of_a_visit: bool = False) -> Iterator[Row]:
    """A page about a surgery, for who hosts it and for organisers: whoever else is signed in finds nothing there.

    Only who hosts there no more is told so. Or about a visit to it, whose id is in the address as well.
    """

    def at_hosted(world: World, role: str) -> str:
        return address(world.hosted)

    def at_left(world: World, role: str) -> str:
        return address(world.left)

    def at_others(world: World, role: str) -> str:
        return address(world.booking.surgery)

    def address(surgery: Surgery) -> str:
        return reverse(name, args=[surgery.reference, *([surgery.visits.get().pk] if is_of_a_visit else [])])

    def answers(answer: Answer, *roles: str) -> Answers:
        return signed_in(404) | dict.fromkeys((*ORGANISERS, *roles), answer)

    yield row(name, get=answers(get, CHAMPION), post=answers(post, CHAMPION), whose="their surgery", address=at_hosted)
    no_more = {CHAMPION: 410}
    yield row(name, get=answers(get) | no_more, post=answers(post) | no_more, whose="one they left", address=at_left)
    yield row(name, get=answers(get), post=answers(post), whose="somebody else’s surgery", address=at_others)


def of_journal(name: str, get: Answer, post: Answer) -> Row:
    """A page about an entry of the champion's journal, which for nobody else is there."""
    nobody_elses = only(APPLICANT, answer=404)
    return row(f"bookings:{name}", get=nobody_elses | {CHAMPION: get}, post=nobody_elses | {CHAMPION: post},
               address=lambda world, role: reverse(f"bookings:{name}", args=[world.entry.pk]))  # fmt: skip


TABLE = [
    # Finding and booking
    reading("bookings:upcoming"),
    row("bookings:ask", get=everybody(200), post=everybody(200)),
    reading("bookings:asked"),
    reading("bookings:calendar"),
    reading("bookings:feed"),
    reading("bookings:office_feed", office="leeds"),
    reading("bookings:topic_feed", topic="linkedin"),
    reading("bookings:cheat_sheet", topic="linkedin", level="beginner"),
    reading("bookings:embed"),
    reading("bookings:embed_surgeries"),
    reading("bookings:surgery", address=at_surgery("bookings:surgery")),
    reading("bookings:surgery_calendar", address=at_surgery("bookings:surgery_calendar")),
    row("bookings:book", get=everybody(200), post=everybody(200), address=at_surgery("bookings:book")),
    row("bookings:here", get=everybody(200), post=everybody(200), address=at_surgery("bookings:here")),
    reading("bookings:here_in", address=at_surgery("bookings:here_in")),
    reading("bookings:here_series", reference="knpw2x3"),
    reading("bookings:emailed"),
    *of_booking("booking"),
    *of_booking("booking_calendar"),
    *of_booking("correct_email"),
    *of_booking("correct_name"),
    *of_booking("answers", post=ELSEWHERE),
    *of_booking("evidence", post=ELSEWHERE),
    *of_booking("cancel", post=409),  # without what the page showed
    *of_booking("change", post=409),
    *of_booking("move"),
    *of_booking("move_to", post=409, reference="x"),
    *of_booking("wait", post=ELSEWHERE),
    *of_booking("thanks", get=ELSEWHERE, post=ELSEWHERE),  # to the booking, which is not over
    *of_booking("next_step", get=ELSEWHERE, post=ELSEWHERE),
    *of_booking("missed", get=ELSEWHERE, post=ELSEWHERE),
    *of_booking("book_again", get=ELSEWHERE, post=ELSEWHERE, reference="x"),
    *of_visit("visit"),
    *of_visit("visit_thanks", get=ELSEWHERE, post=ELSEWHERE),  # to the visit, which is not over
    *of_visit("visit_not_me", get=ELSEWHERE, post=ELSEWHERE),
    *of_visit("visit_next_step", get=ELSEWHERE, post=ELSEWHERE),
    # What there is to read, and the process itself
    *(reading(f"organisation:{name}") for name in ("cheat_sheets", "accessibility", "cookies", "guidelines")),
    *(reading(f"organisation:kit{part}") for part in (
        *("", "_checklist", "_invitation", "_poster", "_first_ten_minutes", "_cheat_sheets"),)),
    *(reading(name) for name in ("privacy:notice", "healthz", "readyz")),
    *(reading(name, 404) for name in (  # which an installation has to switch on
        *("single_sign_on", "single_sign_on_callback", "metrics", "security_txt"),)),
    # Signing in and out
    row("account_login", get=everybody(ELSEWHERE) | {NOBODY: 200}, post=everybody(ELSEWHERE) | {NOBODY: 200}),
    row("account_confirm_login_code", get=everybody(ELSEWHERE), post=everybody(ELSEWHERE)),
    row("mfa_authenticate", get=everybody(ELSEWHERE), post=everybody(ELSEWHERE)),
    *(own(f"accounts:sign_out{where}", 405, ELSEWHERE) for where in ("", "_everywhere")),
    own("accounts:second_factor", 200, 405),
    own("accounts:add_app", 200, 200),
    own("accounts:add_passkey", 404, 404),  # there is none for an address that is a number
    row("accounts:recovery_codes", get=before_second_factor(200) | {ORGANISER_WITHOUT: ELSEWHERE},
        post=before_second_factor(ELSEWHERE)),
    own("accounts:confirm", ELSEWHERE, ELSEWHERE),  # to where they wanted to go, since they have just shown it
    row("accounts:remove", get=before_second_factor(200) | {ORGANISER_WITHOUT: 404},
        post=before_second_factor(ELSEWHERE) | {ORGANISER_WITHOUT: 404}, address=second_factor_of),
    own("accounts:remove", 404, 404, whose="somebody else", address=second_factor_of_somebody_else),
    # Champions
    row("champions:start", get=signed_in(ELSEWHERE), post=signed_in(405)),
    own("champions:account", 200, 405),
    row("champions:home", get=only(*HAS_APPLIED, answer=200), post=only(*HAS_APPLIED, answer=405)),
    *(row(f"bookings:{name}", get=only(*HAS_APPLIED, answer=200), post=only(*HAS_APPLIED, answer=405))
      for name in ("journal", "own_calendar", "summary", "record")),
    row("bookings:write_entry", get=only(*HAS_APPLIED, answer=200), post=only(*HAS_APPLIED, answer=200)),
    of_journal("entry", 200, 200),
    of_journal("delete_entry", 200, ELSEWHERE),
    row("bookings:shared_journal", get=only(*ORGANISERS, answer=200), post=only(*ORGANISERS, answer=405),
        address=lambda world, role: reverse("bookings:shared_journal", args=[world.entry.champion_id])),
    row("bookings:calendar_link", get=only(*HAS_APPLIED, answer=405), post=only(*HAS_APPLIED, answer=ELSEWHERE)),
    reading("bookings:own_feed", whose="a champion", address=lambda world, role: own_feed(world)),
    reading("bookings:own_feed", 404, whose="a made-up link", token="x"),
    row("bookings:give_back", get=only(CHAMPION, answer=200), post=only(CHAMPION, answer=200),  # without saying why
        whose="themselves", address=lambda world, role: reverse("bookings:give_back", args=[world.shift])),
    row("bookings:give_back", get=only(CHAMPION, answer=404), post=only(CHAMPION, answer=404),
        whose="somebody else", address=lambda world, role: reverse("bookings:give_back", args=[world.others_shift])),
    row("bookings:rest", get=only(CHAMPION, answer=200), post=only(CHAMPION, answer=200)),
    row("bookings:leave", get=only(CHAMPION, answer=200), post=only(CHAMPION, answer=ELSEWHERE)),
    row("bookings:come_back", get=only(CHAMPION, answer=405), post=only(CHAMPION, answer=ELSEWHERE)),
    row("bookings:step_in", get=everybody(200), post=everybody(200), whose="somebody who was asked",
        address=lambda world, role: step_in_link(world.ask)),
    row("desk:stop_digest", get=everybody(200), post=everybody(ELSEWHERE), whose="an organiser", address=own_digest),
    *(row(name, get=everybody(404), post=everybody(404), whose="a made-up link", token="made-up")
      for name in ("bookings:step_in", "desk:stop_digest")),
    *(row(f"bookings:{name}", get=only(*ORGANISERS, answer=200), post=only(*ORGANISERS, answer=200),  # of nothing
          address=at_surgery(f"bookings:{name}"))
      for name in ("edit_surgery", "add_host", "unpublish_surgery", "call_off_surgery", "delete_draft")),
    row("bookings:manage_slots", get=only(*ORGANISERS, answer=200), post=only(*ORGANISERS, answer=ELSEWHERE),
        address=at_surgery("bookings:manage_slots")),  # no slot is named, so each stays as it is
    row("bookings:publish_surgery", get=only(*ORGANISERS, answer=ELSEWHERE), post=only(*ORGANISERS, answer=ELSEWHERE),
        address=at_surgery("bookings:publish_surgery")),  # which is published
    row("bookings:take_off_host", get=only(*ORGANISERS, answer=200), post=only(*ORGANISERS, answer=200),
        address=lambda world, role: reverse("bookings:take_off_host", args=[world.hosted.reference, world.shift])),
    *(row(f"bookings:{name}", get=only(*ORGANISERS, answer=200), post=only(*ORGANISERS, answer=405),
          address=at_surgery(f"bookings:{name}")) for name in ("manage_surgery", "poster", "cards")),
    *(row(f"bookings:{name}", get=only(*ORGANISERS, answer=200), post=only(*ORGANISERS, answer=405),
          reference="knpw2x3") for name in ("series", "series_poster", "series_cards")),
    *of_hosts("bookings:brief", get=200, post=405),
    *of_hosts("bookings:room", get=200, post=200),  # whose doors are not open yet
    *of_hosts("bookings:act", get=405, post=404),  # nothing was pressed
    *of_hosts("bookings:sit_with", get=405, post=404),  # nobody is named who is to sit with somebody
    *of_hosts("bookings:outcomes", get=200, post=405),
    *of_hosts("bookings:outcome", get=200, post=200, is_of_a_visit=True),  # without the choices that it takes
    *of_hosts("bookings:register", get=200, post=405),
    *of_hosts("bookings:correct_register", get=405, post=404),  # nobody is named who came, or did not
    *of_hosts("bookings:paper", get=ELSEWHERE, post=ELSEWHERE),  # to the register: the doors are closed
    row("bookings:put_right", get=only(*ORGANISERS, answer=ELSEWHERE), post=only(*ORGANISERS, answer=ELSEWHERE),
        address=lambda world, role: reverse("bookings:put_right", args=[
            world.booking.surgery.reference, world.booking.surgery.visits.get().pk])),  # it is not over yet
    *of_hosts("bookings:sheet", get=200, post=405),
    *of_hosts("bookings:share", get=200, post=405),
    row("bookings:share_series", get=signed_in(404) | dict.fromkeys(ORGANISERS, 200), post=signed_in(405),
        reference="knpw2x3"),
    *of_hosts("bookings:register_csv", get=200, post=405),
    *of_hosts("bookings:register_spreadsheet", get=200, post=405),
    row("bookings:shifts", get=only(CHAMPION, answer=200), post=only(CHAMPION, answer=405)),
    row("bookings:take", get=only(CHAMPION, answer=200), post=only(CHAMPION, answer=200),  # without saying when
        address=at_surgery("bookings:take")),
    row("champions:own_application", get=signed_in(200) | {CHAMPION: ELSEWHERE},
        post=signed_in(200) | {CHAMPION: ELSEWHERE}),
    row("champions:profile", get=only(CHAMPION, answer=200) | {APPLICANT: ELSEWHERE},
        post=only(CHAMPION, answer=200) | {APPLICANT: ELSEWHERE}),
    reading("champions:directory"),
    row("champions:join", get=everybody(ELSEWHERE) | {NOBODY: 200}, post=everybody(ELSEWHERE) | {NOBODY: 200}),
    row("champions:join_code", get=everybody(ELSEWHERE), post=everybody(ELSEWHERE)),
    *(row(f"bookings:{name}", get=only(*ORGANISERS, answer=200), post=only(*ORGANISERS, answer=405))
      for name in ("diary", "new_surgery", "series_list")),
    row("bookings:preview", get=only(*ORGANISERS, answer=200), post=only(*ORGANISERS, answer=200)),  # of nothing
    row("bookings:undo", get=only(*ORGANISERS, answer=405), post=only(*ORGANISERS, answer=404), pk=404),
    *(row(f"bookings:{name}", get=only(*ORGANISERS, answer=200), post=only(*ORGANISERS, answer=200),
          reference="knpw2x3") for name in ("edit_series", "extend", "end_series", "call_off_series")),  # of nothing
    *(row(f"bookings:{name}", get=only(*ORGANISERS, answer=200), post=only(*ORGANISERS, answer=ELSEWHERE),
          reference="knpw2x3") for name in ("publish_series", "unpublish_series")),
    *(row(f"bookings:attendance{file}", get=only(*ORGANISERS, answer=200), post=only(*ORGANISERS, answer=405))
      for file in ("", "_csv", "_spreadsheet")),
    *(row(f"bookings:attendance_people{file}", get=only(*ORGANISERS, answer=404), post=only(*ORGANISERS, answer=405))
      for file in ("", "_csv", "_spreadsheet")),  # for no number that is named
    *(row(name, get=only(*roles, answer=get), post=only(*roles, answer=post), **args)
      for roles, name, get, post, args in OF_NOBODY),
    reading("organisation:earlier_guidelines", pk=1),
    *(row(name, get=only(*ORGANISERS, answer=get), post=only(*ORGANISERS, answer=post), whose=whose, address=address)
      for name, get, post, whose, address in OF_PEOPLE),
    row("champions:applications", get=only(*ORGANISERS, answer=200), post=only(*ORGANISERS, answer=405)),
    of_applicant("application", 200, 405),
    of_applicant("approve", 405, 409),  # for who has not seen what was decided before
    of_applicant("ask_back", 405, 200),
    of_applicant("decline", 405, 200),
]  # fmt: skip

# ── Walking it ────────────────────────────────────────────────────────────────────────────────────────────────


def patterns(below: Iterable[URLPattern | URLResolver], *names: str) -> Iterator[tuple[str, URLPattern]]:
    """Every address with its name, and with the namespaces that it is in."""
    for each in below:
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, *names, *([each.namespace] if each.namespace else []))
        else:
            yield ":".join([*names, each.name or str(each.pattern)]), each


def unlisted(named: Iterable[str]) -> set[str]:
    listed = {each.name for each in TABLE}
    return {name for name in named if name not in listed and not name.startswith("admin:")}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done is undone, so that every row finds the same world."""
    everything = transaction.atomic()
    everything._from_testcase = True  # what insists on being no part of a transaction does not mind that of a test
    with everything:
        yield
        transaction.set_rollback(True)


FORM = {"content_type": "application/x-www-form-urlencoded"}


def asked(world: World, role: str, method: str, address: str) -> Answer:
    with undone():
        response: HttpResponse = world.client_of(role).generic(method, address, **FORM)
    if response.status_code not in {301, 302, 303}:
        return response.status_code
    led_to, second_factor = response["Location"], "/account/second-factor/"
    if led_to.startswith(("/sign-in/?next=", "/admin/login/?next=")):
        return SIGN_IN
    return SECOND_FACTOR if led_to == second_factor and not address.startswith(second_factor) else ELSEWHERE


def faults(world: World, rows: Iterable[Row]) -> list[str]:
    """Where the product answers something else than the table says."""
    return [
        f"{each}: {method} by {role} is {answer}, not {expected[role]}"
        for each in rows
        for method, expected in (("GET", each.get), ("POST", each.post))
        for role in ROLES
        if (answer := asked(world, role, method, each.address(world, role))) != expected[role]
    ]


def test_every_address_answers_what_the_table_says(world: World):
    assert faults(world, TABLE) == []


def test_every_address_is_in_the_table():
    assert unlisted(name for name, _ in patterns(get_resolver().url_patterns)) == set()


def test_control_an_address_that_the_table_does_not_list_is_found():
    more = [*get_resolver().url_patterns, path("backdoor/", HttpResponse, name="backdoor")]
    assert unlisted(name for name, _ in patterns(more)) == {"backdoor"}


@pytest.mark.parametrize("name", ["champions:applications", "champions:home", "champions:account"])
def test_control_a_page_whose_protection_was_removed_is_found(world: World, monkeypatch, name: str):
    found = dict(patterns(get_resolver().url_patterns))[name]
    monkeypatch.setattr(found, "callback", login_not_required(lambda request: HttpResponse()))
    wrong = faults(world, [each for each in TABLE if each.name == name])
    assert any(f"{name}: GET by {NOBODY} is 200" in line for line in wrong)

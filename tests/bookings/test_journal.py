"""A champion's journal: written, changed and deleted by them alone, and read by organisers where they say so."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bookings.models import JournalEntry
from bookings.views import champion_journal
from champions.models import Champion
from tests.accounts.test_sign_in_limits import in_one_browser
from tests.bookings.pages import title_of, words_of
from tests.bookings.test_bad_input import NASTY, check, encoded, send
from tests.bookings.test_statements_per_page import statements
from tests.factories import ChampionFactory, JournalEntryFactory, ShiftFactory, SurgeryFactory, UserFactory, local
from tests.notifications.test_claiming import at_once

pytestmark = pytest.mark.django_db
JOURNAL, WRITE = "/champion/journal/", "/champion/journal/new/"


@pytest.fixture
def alice(client) -> Champion:
    champion = ChampionFactory.create(name="Alice Adeyemi", user=UserFactory.create())
    client.force_login(champion.user)
    return champion


@pytest.fixture
def bobs(db) -> JournalEntry:
    return JournalEntryFactory.create(champion__name="Bob", learned="What Bob learned", is_shared=False)


def address(entry: JournalEntry, page: str = "") -> str:
    return f"{JOURNAL}{entry.pk}/{page}"


# ── Writing ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_entry_is_written_about_a_surgery_that_they_hosted(client, alice):
    shift = ShiftFactory.create(champion=alice, surgery__starts_at=local(-3))
    sent = {"learned": "To listen.\r\nThen to show.", "surgery": shift.surgery_id}
    assert client.post(WRITE, sent)["Location"] == f"{JOURNAL}?done=written"
    entry = JournalEntry.objects.get()
    assert (entry.champion, entry.surgery, entry.learned) == (alice, shift.surgery, "To listen.\nThen to show.")
    assert not entry.is_shared
    page = client.get(JOURNAL)
    assert f"{shift.surgery.venue} I learned To listen. Then to show. Change" in words_of(page)
    assert "To listen.<br>Then to show." in page.content.decode()


def sent_again(client) -> list[str]:
    """What the journal says after the same form was sent twice, and once more after Back, with another word."""
    form = client.get(WRITE).context["request_id"]
    for learned in ("To listen.", "To listen.", "To listen more."):
        client.post(WRITE, {"learned": learned, "request_id": form})
    return [entry.learned for entry in JournalEntry.objects.all()]


def test_a_form_that_is_sent_again_changes_the_entry_that_it_made(client, alice):
    assert sent_again(client) == ["To listen more."]


def test_control_a_form_of_which_nobody_knows_makes_another(client, alice, monkeypatch):
    monkeypatch.setattr(champion_journal, "UUID", lambda text: uuid4())
    assert len(sent_again(client)) == 3


def test_nobody_changes_the_entry_of_somebody_else_with_its_form(client, alice, bobs):
    JournalEntry.objects.update(request_id=uuid4())
    bobs.refresh_from_db()
    client.post(WRITE, {"learned": "Mine", "request_id": bobs.request_id})
    assert JournalEntry.objects.count() == 2
    assert JournalEntry.objects.get(champion=bobs.champion).learned == "What Bob learned"


def test_two_presses_at_once_make_one_entry(transactional_db, client, alice):
    sent = {"learned": "To listen.", "request_id": uuid4()}
    at_once(4, lambda: in_one_browser(client, lambda tab: tab.post(WRITE, sent).status_code))
    assert JournalEntry.objects.count() == 1


@pytest.mark.parametrize("part", ["learned", "wants_to_learn", "would_change"])
def test_any_of_the_three_is_enough(client, alice, part):
    assert client.post(WRITE, {part: "Something"}).status_code == 303
    assert getattr(JournalEntry.objects.get(), part) == "Something"


def test_control_the_database_takes_no_entry_that_says_nothing(alice):
    with pytest.raises(IntegrityError, match="says_something"), transaction.atomic():
        JournalEntry.objects.create(champion=alice, written_at=timezone.now())


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"learned": " "}, "Write something in at least one of the three"),
        ({"would_change": "a" * 5001}, "has to be 5000 characters or fewer"),
        ({"learned": "x", "surgery": "0"}, "Choose from what is shown here"),
    ],
)
def test_what_cannot_be_saved_is_told_and_kept(client, alice, sent, told):
    response = client.post(WRITE, {"wants_to_learn": "" if " " in sent.values() else "Kept", "is_shared": "on"} | sent)
    assert title_of(response).startswith("Error: ")
    assert words_of(response).count(told) == 2
    assert sent.get("would_change", "") in response.content.decode()
    assert "checked" in response.content.decode()
    assert not JournalEntry.objects.exists()


def test_5000_characters_are_saved_however_lines_end(client, alice):
    words = "a\r\n" * 2500
    assert client.post(WRITE, {"learned": words}).status_code == 303
    assert client.post(WRITE, {"learned": "é" * 5000}).status_code == 303


def test_nobody_writes_about_a_surgery_that_they_did_not_host(client, alice):
    for surgery in (SurgeryFactory.create(starts_at=local(-3)), ShiftFactory.create(champion=alice).surgery):
        assert client.post(WRITE, {"learned": "x", "surgery": surgery.pk}).status_code == 200
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("nonsense", NASTY)
def test_whatever_is_typed_is_shown_as_text(client, alice, nonsense):
    check(send(client, WRITE, {"learned": [f"x{nonsense}"], "surgery": [nonsense], "is_shared": [nonsense]}))
    check(send(client, WRITE, {"learned": [f"x{nonsense}"]}))
    check(client.get(f"{JOURNAL}?{encoded({'page': [nonsense], 'done': [nonsense]})}"))


# ── Changing and deleting ─────────────────────────────────────────────────────────────────────────────────────
def test_an_entry_is_changed_and_keeps_its_day(client, alice):
    written_at = timezone.now() - timedelta(days=30)
    entry = JournalEntryFactory.create(champion=alice, learned="Before", written_at=written_at)
    assert "Before" in client.get(address(entry)).content.decode()
    assert client.post(address(entry), {"would_change": "After", "is_shared": "on"}).status_code == 303
    entry.refresh_from_db()
    assert (entry.learned, entry.would_change, entry.is_shared) == ("", "After", True)
    assert entry.written_at == written_at


def test_an_entry_is_deleted_by_a_press_on_a_page_that_asks(client, alice):
    entry = JournalEntryFactory.create(champion=alice, learned="To listen.")
    asked = words_of(client.get(address(entry, "delete/")))
    assert "Delete this entry?" in asked
    assert "To listen." in asked
    assert JournalEntry.objects.exists()
    assert client.post(address(entry, "delete/"))["Location"] == f"{JOURNAL}?done=deleted"
    assert not JournalEntry.objects.exists()


# ── Whose it is ───────────────────────────────────────────────────────────────────────────────────────────────
def test_the_entries_of_others_are_not_there(client, alice, bobs):
    shared = JournalEntryFactory.create(champion=bobs.champion, is_shared=True)
    for entry in (bobs, shared):
        for page in ("", "delete/"):
            assert client.get(address(entry, page)).status_code == 404
            assert client.post(address(entry, page), {"learned": "Mine"}).status_code == 404
    assert "Bob" not in words_of(client.get(JOURNAL))
    bobs.refresh_from_db()
    assert bobs.learned == "What Bob learned"
    assert JournalEntry.objects.count() == 2


def test_control_by_its_owner_it_is(client, bobs):
    bobs.champion.user = UserFactory.create()
    bobs.champion.save()
    client.force_login(bobs.champion.user)
    assert client.get(address(bobs)).status_code == 200


def test_organisers_read_what_is_shared_for_as_long_as_it_is(client, bobs):
    shared = JournalEntryFactory.create(champion=bobs.champion, learned="For everybody", is_shared=True)
    JournalEntryFactory.create(learned="Somebody else’s", is_shared=True)
    client.force_login(UserFactory.create(organiser=True))
    page = f"/organise/champions/{bobs.champion_id}/journal/"
    said = words_of(client.get(page))
    assert "For everybody" in said
    assert "What Bob learned" not in said
    assert "Somebody else’s" not in said
    JournalEntry.objects.filter(pk=shared.pk).update(is_shared=False)
    said = words_of(client.get(page))
    assert "Nothing shared at present" in said
    assert "For everybody" not in said
    assert client.get("/organise/champions/0/journal/").status_code == 404


def test_each_page_takes_the_same_few_statements_however_much_there_is(client, alice):
    entry = JournalEntryFactory.create(champion=alice, is_shared=True)
    pages = (JOURNAL, WRITE, address(entry), address(entry, "delete/"))

    def taken() -> list[int]:
        return [statements(lambda page=page: client.get(page)) for page in pages]

    few = taken()
    for number in range(12):
        shift = ShiftFactory.create(champion=alice, surgery__starts_at=local(-number - 1))
        JournalEntryFactory.create(champion=alice, surgery=shift.surgery)
    assert taken() == few
    assert max(few) <= 12

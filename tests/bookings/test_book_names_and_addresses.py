"""What people type for a name and an address: most of it is forgiven, the rest is refused kindly."""

import pytest
from django.core.exceptions import ValidationError

from accounts.fields import NameField, WorkEmailField
from bookings.models import Booking
from tests.bookings.pages import ADA, filled_in, page_of, words_of
from tests.factories import DepartmentFactory

MARKUP = "Enter your name without the signs < and >"
LINK = "Enter your name without a link or an email address. After a full stop, put a space"
UNSEEN = "Enter your name on one line, without special characters"


@pytest.fixture
def send(db, client, surgery):
    return lambda **changes: client.post(page_of(surgery), filled_in(surgery.slots.first(), **changes))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("Ada\u00a0Lovelace", "Ada Lovelace"),
        ("O’Brien-Smith, Siân", "O’Brien-Smith, Siân"),
        ("Sia\u0302n", "Siân"),
        ("J. R. R. Tolkien", "J. R. R. Tolkien"),
        ("J.R.R. Tolkien", "J.R.R. Tolkien"),
        ("李小龍", "李小龍"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("Robert'); DROP TABLE students;--", "Robert'); DROP TABLE students;--"),
        ("A" * 100, "A" * 100),
    ],
)
def test_a_name_is_taken_as_people_write_it(typed, kept):
    assert NameField().clean(typed) == kept


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter your name"),
        ("   ", "Enter your name"),
        ("...", "Enter your name, with at least one letter"),
        ("12345", "Enter your name, with at least one letter"),
        ("A" * 101, "Your name has to be 100 characters or fewer"),
        ("Win at https://evil.example", LINK),
        ("//evil", LINK),
        ("www.evil", LINK),
        ("Visit evil.example", LINK),
        ("evil．example", LINK),
        ("evil。example", LINK),
        ("evil.\u200dexample", LINK),
        ("ada@example.gov.uk", LINK),
        ("Ada <ada@example.gov.uk>", LINK),
        ("<b>Ada</b>", MARKUP),
        ("\uff1cb\uff1eAda", MARKUP),
        ("Ada\nBcc: everybody", UNSEEN),
        ("Ada\r\nBcc: everybody", UNSEEN),
        ("Ada\u2028Lovelace", UNSEEN),
        ("Ada\x85Lovelace", UNSEEN),
        ("Ada\tLovelace", UNSEEN),
        ("Ada\x00", UNSEEN),
        ("\u202eecalevoL adA", UNSEEN),
        ("Ada\u200bLovelace", UNSEEN),
        ("Ada\ue000", UNSEEN),
    ],
)
def test_a_name_that_is_none_is_refused_kindly(typed, message):
    with pytest.raises(ValidationError) as refusal:
        NameField().clean(typed)
    assert refusal.value.messages == [message]


def test_the_page_says_what_is_wrong_with_a_name_and_books_nothing(send):
    response = send(name="Visit evil.example")
    assert f"Error: {LINK}" in words_of(response)
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        " ada.lovelace@example.gov.uk ", "Ada.Lovelace@Example.GOV.UK", "ada.lovelace @ example.gov.uk",
        "\u200bada.lovelace@example.gov.uk", "ada.lovelace@\u00a0example.gov.uk",
    ],
)  # fmt: skip
def test_spaces_and_case_of_an_address_are_forgiven(typed):
    assert WorkEmailField().clean(typed) == ADA


def test_the_address_is_stored_in_its_one_spelling(send):
    assert send(email=" Ada.Lovelace@Example.GOV.UK ").status_code == 303
    assert Booking.objects.get().attendee.email == ADA


@pytest.mark.parametrize(
    "typed",
    [
        "b ob@example.gov.uk",
        "ada", "ada@", "@example.gov.uk", "ada@example", "ada@exa mple,gov.uk", "ada@@example.gov.uk", "ada@.gov.uk",
        '"ada lovelace"@example.gov.uk', "ada@éxample.gov.uk", "àda@example.gov.uk",
        f"{'a' * 250}@example.gov.uk", "ada@example.gov.uk, bob@example.gov.uk", "<ada@example.gov.uk>",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_once(typed):
    with pytest.raises(ValidationError) as refusal:
        WorkEmailField().clean(typed)
    assert refusal.value.messages == ["Enter an email address in the correct format, like name@example.gov.uk"]


def test_an_address_of_another_domain_is_told_which_ones_may_book_and_what_to_do(send):
    DepartmentFactory.create(email_domains=["example.gov.uk", "nhs.net"], contact_email="surgeries@example.gov.uk")
    page = words_of(send(email="ada@gmail.example"))
    assert (
        "Use your work email address. It has to end in example.gov.uk or nhs.net. "
        "If yours ends in something else, write to surgeries@example.gov.uk" in page
    )
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("email", "books"),
    [
        ("ada@example.gov.uk", True),
        ("ada@digital.example.gov.uk", True),
        ("ada@notexample.gov.uk", False),
        ("ada@example.gov.uk.evil.example", False),
    ],
)
def test_a_domain_stands_for_itself_and_what_is_under_it(send, email, books):
    DepartmentFactory.create(email_domains=["example.gov.uk"])
    assert (send(email=email).status_code == 303) is books


def test_without_a_domain_nobody_books(send):
    DepartmentFactory.create(email_domains=[])
    assert send(email="ada@example.gov.uk").status_code == 200
    assert not Booking.objects.exists()


def test_what_is_too_long_is_named_where_it_is_told(client, surgery):
    too_long = {"question": "a" * 501, "adjustments": "a" * 501}
    words = words_of(client.post(page_of(surgery), filled_in(surgery.slots.first(), **too_long)))
    for named in ("What you would like to ask", "What would make it easier for you to come"):
        assert words.count(f"{named} has to be 500 characters or fewer") == 2  # in the summary, and at the field

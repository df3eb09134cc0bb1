"""An administrator lets organisers in, changes what they may do and bars them: they are told, and out at once."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.letting_in import NotTheirs, set_role
from accounts.models import User
from history.models import Change
from notifications.models import OutboxEmail
from surgeries.templatetags.times import day_and_year
from tests.accounts.signing_in import add_app, is_signed_in, sign_in
from tests.bookings.pages import title_of, words_of
from tests.bookings.test_statements_per_page import statements
from tests.factories import ChampionFactory, UserFactory
from tests.notifications.letters import work

PAGE = "/organise/organisers/"
CHANGED = "What you may do here has changed"
pytestmark = pytest.mark.django_db


@pytest.fixture
def gareth(client) -> User:
    user = UserFactory.create(administrator=True, name="Gareth Okonkwo")
    client.force_login(user)
    return user


def let_in(client: Client, **changes: str):
    return client.post(PAGE, {"name": "Bob Lee", "email": "bob@example.gov.uk", "role": "organiser"} | changes)


def make(client: Client, user: User, role: str):
    return client.post(f"{PAGE}{user.pk}/", {"role": role})


@pytest.mark.parametrize("role", ["organiser", "administrator"])
def test_whoever_is_let_in_reads_it_by_email_signs_in_and_is_recorded(client, gareth, role, mailoutbox):
    page = words_of(client.get(let_in(client, email=" Bob@Example.gov.uk ", role=role)["Location"]))
    assert "What Bob Lee may do" in page
    assert "They are let in, and read it by email." in page
    bob = User.objects.get(email="bob@example.gov.uk")
    assert (bob.role, bob.name) == (role, "Bob Lee")
    work()
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([bob.email], f"You are an {role} of the social media surgeries")
    for body in (mail.body, mail.alternatives[0][0]):
        assert f"You have been let in as an {role}" in body
        assert "see who books and comes" in body
        assert ("say who else may sign in" in body) is (role == "administrator")
        assert "you may be asked to set up a second factor" in body
        assert "passkey" not in body, "which may not be offered"
        assert "/sign-in/" in body
    change = Change.objects.filter(table="accounts_user", key=bob.pk, what="update").earliest("pk")
    assert (change.who, change.place) == (gareth.pk, "letting_in:organisers")
    assert change.facts["is_staff"] == [False, True]
    told = words_of(client.get(f"/organise/changes/user/{bob.pk}/"))
    assert "Gareth Okonkwo, from the page of organisers" in told
    browser = Client()
    sign_in(browser, bob.email)
    add_app(browser)
    assert browser.get("/organise/").status_code == 200


def test_who_is_barred_is_out_at_once_stays_out_and_may_be_let_in_again(client, gareth, mailoutbox):
    bob = UserFactory.create(organiser=True)
    browser = Client()
    browser.force_login(bob)
    assert is_signed_in(browser)
    done = words_of(client.get(make(client, bob, "barred")["Location"]))
    assert "They are barred and signed out, and read it by email." in done
    assert not is_signed_in(browser)
    bob.refresh_from_db()
    assert (bob.is_active, bob.is_staff, bob.is_superuser) == (False, False, False)
    assert re.search("[Bb]arred account", words_of(client.get(f"/organise/changes/user/{bob.pk}/")))
    work()
    assert [mail.subject for mail in mailoutbox] == ["You can no longer sign in to the social media surgeries"]
    done = words_of(client.get(make(client, bob, "organiser")["Location"]))
    assert "They are let in, and read it by email." in done
    assert not is_signed_in(browser), "what was ended stays so"
    bob.refresh_from_db()
    assert bob.is_organiser


def test_control_what_only_takes_a_right_away_leaves_the_session_until_it_is_ended(client):
    bob = UserFactory.create(organiser=True)
    client.force_login(bob)
    User.objects.filter(pk=bob.pk).update(is_staff=False)
    assert is_signed_in(client)


def test_an_organiser_who_is_none_any_more_stays_a_champion(client, gareth):
    bob = ChampionFactory.create(user=UserFactory.create(organiser=True)).user
    browser = Client()
    browser.force_login(bob)
    make(client, bob, "neither")
    assert not is_signed_in(browser)
    browser.force_login(User.objects.get(pk=bob.pk))
    assert browser.get("/organise/").status_code == 403
    assert browser.get("/champion/").status_code == 200


def test_what_somebody_is_already_changes_nothing_and_is_not_told(client, gareth):
    bob = UserFactory.create(organiser=True, name="Robert")
    browser = Client()
    browser.force_login(bob)
    assert "Nothing was changed" in words_of(client.get(let_in(client, email=bob.email)["Location"]))
    bob.refresh_from_db()
    assert (bob.name, is_signed_in(browser), OutboxEmail.objects.count()) == ("Robert", True, 0)


@pytest.mark.parametrize(
    ("was", "role", "subject", "heading"),
    [
        ("barred", "neither", "You can sign in to the social media surgeries again", "You can sign in again"),
        ("barred", "organiser", "You are an organiser of the social media surgeries", "You can sign in again"),
        ("organiser", "administrator", "You are an administrator of the social media surgeries", CHANGED),
        ("administrator", "organiser", "You are an organiser of the social media surgeries", CHANGED),
        ("organiser", "neither", "You are no longer an organiser of the social media surgeries", CHANGED),
    ],
)
def test_who_could_sign_in_before_reads_what_has_changed_and_who_could_not_that_they_can_again(
    client, gareth, mailoutbox, was, role, subject, heading
):
    bob = UserFactory.create(**{"is_active": False} if was == "barred" else {was: True})
    make(client, bob, role)
    work()
    [mail] = mailoutbox
    assert mail.subject == subject
    for body in (mail.body, mail.alternatives[0][0]):
        assert heading in body
        assert ("/sign-in/" in body) is (role != "neither" or was == "barred")
        assert ("second factor" in body) is (role != "neither")


def test_an_email_that_is_not_true_any_more_is_not_sent(client, gareth, mailoutbox):
    bob = UserFactory.create()
    make(client, bob, "organiser")
    make(client, bob, "barred")
    work()
    assert [mail.subject for mail in mailoutbox] == ["You can no longer sign in to the social media surgeries"]


def test_nobody_changes_what_they_may_do_themselves(client, gareth):
    assert "This is you." in words_of(client.get(f"{PAGE}{gareth.pk}/"))
    assert make(client, gareth, "barred").status_code == 409
    assert "This is your own address" in words_of(let_in(client, email=gareth.email))
    gareth.refresh_from_db()
    assert gareth.is_administrator


def test_of_two_administrators_who_bar_each_other_one_stays(gareth):
    other = UserFactory.create(administrator=True)
    assert set_role(user=gareth, role="barred", by=other)
    assert gareth.is_administrator, "as the other request has read it"
    with pytest.raises(NotTheirs):
        set_role(user=other, role="barred", by=gareth)
    assert [*User.objects.administrators()] == [other]


def test_who_lost_their_second_factor_gets_rid_of_it(client, gareth):
    bob = UserFactory.create(organiser=True)
    browser = Client()
    sign_in(browser, bob.email)
    add_app(browser)
    assert "Forget their second factor" in words_of(client.get(f"{PAGE}{bob.pk}/"))
    forget = f"{PAGE}{bob.pk}/forget-second-factor/"
    assert f'href="{forget}"' in client.get(f"{PAGE}{bob.pk}/").content.decode()
    assert "This cannot be taken back." in words_of(client.get(forget))
    assert is_signed_in(browser), "the page only asks"
    page = client.post(forget, follow=True)
    assert "is forgotten" in words_of(page)
    assert "Forget their second factor" not in words_of(page)
    assert not is_signed_in(browser)


def test_who_did_what_says_that_a_second_factor_was_forgotten_and_that_sessions_were_ended(client, gareth):
    bob = UserFactory.create(organiser=True, name="Bob Lee")
    account = f"/organise/changes/user/{bob.pk}/"
    browser = Client()
    sign_in(browser, bob.email)
    add_app(browser)
    client.post(f"{PAGE}{bob.pk}/forget-second-factor/")
    assert "Forgot the second factor of account “Bob Lee”" in words_of(client.get(account))
    make(client, bob, "neither")
    assert "Ended every session of account “Bob Lee”" in words_of(client.get(account))
    make(client, bob, "barred")
    told = words_of(client.get(account))
    assert "Barred account “Bob Lee”" in told
    assert "Password" not in told


def test_whoever_signs_out_everywhere_is_recorded_as_that(client, gareth):
    client.post("/account/sign-out-everywhere/")
    client.force_login(User.objects.get(pk=gareth.pk))
    told = words_of(client.get(f"/organise/changes/user/{gareth.pk}/"))
    assert "Gareth Okonkwo, from their account" in told
    assert "Ended every session of account “Gareth Okonkwo”" in told


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Enter their name"),
        ({"name": "\0"}, "Enter their name"),
        ({"email": ""}, "Enter their work email address"),
        ({"email": "bob"}, "in the correct format"),
        ({"role": ""}, "Choose what they are"),
        ({"role": "neither"}, "Choose from what is shown here"),
    ],
)
def test_mistakes_are_said_beside_the_field_and_nothing_is_lost(client, gareth, changes, said):
    response = let_in(client, **changes)
    assert title_of(response).startswith("Error: ")
    assert said in words_of(response)
    assert "govuk-error-summary" in response.content.decode()
    assert 'value="Bob Lee"' in response.content.decode() or "name" in changes
    assert User.objects.get() == gareth


@pytest.mark.parametrize("role", ["", "\0", "emperor", "9" * 99])
def test_what_nobody_could_press_changes_nothing(client, gareth, role):
    bob = UserFactory.create()
    assert title_of(make(client, bob, role)).startswith("Error: ")
    bob.refresh_from_db()
    assert bob.role == "neither"
    assert client.get(f"{PAGE}{9**20}/").status_code == 404


def test_whoever_was_removed_is_nobody_to_be_let_in(client, gareth):
    gone = UserFactory.create(email="somebody@removed.invalid", is_active=False)
    assert make(client, gone, "organiser").status_code == 404


def test_organisers_get_none_of_it(client):
    organiser, bob = UserFactory.create(organiser=True), UserFactory.create()
    client.force_login(organiser)
    assert [let_in(client).status_code, make(client, bob, "organiser").status_code] == [403, 403]
    assert client.post(f"{PAGE}{bob.pk}/forget-second-factor/").status_code == 403
    assert 'href="/organise/organisers/"' not in client.get("/organise/").content.decode()


def test_whoever_is_barred_is_last_among_the_organisers_and_their_page_says_since_when(client, gareth):
    bob = UserFactory.create(organiser=True, name="Bob Lee")
    long_ago = UserFactory.create(name="Lorna Gray", is_active=False)
    UserFactory.create(email="somebody@removed.invalid", is_active=False)
    make(client, bob, "barred")
    listed = words_of(client.get(PAGE)).partition("Barred")[2]
    today = day_and_year(timezone.now())
    assert f"since {today}" in listed
    assert listed.index("Bob Lee") < listed.index("Lorna Gray")
    assert "removed.invalid" not in listed
    client.force_login(UserFactory.create(organiser=True))
    people = "/organise/people/users"
    assert f"They have been barred from signing in since {today}." in words_of(client.get(f"{people}/{bob.pk}/"))
    assert "They are barred from signing in." in words_of(client.get(f"{people}/{long_ago.pk}/"))
    assert "barred" not in words_of(client.get(f"{people}/{gareth.pk}/"))
    client.force_login(gareth)
    make(client, bob, "organiser")
    assert "Bob Lee" not in words_of(client.get(PAGE)).partition("Barred")[2]


def test_the_pages_take_the_same_few_statements_however_many_there_are(client, gareth):
    few = statements(lambda: client.get(PAGE))
    UserFactory.create_batch(12, organiser=True)
    UserFactory.create_batch(60, is_active=False)
    assert "These were barred last" in words_of(client.get(PAGE))
    assert statements(lambda: client.get(PAGE)) == few <= 12

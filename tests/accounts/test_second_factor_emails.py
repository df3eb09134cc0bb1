"""Whoever gets or loses a second factor, or uses up a recovery code, is told by email, in case it was not them."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from accounts import second_factor
from accounts.models import User
from notifications.models import OutboxEmail
from tests.accounts.signing_in import add_app, another_than, code_of, show, sign_in
from tests.factories import UserFactory
from tests.notifications.letters import work

ALICE = "alice@example.gov.uk"
PAGE = "/account/second-factor/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client, db) -> User:
    alice = UserFactory.create(email=ALICE, name="Alice", organiser=True)
    sign_in(client, ALICE)
    return alice


def changes() -> list[str]:
    emails = OutboxEmail.objects.filter(kind="second_factor_changed", recipient=ALICE).order_by("pk")
    return [email.about["change"] for email in emails]


def test_an_app_that_is_added_and_removed_is_told_of(client, alice, mailoutbox):
    add_app(client)
    client.post(f"{PAGE}{Authenticator.objects.get(type='totp').pk}/remove/")
    assert mailoutbox == [], "nothing is sent from a request"
    OutboxEmail.objects.filter(kind="sign_in_code").delete()
    work()
    added, removed = sorted(mailoutbox, key=lambda mail: mail.subject)
    assert added.to == removed.to == [ALICE]
    assert added.subject == "A second factor was added to your account"
    assert removed.subject == "A second factor was removed from your account"
    for mail, fact in [(added, "Added: An app on a phone"), (removed, "Removed: The app on a phone")]:
        html, _ = mail.alternatives[0]
        assert fact in mail.body
        assert fact.partition(": ")[2] in html
        for words in (
            "Hello Alice",
            "tell whoever looks after this website at once",
            "http://127.0.0.1/account/second-factor/",
        ):
            assert words in mail.body
            assert words in html


def test_a_code_that_is_wrong_adds_nothing_to_tell_of(client, alice):
    client.get(f"{PAGE}app/")
    wrong = another_than(code_of(client.session[second_factor.TOTP_SECRET]))
    client.post(f"{PAGE}app/", {"code": wrong})
    assert changes() == []


def test_a_passkey_is_told_of_as_well(alice):
    passkey = second_factor.add_passkey(user=alice, credential={})
    second_factor.remove(authenticator=passkey)
    assert changes() == ["webauthn added", "webauthn removed"]


def test_whoever_has_it_forgotten_by_an_administrator_is_told_and_who_had_none_is_not(client, alice):
    add_app(client)
    administrator = Client()
    administrator.force_login(UserFactory.create(administrator=True))
    for _ in range(2):
        administrator.post("/admin/accounts/user/", {"action": "forget_second_factor", "_selected_action": [alice.pk]})
    assert changes() == ["totp added", "all removed"]


def test_who_can_help_against_somebody_who_got_in_is_named_and_nobody_who_cannot(client, alice, mailoutbox):
    UserFactory.create(administrator=True, name="Gareth Okonkwo")
    UserFactory.create(administrator=True, name="Gone Away", is_active=False, is_superuser=False, is_staff=False)
    UserFactory.create(organiser=True, name="Priya Shah")
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    add_app(client)
    second_factor.forget(user=alice)
    use = Client()
    sign_in(use, ALICE)
    add_app(use)
    use_recovery_code(Client(), alice, after=0, keep="second_factor_changed")
    assert len(mailoutbox) == 4
    for mail in mailoutbox:
        for body in (mail.body, mail.alternatives[0][0]):
            assert "tell an administrator, such as Gareth Okonkwo, at once, and not by email" in body
    [forgotten] = [mail for mail in mailoutbox if "Removed by an administrator" in mail.body]
    assert "Removed by an administrator: Every second factor that you had" in forgotten.body


def use_recovery_code(client: Client, alice: User, *, after: int, keep: str = "") -> None:
    """Sign in with the first recovery code that is left, once so many are used up."""
    kept = Authenticator.objects.get(type="recovery_codes")
    kept.data["used_mask"] = 2**after - 1
    kept.save()
    sign_in(client, ALICE)
    show(client, second_factor.recovery_codes(alice)[0])
    OutboxEmail.objects.exclude(kind__in=["recovery_code_used", keep]).delete()
    work()


@pytest.mark.parametrize(
    ("after", "subject", "said"),
    [
        (0, "One of your recovery codes was used", ["9", "stop working then", "make new ones"]),
        (9, "One of your recovery codes was used: you have none left", ["None", "It was the last one", "Make new"]),
    ],
)
def test_a_recovery_code_that_is_used_up_is_told_of_with_how_many_are_left(
    client, alice, mailoutbox, after, subject, said
):
    add_app(client)
    use_recovery_code(Client(), alice, after=after)
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([ALICE], subject)
    for body in (mail.body, mail.alternatives[0][0]):
        for words in ("Hello Alice", f"{PAGE}recovery-codes/", "tell whoever looks after this website at once", *said):
            assert words in body


def test_so_it_is_when_it_confirms_that_it_is_them(client, alice, mailoutbox):
    add_app(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        client.post(f"{PAGE}confirm/", {"code": second_factor.recovery_codes(alice)[0]})
    assert [email.about["left"] for email in OutboxEmail.objects.filter(kind="recovery_code_used")] == [9]


def test_a_wrong_recovery_code_and_a_code_of_the_app_are_not_told_of(client, alice):
    secret = add_app(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        for code in (another_than(second_factor.recovery_codes(alice)[0]).zfill(8), code_of(secret)):
            client.post(f"{PAGE}confirm/", {"code": code})
    assert not OutboxEmail.objects.filter(kind="recovery_code_used").exists()


def test_it_goes_to_the_address_that_they_had_then(client, alice, mailoutbox):
    add_app(client)
    OutboxEmail.objects.filter(kind="sign_in_code").delete()
    User.objects.filter(pk=alice.pk).update(email="mallory@example.gov.uk")
    work()
    assert [mail.to for mail in mailoutbox] == [[ALICE]]


def test_somebody_who_is_inactive_by_then_is_not_written_to(client, alice, mailoutbox):
    add_app(client)
    User.objects.update(is_active=False)
    work()
    assert mailoutbox == []

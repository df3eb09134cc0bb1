"""Who may do what in the administration pages: a champion nothing, an organiser all but who may sign in."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from accounts.models import User
from tests.accounts.signing_in import add_app, is_signed_in, sign_in
from tests.factories import UserFactory

USERS = "/admin/accounts/user/"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "diary", "users"), [({}, 403, 403), ({"organiser": True}, 200, 403), ({"administrator": True}, 200, 200)]
)
def test_each_role_sees_what_is_its_own(client, role, diary, users):
    client.force_login(UserFactory.create(**role))
    assert client.get("/admin/surgeries/surgery/", follow=True).status_code == diary
    assert client.get(USERS, follow=True).status_code == users


def test_an_administrator_is_an_organiser_as_well():
    with pytest.raises(IntegrityError):
        UserFactory.create(is_superuser=True)


def test_nobody_is_let_in_or_barred_here_but_on_the_pages_that_tell_them(client):
    client.force_login(UserFactory.create(administrator=True))
    assert client.get(f"{USERS}add/").status_code == 403
    sam, barred = UserFactory.create(name="Sam"), UserFactory.create(is_active=False)
    roles = ("is_staff", "is_superuser", "is_active")
    for user in (sam, barred):
        page = client.get(f"{USERS}{user.pk}/change/").content.decode()
        assert f'href="/organise/organisers/{user.pk}/"' in page
        assert [name for name in roles if f'name="{name}"' in page] == []
    ticked = dict.fromkeys(roles, "on")
    client.post(f"{USERS}{sam.pk}/change/", ticked | {"email": sam.email, "name": "Sam Doe"})
    client.post(f"{USERS}{barred.pk}/change/", ticked | {"email": barred.email, "name": ""})
    assert dict(User.objects.values_list("pk", "is_active").filter(is_staff=False)) == {sam.pk: True, barred.pk: False}
    assert User.objects.get(pk=sam.pk).name == "Sam Doe", "the rest is saved"


def test_what_an_administrator_gets_wrong_is_explained(client):
    administrator = UserFactory.create(administrator=True)
    client.force_login(administrator)
    sent = {"email": administrator.email.upper(), "name": ""}
    taken = client.post(f"{USERS}{UserFactory.create().pk}/change/", sent).content.decode()
    assert "User with this Email already exists" in taken


def test_nobody_is_deleted(client):
    client.force_login(UserFactory.create(administrator=True))
    assert client.get(f"{USERS}{UserFactory.create().pk}/delete/").status_code == 403


def test_the_first_administrator_is_made_by_a_command(client):
    said = StringIO()
    call_command("make_administrator", "Sam@Example.gov.uk", name="Sam", stdout=said)
    assert "/sign-in/" in said.getvalue()
    sign_in(client, "sam@example.gov.uk")
    add_app(client)
    assert client.get(USERS).status_code == 200


def test_somebody_who_is_known_already_becomes_one_and_keeps_their_name():
    user = UserFactory.create(name="Sam", is_active=False)
    call_command("make_administrator", user.email, stdout=StringIO())
    user.refresh_from_db()
    assert (user.is_administrator, user.name) == (True, "Sam")


def test_what_is_no_address_makes_nobody_an_administrator():
    with pytest.raises(CommandError, match="correct format"):
        call_command("make_administrator", "sam")
    assert User.objects.count() == 0


@pytest.mark.parametrize("address", ["/admin/password_change/", "/admin/password_change/done/"])
def test_there_is_no_password_to_change(client, address):
    client.force_login(UserFactory.create(administrator=True))
    assert client.get(address).status_code == 404


def test_the_administration_has_no_sign_in_and_out_of_its_own(client):
    assert client.get("/admin/login/")["Location"] == "/sign-in/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/surgeries/")["Location"] == "/sign-in/?next=/admin/surgeries/"
    client.force_login(UserFactory.create(administrator=True))
    assert client.get("/admin/login/")["Location"] == "/admin/"
    assert client.post("/admin/logout/")["Location"] == "/sign-in/?out"
    assert not is_signed_in(client)


@pytest.mark.parametrize("address", ["/admin/login/", "/sign-in/"])
def test_a_password_signs_nobody_in(client, address):
    user = UserFactory.create(administrator=True)
    user.set_password("correct horse battery")
    user.save()
    sent = {"username": user.email, "email": user.email, "login": user.email, "password": "correct horse battery"}
    client.post(address, sent)
    assert not is_signed_in(client)

"""Who is an organiser or an administrator, and who may not sign in at all: an administrator says so."""

from django.db import transaction
from django.db.models import Q

from accounts.emails import queue_role_changed
from accounts.models import User
from accounts.services import sign_out_everywhere, take_in_as

Role = User.Role
FACTS = {
    Role.ADMINISTRATOR: {"is_active": True, "is_staff": True, "is_superuser": True},
    Role.ORGANISER: {"is_active": True, "is_staff": True, "is_superuser": False},
    Role.NEITHER: {"is_active": True, "is_staff": False, "is_superuser": False},
    Role.BARRED: {"is_active": False, "is_staff": False, "is_superuser": False},
}


class NotTheirs(Exception):
    """Somebody would change what they may do themselves, or is no administrator any more."""


@transaction.atomic
def let_in(*, email: str, name: str, role: str, by: User) -> tuple[User, bool]:
    """Make whoever has this normalised address what `role` says, and tell them; a user who is new if nobody has it.

    Returns them, and whether they were something else. Somebody who is known keeps their name. Raises NotTheirs.
    """
    user = take_in_as(email=email, name=name)
    return user, set_role(user=user, role=role, by=by)


@transaction.atomic
def set_role(*, user: User, role: str, by: User) -> bool:
    """Make somebody what `role` says, and tell them. Returns whether they were something else.

    Whoever may do less from now on is signed out at once, everywhere. Nobody does it to themselves, and of two
    administrators who do it to each other the second is none any more: so one always stays. Raises NotTheirs.
    """
    involved = User.objects.select_for_update(no_key=True).filter(Q(is_superuser=True) | Q(pk__in=[user.pk, by.pk]))
    now = {each.pk: each for each in involved.order_by("pk")}
    if user.pk == by.pk or not now[by.pk].is_administrator:
        raise NotTheirs
    locked = now[user.pk]
    was, role = locked.role, Role(role)
    if was == role:
        return False
    for name, value in FACTS[role].items():
        setattr(locked, name, value)
    locked.save(update_fields=[*FACTS[role]])
    if list(Role).index(role) > list(Role).index(was):
        sign_out_everywhere(user=locked)
    queue_role_changed(user=locked, role=role, was=was)
    return True

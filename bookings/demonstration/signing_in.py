"""Who can be signed in as in the demonstration: a champion, an organiser and an administrator."""

from dataclasses import dataclass

from accounts.models import User
from champions.models import Champion

from .champions import CHAMPIONS
from .people import address_of

ADMINISTRATOR = "administrator@example.gov.uk"
CHAMPION, ORGANISER = "Amina Yusuf", "Nia Prosser"
ROLES = {address_of(CHAMPION): "champion", address_of(ORGANISER): "organiser", ADMINISTRATOR: "administrator"}


@dataclass(frozen=True)
class ReadyMade:
    """Somebody to be, from the page where one signs in."""

    name: str
    email: str
    role: str


def load_ready_made() -> None:
    """Make the organiser, the administrator and every champion a user, as far as they are not there."""
    people = {ADMINISTRATOR: ("Gareth Okonkwo", True), address_of(ORGANISER): (ORGANISER, False)}
    for email, (name, is_superuser) in people.items():
        if not User.objects.filter(email=email).exists():
            User.objects.create_user(email, name=name, is_staff=True, is_superuser=is_superuser)
    known = set(User.objects.values_list("email", flat=True))
    for champion in Champion.objects.filter(name__in=[each.name for each in CHAMPIONS], user=None):
        if address_of(champion.name) not in known:
            champion.user = User.objects.create_user(address_of(champion.name), name=champion.name)
            champion.save(update_fields=["user"])


def ready_made() -> list[ReadyMade]:
    """Those of the three who may sign in: the champion first, the administrator last."""
    users = {user.email: user for user in User.objects.filter(email__in=ROLES, is_active=True)}
    return [ReadyMade(str(users[email]), email, role) for email, role in ROLES.items() if email in users]

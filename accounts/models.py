"""Users. Email is the identity; there are no user names and no passwords."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Lower
from django.utils import timezone

from history.models import Change

# The part of an address behind the @ that no mail reaches (RFC 2606): whoever was removed has it.
NOWHERE = "@removed.invalid"
# What stands in place of a name that was removed.
REMOVED = "Name removed"


def normalise_email(address: str) -> str:
    """The one spelling under which an address is stored and compared: no spaces around it, lower case."""
    return address.strip().lower()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, **fields) -> "User":
        """Create a user known by `email`."""
        user = self.model(email=normalise_email(email), **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, **fields) -> "User":
        """Create an administrator."""
        return self.create_user(email, is_staff=True, is_superuser=True, **fields)

    def organisers(self) -> models.QuerySet["User"]:
        """Those who run the programme, by whom emails to organisers are read."""
        return self.filter(is_staff=True, is_active=True).order_by("pk")

    def known(self) -> models.QuerySet["User"]:
        """Everybody but those who were removed: their addresses lead nowhere."""
        return self.exclude(email__endswith=NOWHERE)

    def let_in(self) -> models.QuerySet["User"]:
        """Organisers and administrators, these first, by name."""
        return self.organisers().order_by("-is_superuser", "name", "email")

    def barred(self) -> models.QuerySet["User"]:
        """Those who may not sign in, who was barred last first; `barred_since` as far as history reaches back."""
        then = Change.objects.filter(table=User._meta.db_table, key=OuterRef("pk"), facts__is_active__1=False)
        since = Subquery(then.order_by("-changed_at").values("changed_at")[:1])
        known = self.known().filter(is_active=False).annotate(barred_since=since)
        return known.order_by(F("barred_since").desc(nulls_last=True), "name", "email")

    def administrators(self) -> models.QuerySet["User"]:
        """Those who say who may sign in, and as what."""
        return self.let_in().filter(is_superuser=True)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalise_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in: a champion, an organiser or an administrator. Attendees need no user.

    Nobody has a password. What Django keeps in its place is drawn at random, and every session is bound to it: a new
    one ends them all (`services.sign_out_everywhere`).
    """

    class Role(models.TextChoices):
        """What somebody may do here: each may do less than the one before."""

        ADMINISTRATOR = "administrator", "An administrator: says who may sign in, and does all that organisers do"
        ORGANISER = "organiser", "An organiser: keeps the diary, and sees who books"
        NEITHER = "neither", "Neither: signs in as a champion, if they are one"
        BARRED = "barred", "Barred: may not sign in at all"

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    is_staff = models.BooleanField(
        "is an organiser", default=False, help_text="Keeps the diary: everything here but who may sign in."
    )
    is_superuser = models.BooleanField(
        "is an administrator", default=False, help_text="Also says who may sign in, and as what."
    )
    is_active = models.BooleanField(default=True, help_text="Whoever is not is barred, and cannot sign in.")
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    personal: ClassVar[set[str]] = {"email", "name", "password", "last_login"}
    impersonal: ClassVar[set[str]] = {"is_staff", "is_superuser", "is_active", "joined_at"}

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_email_is_normalised",
                condition=models.Q(email=Lower("email")),
                violation_error_message="Write the email address in lower case.",
            ),
            models.CheckConstraint(
                name="user_administrator_is_organiser",
                condition=models.Q(is_superuser=False) | models.Q(is_staff=True),
                violation_error_message="An administrator is an organiser as well: tick both.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_removed(self) -> bool:
        """Whether nothing is known of who it was."""
        return self.email.endswith(NOWHERE)

    @property
    def is_organiser(self) -> bool:
        """Whether they run the programme, as every administrator may."""
        return self.is_active and self.is_staff

    @property
    def is_administrator(self) -> bool:
        """Whether they say who may sign in, and as what."""
        return self.is_active and self.is_superuser

    @property
    def role(self) -> Role:
        """What they may do, in one word."""
        if self.is_administrator:
            return self.Role.ADMINISTRATOR
        if self.is_organiser:
            return self.Role.ORGANISER
        return self.Role.NEITHER if self.is_active else self.Role.BARRED

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """An organiser may do everything but say who may sign in, which is for administrators."""
        return self.is_administrator or (self.is_organiser and not perm.startswith("accounts."))

    def has_module_perms(self, app_label: str) -> bool:
        """Whether there is anything for them to do with the rows of an app."""
        return self.has_perm(f"{app_label}.any")

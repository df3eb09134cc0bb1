"""For how long what is held about people is kept. The privacy notice reads these out.

The code deletes by them, and by WORDS_KEPT and EMAILS_KEPT, which stand where what they are about does. To change one,
see “To change a period” in docs/operations.md.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from django.db import models

from bookings.models import WORDS_KEPT
from notifications.duties import KEPT as EMAILS_KEPT

# After the last thing that somebody did here, or that is still to come.
IDENTITY_KEPT = relativedelta(months=13)
# Who did what. `privacy_forget_history` and `history_forget`, functions of the database, have the same period.
HISTORY_KEPT = relativedelta(months=24)
# The form that booked, to know it again if it is sent again.
FORMS_KEPT = timedelta(days=90)


class Period(models.TextChoices):
    """When a field is emptied or its row deleted, unless somebody asks for it before."""

    WORDS = "words", f"{WORDS_KEPT.days} days after the surgery"
    IDENTITY = "identity", f"{IDENTITY_KEPT.years * 12 + IDENTITY_KEPT.months} months after the last activity"
    EMAILS = "emails", f"{EMAILS_KEPT.days} days after it was written"
    FORMS = "forms", f"{FORMS_KEPT.days} days after it was sent"
    HISTORY = "history", f"{HISTORY_KEPT.years * 12 + HISTORY_KEPT.months} months"
    AT_ONCE = "at_once", "until it has been used"
    SESSION = "session", "while they are signed in"
    COUNTS = "counts", "within about an hour after the hour or day that it counts"

"""From when on something needs an organiser: all of it in one place, as the pages say it and the tests hold it.

Each is a habit of programmes like this one, put so that a line appears while there is still time to do something, and
so that a morning without any is a morning without any. Change one here, and the page says the new one.

- `NOBODY_HOSTS_WITHIN`: people can book a published surgery at once, so that nobody hosts it is worth knowing weeks
  ahead. Four weeks is as far as most champions know their diaries.
- `SHORT_WITHIN`: where somebody hosts already, the product asks others by itself ten and three days before. Two weeks
  is before the first time that it asks.
- `WAITING_FOR_ANOTHER`, `ROOM_WITHIN`: two who wait are seated by cancellations as a rule; three fill a slot of another
  surgery. They need none where the other surgeries of their office have seats for all of them in the next four weeks.
- `OUTCOMES_DUE_AFTER`: until then hosts record outcomes, and are reminded. From then on only an organiser can.
- `UNANSWERED_AFTER`: whoever has not answered within two weeks has missed the email, or thought better of it.
- `ASKED_LATELY`, `ASKED_AT_LEAST`: once may be chance, and what was asked for last year may have been answered since.
- `OFTEN`: for champions who set no limit of their own. More than once a week is a job, and how volunteers are lost.
- `QUIET_AFTER`: a quarter without a surgery, and none ahead. After that people forget that they are champions.
- `WEEK`: today and the six days after it, so that a Friday does not hide Monday.
"""

from datetime import timedelta

from bookings.services.outcomes import RECORDED_FOR

NOBODY_HOSTS_WITHIN = timedelta(weeks=4)
SHORT_WITHIN = timedelta(weeks=2)
WAITING_FOR_ANOTHER = 3
ROOM_WITHIN = timedelta(weeks=4)
OUTCOMES_DUE_AFTER = RECORDED_FOR
UNANSWERED_AFTER = timedelta(weeks=2)
ASKED_LATELY = timedelta(days=90)
ASKED_AT_LEAST = 2
OFTEN = 4
QUIET_AFTER = timedelta(days=90)
WEEK = timedelta(days=7)

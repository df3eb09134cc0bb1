"""Forgetting: all that the application may do to history."""

from django.db import connection

SLICE = 5000


def forget_old_history() -> int:
    """Delete what happened over 24 months ago, a slice at a time. Returns how many rows there were.

    A function of the owner does it, because the application's role can delete nothing here. How old is for that
    function to say, and for nobody who calls it.
    """
    gone = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT history_forget(%s)", [SLICE])
            slice_of_it = cursor.fetchone()[0]
            gone += slice_of_it
            if not slice_of_it:
                return gone

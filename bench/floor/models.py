"""The least that a list and a booking need."""

from django.db import models


class Entry(models.Model):
    """A row of the list, and the counter of a booking."""

    title = models.CharField(max_length=100)
    starts_at = models.DateTimeField(db_index=True)
    booked = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "floor"


class Booking(models.Model):
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)
    email = models.EmailField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "floor"


class Email(models.Model):
    recipient = models.EmailField()
    about = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "floor"

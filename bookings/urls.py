"""Addresses of the attendee's journey."""

from django.urls import path

from bookings.views import calendars, public

app_name = "bookings"
urlpatterns = [
    path("", public.upcoming, name="upcoming"),
    path("ask/", public.ask, name="ask"),
    path("ask/thanks/", public.asked, name="asked"),
    path("calendar/", calendars.calendar, name="calendar"),
    path("calendar.ics", calendars.feed, name="feed"),
    path("calendar/office/<slug:office>.ics", calendars.feed, name="office_feed"),
    path("calendar/topic/<slug:topic>.ics", calendars.feed, name="topic_feed"),
    path("surgeries/<slug:reference>/", public.surgery, name="surgery"),
    path("surgeries/<slug:reference>/calendar.ics", calendars.surgery_calendar, name="surgery_calendar"),
]

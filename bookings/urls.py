"""Addresses of the attendee's journey, and of the hosts who wait for them."""

from django.urls import path

from bookings.views import (
    booking,
    calendars,
    champion,
    champion_calendar,
    champion_record,
    cheat_sheets,
    places,
    private,
    public,
    shifts,
)

app_name = "bookings"
urlpatterns = [
    path("", public.upcoming, name="upcoming"),
    path("ask/", public.ask, name="ask"),
    path("ask/thanks/", public.asked, name="asked"),
    path("calendar/", calendars.calendar, name="calendar"),
    path("calendar.ics", calendars.feed, name="feed"),
    path("calendar/office/<slug:office>.ics", calendars.feed, name="office_feed"),
    path("calendar/topic/<slug:topic>.ics", calendars.feed, name="topic_feed"),
    path("cheat-sheets/<slug:topic>/<slug:level>/", cheat_sheets.cheat_sheet, name="cheat_sheet"),
    path("surgeries/<slug:reference>/", public.surgery, name="surgery"),
    path("surgeries/<slug:reference>/calendar.ics", calendars.surgery_calendar, name="surgery_calendar"),
    path("surgeries/<slug:reference>/book/", booking.book, name="book"),
    path("champion/calendar/", champion_calendar.own_calendar, name="own_calendar"),
    path("champion/calendar/link/", champion_calendar.calendar_link, name="calendar_link"),
    path("champion/calendar/<slug:token>.ics", champion_calendar.own_feed, name="own_feed"),
    path("champion/record/", champion_record.record, name="record"),
    path("champion/surgeries/<slug:reference>/", champion.brief, name="brief"),
    path("champion/surgeries/<slug:reference>/sit-with/", champion.sit_with, name="sit_with"),
    path("champion/surgeries/<slug:reference>/take/", shifts.take, name="take"),
    path("champion/shifts/", shifts.shifts, name="shifts"),
    path("emailed/", booking.emailed, name="emailed"),
    path("bookings/<str:token>/", private.booking, name="booking"),
    path("bookings/<str:token>/calendar.ics", private.booking_calendar, name="booking_calendar"),
    path("bookings/<str:token>/email/", private.correct_email, name="correct_email"),
    path("bookings/<str:token>/answers/", private.answers, name="answers"),
    path("bookings/<str:token>/evidence/", private.evidence, name="evidence"),
    path("bookings/<str:token>/cancel/", private.cancel, name="cancel"),
    path("bookings/<str:token>/change/", places.change, name="change"),
    path("bookings/<str:token>/move/", places.move, name="move"),
    path("bookings/<str:token>/move/<slug:reference>/", places.move_to, name="move_to"),
    path("bookings/<str:token>/wait/", places.wait, name="wait"),
]

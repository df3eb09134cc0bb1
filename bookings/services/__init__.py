"""Verbs: what attendees and organisers do to bookings. Each is one transaction that takes the surgery's lock first."""

"""The diary and what people booked, for organisers until they get pages of their own."""

from bookings.admin import champions, records, series, surgeries

__all__ = ["champions", "records", "series", "surgeries"]

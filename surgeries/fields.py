"""Fields of the administration pages that concern the diary."""

import re
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from surgeries.templatetags.times import clock

HINT = "Such as 10am, 10:30 or 2.15pm."
# Four digits are the time on a 24-hour clock without its colon.
WRITTEN = re.compile(r"(\d{2}(?=\d{2})|\d{1,2}(?!\d))(?:[:.]?(\d{2}))?\s*(?:([ap])\.?m\.?)?")
# From seven in the morning on a number alone is an hour of the day.
FIRST_CLEAR_HOUR, LAST_HOUR = 7, 23
NAMED = {
    **dict.fromkeys(("midday", "noon", "12 midday", "12 noon"), "12:00"),
    **dict.fromkeys(("midnight", "12 midnight"), "00:00"),
}


class LocalTimeField(forms.TimeField):
    """A time on the clock as people write it, shown as it reads everywhere.

    Without Django's picker, which knows midnight, 6am, noon and 6pm, and writes "06:00:00".
    """

    widget = forms.TimeInput(attrs={"size": 8})
    default_error_messages = {"invalid": f"Enter a valid time. {HINT}"}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"help_text": HINT, **options})

    def prepare_value(self, value: Any) -> Any:
        """What was typed stays as it was typed."""
        return clock(value) if isinstance(value, time) else value

    def to_python(self, value: Any) -> Any:
        return super().to_python(_on_a_24_hour_clock(value) if isinstance(value, str) else value)


def end_as_long(said: tuple[time, time], was: tuple[time, time]) -> time | None:
    """The end by which it stays as long as it was, if the start alone was changed, to the end or past it.

    None if nothing has to be done for that, or if it would end on another day.
    """
    (begins, ends), (began, ended) = said, was
    if ends != ended or begins == began or begins < ends:
        return None
    end = _minutes(begins) + _minutes(ended) - _minutes(began)
    return time(*divmod(end, 60)) if end < 24 * 60 else None


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _on_a_24_hour_clock(text: str) -> str:
    """Such as "14:15" for "2.15 pm". What is not understood stays as it is, and is refused as such.

    Raises ValidationError for an hour that could be in either half of the day.
    """
    text = text.strip().lower()
    written = WRITTEN.fullmatch(text)
    if not written:
        return NAMED.get(text, text)
    hour, minutes, half = int(written[1]), written[2], written[3]
    if half and 1 <= hour <= 12:
        return f"{hour % 12 + (12 if half == 'p' else 0)}:{minutes or '00'}"
    if not half and not minutes and 0 < hour < FIRST_CLEAR_HOUR:
        raise ValidationError(f"Say whether {hour} is {hour}am or {hour}pm", code="unclear")
    # There is no 14pm. Surgeries are by day, so that a bare "11" is clear.
    is_clear = minutes or FIRST_CLEAR_HOUR <= hour <= LAST_HOUR
    return f"{hour}:{minutes or '00'}" if is_clear and not half else text

"""Whose addresses are the department's."""

from django.core.exceptions import ValidationError
from django.utils.text import get_text_list

from organisation.models import Department


def check_work_email(email: str, *, whose: str = "your") -> str:
    """The normalised address, if its domain is one of the department's. Raises ValidationError, saying what to do.

    `whose` it is: "their", unless it was typed by the person whose it is.
    """
    department = Department.recent()
    if department.lets_book(email):
        return email
    domains = get_text_list(department.email_domains, "or")
    advice = (
        f" If {whose}s ends in something else, write to {department.contact_email}" if department.contact_email else ""
    )
    raise ValidationError(f"Use {whose} work email address. It has to end in {domains}.{advice}", code="domain")

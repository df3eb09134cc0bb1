"""What every page may know of the department."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from organisation.models import Department


def department(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """The department as organisers set it, looked up by those pages that show something of it."""
    return {"department": SimpleLazyObject(Department.recent)}

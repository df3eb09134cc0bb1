"""What `manage.py check --deploy` says besides what Django's own checks say."""

from typing import Any

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, deploy=True)
def somebody_is_told(**options: Any) -> list[Warning]:  # noqa: ARG001 - Django hands every check what it was asked for
    """Warn where `security.txt` names nobody, and so is not there."""
    if settings.SECURITY_CONTACT:
        return []
    what = "SECURITY_CONTACT is not set, so nobody reads at /.well-known/security.txt whom to tell about a weakness."
    return [Warning(what, hint="Set it to an email address or the address of a page.", id="surgeries.W001")]

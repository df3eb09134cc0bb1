"""Where the second factor of django-allauth asks this project what to do."""

import base64
import hashlib
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


class MFAAdapter(DefaultMFAAdapter):
    """What an app or the recovery codes are drawn from is kept under the key: a copy of the database does not do."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """A passkey is for the address that people know."""
        return {"id": str(urlsplit(settings.PUBLIC_BASE_URL).hostname), "name": settings.MFA_TOTP_ISSUER}

    def build_totp_svg(self, url: str) -> str:
        """A picture of the address, for the camera of a phone, as an address of its own."""
        return f"data:image/svg+xml;base64,{base64.b64encode(super().build_totp_svg(url).encode()).decode()}"

    def encrypt(self, text: str) -> str:
        """As it is kept."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """As it is used. Earlier keys will do (SECRET_KEY_FALLBACKS)."""
        return _keys().decrypt(encrypted_text.encode()).decode()


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"accounts.mfa" + secret.encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])

"""What the provider of the tests puts into its ID tokens, and how it signs them: as a test has told it."""

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from oauth2_provider.oauth2_validators import OAuth2Validator

from tests.openid_provider import SECRET, told


class Validator(OAuth2Validator):
    """The provider's own, unless a test has told it otherwise."""

    oidc_claim_scope = None

    def get_additional_claims(self, request):
        return told().get("claims", {})

    def finalize_id_token(self, id_token, token, token_handler, request):
        signed = super().finalize_id_token(id_token, token, token_handler, request)
        claims = jwt.decode(signed, options={"verify_signature": False, "verify_aud": False})
        header = jwt.get_unverified_header(signed)
        claims |= told().get("claims", {})
        claims = {name: value for name, value in claims.items() if value is not None}
        key, algorithm = request.client.jwk_key.export_to_pem(private_key=True, password=None), "RS256"
        if told().get("sign") == "none":
            key, algorithm = None, "none"
        elif told().get("sign") == "secret":
            key, algorithm = SECRET, "HS256"
        elif told().get("sign") == "another key":
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": header["kid"]})

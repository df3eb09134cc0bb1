"""Signing in. The names without a colon are those by which django-allauth finds its way; of its own pages none is
routed.
"""

from django.urls import include, path

from accounts.views import second_factor, signing_in

own = (
    [
        path("sign-out/", signing_in.sign_out, name="sign_out"),
        path("sign-out-everywhere/", signing_in.sign_out_everywhere, name="sign_out_everywhere"),
        path("second-factor/", second_factor.overview, name="second_factor"),
        path("second-factor/app/", second_factor.add_app, name="add_app"),
        path("second-factor/passkey/", second_factor.add_passkey, name="add_passkey"),
        path("second-factor/recovery-codes/", second_factor.recovery_codes, name="recovery_codes"),
        path("second-factor/confirm/", second_factor.confirm, name="confirm"),
        path("second-factor/<int:pk>/remove/", second_factor.remove, name="remove"),
    ],
    "accounts",
)
urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="account_login"),
    path("sign-in/code/", signing_in.enter_code, name="account_confirm_login_code"),
    path("sign-in/second-factor/", second_factor.show_second_factor, name="mfa_authenticate"),
    path("sign-in/single-sign-on/", signing_in.start_single_sign_on, name="single_sign_on"),
    path("sign-in/single-sign-on/back/", signing_in.end_single_sign_on, name="single_sign_on_callback"),
    path("account/", include(own)),
]

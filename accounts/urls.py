"""Signing in. The names that begin with `account_` are those by which django-allauth finds its way; of its own pages
none is routed.
"""

from django.urls import include, path

from accounts import views

own = (
    [
        path("sign-out/", views.sign_out, name="sign_out"),
        path("sign-out-everywhere/", views.sign_out_everywhere, name="sign_out_everywhere"),
    ],
    "accounts",
)
urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-in/code/", views.enter_code, name="account_confirm_login_code"),
    path("account/", include(own)),
]

"""The pages of allauth that this site has; the rest (signing up, its own list of e-mail addresses) is not there."""

from allauth.account.urls import urlpatterns as account_patterns
from django.urls import include, path

PAGES = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}

urlpatterns = [
    *(pattern for pattern in account_patterns if pattern.name in PAGES),
    path("2fa/", include("allauth.mfa.urls")),
]

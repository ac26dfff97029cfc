"""Which room answers which address."""

from importlib.util import find_spec

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django_otp.admin import OTPAdminSite

admin.site.__class__ = OTPAdminSite  # asks for the second factor too
admin.site.login = secure_admin_login(admin.site.login)  # one sign-in page for all: the admin has none of its own

# A room's addresses start with its name; those of the first group start where they like.
_AT_ROOT = {"core", "users", "portal"}


def _has_addresses(room: str) -> bool:
    found = find_spec(f"{room}.urls")
    return found is not None and found.origin is not None


urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    *(
        path("" if room in _AT_ROOT else f"{room}/", include(f"{room}.urls"))
        for room in settings.ROOMS
        if room != "cooploan" and _has_addresses(room)
    ),
]

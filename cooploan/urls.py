"""Which room answers which address."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

from cooploan import doors
from users import admin_site

admin_site.install()


def _has_addresses(module: str) -> bool:
    """While the rooms are being built, one that has no addresses yet is left out."""
    try:
        found = find_spec(module)
    except ModuleNotFoundError:
        return False
    return found is not None and found.origin is not None


# These say in full where their pages stand; the addresses of the others start with the room's name.
AT_THE_ROOT = ("core", "users", "notifications", "loans", "reports", "portal")
UNDER_THEIR_NAME = ("ledger", "members", "committee", "reconciliation", "onboarding")

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.permission_denied"
handler404 = "portal.errors.page_not_found"
handler500 = "portal.errors.server_error"

urlpatterns = [
    path("accounts/", include("users.account_urls")),
    path("admin/", admin.site.urls),
    path("health", doors.health, name="health"),
    path("swagger", doors.swagger, name="swagger"),
    path("api/schema", doors.schema, name="schema"),
    path("api/version", doors.version, name="version"),
    path("api/", include("loans.urls.api")),
    *(path("", include(f"{room}.urls")) for room in AT_THE_ROOT if _has_addresses(f"{room}.urls")),
    *(path(f"{room}/", include(f"{room}.urls")) for room in UNDER_THEIR_NAME if _has_addresses(f"{room}.urls")),
]

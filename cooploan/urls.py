"""Which room answers which address."""

from django.contrib import admin
from django.urls import include, path

from cooploan import doors
from users import admin_site

admin_site.install()


# These say in full where their pages stand; the addresses of the others start with the room's name.
AT_THE_ROOT = ("users", "notifications", "loans", "reports", "portal")
UNDER_THEIR_NAME = ("committee", "reconciliation", "onboarding")

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
    *(path("", include(f"{room}.urls")) for room in AT_THE_ROOT),
    *(path(f"{room}/", include(f"{room}.urls")) for room in UNDER_THEIR_NAME),
]

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest
from django_otp.admin import OTPAdminSite


class RecordsSite(OTPAdminSite):
    """Django's admin, for records: open to whoever may use it and has passed the second factor."""

    site_header = "Records"
    site_title = "Records"
    index_title = "Records"
    # No link to a sign-in page of its own.
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return (
            user.is_active
            and user.is_verified()
            and (getattr(user, "is_superuser", False) or user.has_perm("portal.use_admin"))
        )


def install() -> None:
    """Make the stock admin site ours; the URL configuration calls this once."""
    admin.site.__class__ = RecordsSite
    admin.site.login = secure_admin_login(admin.site.login)

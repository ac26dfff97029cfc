from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied
from django.db import models

from users.models import User
from users.roles import PERMISSIONS
from users.selectors import with_roles


class RoleBackend(BaseBackend):
    """Answers every question about permissions from the role table; no other backend is asked after it.

    It signs nobody in: put it before the backend that does.
    """

    def has_perm(self, user_obj: User, perm: str, obj: models.Model | None = None) -> bool:
        if user_obj.is_authenticated and user_obj.is_active and self._holds(user_obj, perm):
            return True
        # Refusing here, rather than answering "not by me", keeps Django's own permission tables out of it.
        raise PermissionDenied

    def has_module_perms(self, user_obj: User, app_label: str) -> bool:
        if user_obj.is_authenticated and user_obj.is_active and self._sees_records(user_obj):
            return True
        raise PermissionDenied

    def get_all_permissions(self, user_obj: User, obj: models.Model | None = None) -> set[str]:
        return set(user_obj.role_permissions) if user_obj.is_authenticated else set()

    def _holds(self, user: User, perm: str) -> bool:
        if perm in PERMISSIONS:
            return perm in user.role_permissions
        # The rest are the names that Django's admin asks for. Whoever uses the admin looks; a superuser also edits.
        if user.is_superuser:
            return True
        return self._sees_records(user) and perm.partition(".")[2].startswith("view_")

    def _sees_records(self, user: User) -> bool:
        return user.is_superuser or "portal.use_admin" in user.role_permissions


class SignInBackend(AuthenticationBackend):
    """allauth's own; whoever is signed in is read together with his roles, on every page."""

    def get_user(self, user_id: int) -> User | None:
        found = with_roles(user_id)
        return found if found is not None and self.user_can_authenticate(found) else None

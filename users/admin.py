from django.contrib import admin

from core.admin import ReadOnlyAdmin
from users.models import Invitation, RoleGrant, User


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ["full_name", "email", "sign_in_number", "is_active", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["full_name", "email", "sign_in_number"]
    exclude = ["password"]


@admin.register(RoleGrant)
class RoleGrantAdmin(ReadOnlyAdmin):
    list_display = ["user", "role", "granted_by", "granted_at", "revoked_by", "revoked_at"]
    list_filter = ["role"]
    list_select_related = ["user", "granted_by", "revoked_by"]
    search_fields = ["user__full_name"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["user", "invited_by", "created_at", "expires_at", "wrong_tries", "used_at", "withdrawn_at"]
    list_select_related = ["user", "invited_by"]
    search_fields = ["user__full_name", "user__sign_in_number"]
    exclude = ["token_hash", "code_hash"]

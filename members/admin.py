from django.contrib import admin

from core.admin import ReadOnlyAdmin
from members.models import Employer, Member, Withdrawal


@admin.register(Employer)
class EmployerAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "pay_day"]

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    list_display = ["number", "surname", "other_names", "employer", "staff_number", "status", "joined_on"]
    list_select_related = ["employer"]
    list_filter = ["employer", "status"]
    search_fields = ["number", "surname", "other_names", "staff_number"]


@admin.register(Withdrawal)
class WithdrawalAdmin(ReadOnlyAdmin):
    list_display = ["member", "amount", "status", "requested_at", "decided_at"]
    list_select_related = ["member"]
    list_filter = ["status"]

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from reconciliation.models import DeductionSchedule, NameAlias, Remittance, RemittanceLine, SuspenseItem


@admin.register(DeductionSchedule)
class DeductionScheduleAdmin(ReadOnlyAdmin):
    list_display = ["number", "employer", "month", "version", "status", "total"]
    list_select_related = ["employer"]
    list_filter = ["employer", "status"]


@admin.register(Remittance)
class RemittanceAdmin(ReadOnlyAdmin):
    list_display = ["file_name", "schedule", "status", "file_total", "bank_credit", "charge", "imported_at"]
    list_select_related = ["schedule__employer"]
    list_filter = ["status"]


@admin.register(RemittanceLine)
class RemittanceLineAdmin(ReadOnlyAdmin):
    list_display = ["remittance", "row", "staff_number", "name", "amount", "member", "state", "cause"]
    list_select_related = ["remittance__schedule__employer", "member"]
    list_filter = ["state", "cause"]
    search_fields = ["name", "staff_number"]


@admin.register(SuspenseItem)
class SuspenseItemAdmin(ReadOnlyAdmin):
    list_display = ["line", "amount", "reason", "status", "opened_on", "member"]
    list_select_related = ["line", "member"]
    list_filter = ["status"]


@admin.register(NameAlias)
class NameAliasAdmin(ReadOnlyAdmin):
    list_display = ["name", "staff_number", "member", "confirmed_by", "confirmed_at"]
    list_select_related = ["member", "confirmed_by"]

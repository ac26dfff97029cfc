from django.contrib import admin

from core.admin import ReadOnlyAdmin
from loans.models import (
    Disbursement,
    Guarantee,
    Installment,
    LendingPolicy,
    Loan,
    LoanApplication,
    LoanApproval,
    LoanProduct,
    ProductVersion,
    Repayment,
)


class PartOfRecord(admin.TabularInline):
    """Lines that belong to a record, to be looked at."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


class ProductVersionInline(PartOfRecord):
    model = ProductVersion


@admin.register(LoanProduct)
class LoanProductAdmin(ReadOnlyAdmin):
    list_display = ["name", "code", "control_code", "is_open"]
    inlines = [ProductVersionInline]


@admin.register(LendingPolicy)
class LendingPolicyAdmin(ReadOnlyAdmin):
    list_display = ["valid_from", "quorum", "monthly_cap"]


@admin.register(LoanApplication)
class LoanApplicationAdmin(ReadOnlyAdmin):
    list_display = ["number", "member", "product", "amount", "term_months", "status", "submitted_at"]
    list_filter = ["status", "product"]
    list_select_related = ["member", "product"]
    search_fields = ["number", "member__number", "member__surname"]


@admin.register(LoanApproval)
class LoanApprovalAdmin(ReadOnlyAdmin):
    list_display = ["application", "amount", "term_months", "approved_at", "approved_by"]
    list_select_related = ["application", "approved_by"]
    search_fields = ["application__number"]


@admin.register(Guarantee)
class GuaranteeAdmin(ReadOnlyAdmin):
    list_display = ["guarantor", "application", "loan", "amount", "uncovered", "status", "decided_at"]
    list_filter = ["status"]
    list_select_related = ["guarantor", "application", "loan"]
    search_fields = ["guarantor__number", "guarantor__surname", "application__number", "loan__serial"]


class InstallmentInline(PartOfRecord):
    model = Installment
    fields = ["number", "due_on", "principal", "interest", "principal_paid", "interest_paid", "interest_waived"]
    ordering = ["number"]


@admin.register(Loan)
class LoanAdmin(ReadOnlyAdmin):
    list_display = ["serial", "member", "product", "principal", "status", "registered_on", "closed_on"]
    list_filter = ["status", "origin", "product"]
    list_select_related = ["member", "product"]
    search_fields = ["serial", "member__number", "member__surname", "certificate_number"]
    inlines = [InstallmentInline]


@admin.register(Disbursement)
class DisbursementAdmin(ReadOnlyAdmin):
    list_display = ["loan", "amount", "bank_name", "bank_reference", "disbursed_on", "disbursed_by"]
    list_select_related = ["loan", "disbursed_by"]
    search_fields = ["loan__serial", "bank_reference"]


@admin.register(Repayment)
class RepaymentAdmin(ReadOnlyAdmin):
    list_display = [
        "loan",
        "amount",
        "principal",
        "interest",
        "received_on",
        "channel",
        "reference",
        "reversed_by_entry",
    ]
    list_filter = ["channel"]
    list_select_related = ["loan", "reversed_by_entry"]
    search_fields = ["loan__serial", "reference"]

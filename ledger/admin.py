from django.contrib import admin

from core.admin import ReadOnlyAdmin
from ledger.models import Account, Hold, JournalEntry, JournalLine


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "kind", "normal_side", "is_control"]
    search_fields = ["code", "name"]
    list_filter = ["kind", "is_control"]


class JournalLineInline(admin.TabularInline):
    model = JournalLine
    fields = readonly_fields = ["account", "debit", "credit", "narration"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None) -> bool:
        return False


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    list_display = ["reference", "effective_on", "kind", "narration", "recorded_at"]
    search_fields = ["reference", "batch"]
    list_filter = ["kind"]
    inlines = [JournalLineInline]


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    list_display = ["reference", "account", "amount", "purpose", "placed_at", "released_at"]
    list_select_related = ["account"]
    search_fields = ["reference", "account__code"]

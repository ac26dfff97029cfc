from django.contrib import admin

from core.admin import ReadOnlyAdmin
from onboarding.models import BookImport


@admin.register(BookImport)
class BookImportAdmin(ReadOnlyAdmin):
    list_display = ["file_name", "status", "as_at", "brought_by", "brought_at", "approved_by"]
    list_select_related = ["brought_by", "approved_by"]
    exclude = ["data"]

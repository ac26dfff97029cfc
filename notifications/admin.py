from django.contrib import admin

from core.admin import ReadOnlyAdmin
from notifications.models import Message


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "user", "channel", "subject", "state", "attempts"]
    list_filter = ["state", "channel"]
    list_select_related = ["user"]
    search_fields = ["subject", "user__full_name", "event"]
    exclude = ["body"]

from django.contrib import admin


class ReadOnlyAdmin(admin.ModelAdmin):
    """Records that a person may look at in the admin; they change only through the services."""

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

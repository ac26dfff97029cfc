from django.contrib import admin

from audit.models import Event, JobRun
from core.admin import ReadOnlyAdmin


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "verb", "subject_label"]
    list_select_related = ["actor"]
    search_fields = ["=verb", "=subject_id", "subject_label"]
    show_full_result_count = False


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    list_display = ["name", "business_date", "state", "attempts", "started_at", "finished_at"]
    list_filter = ["name", "state"]

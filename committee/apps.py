from django.apps import AppConfig


class CommitteeConfig(AppConfig):
    name = "committee"
    verbose_name = "Committee"
    default_auto_field = "django.db.models.BigAutoField"

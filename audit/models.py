"""What happened, who did it and when: events are added and never changed."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

from audit.states import JobState


class JobRun(models.Model):
    """One scheduled job on one business date; running it again finds this row."""

    name = models.CharField(max_length=100)
    business_date = models.DateField()
    state = models.CharField(max_length=10, choices=JobState, default=JobState.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=1)
    counts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "business_date"], name="audit_jobrun_once_a_day")]

    def __str__(self) -> str:
        return f"{self.name} for {self.business_date}"


class EventQuerySet(models.QuerySet):
    def about(self, subject: models.Model) -> "EventQuerySet":
        """The events of one record, oldest first."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("id")


class Event(models.Model):
    """One thing that happened to one record."""

    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verb = models.CharField(max_length=100)
    subject_type = models.CharField(max_length=100)
    subject_id = models.CharField(max_length=64)
    subject_label = models.CharField(max_length=200)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    job = models.ForeignKey(JobRun, null=True, blank=True, on_delete=models.PROTECT, related_name="events")

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_event_subject"),
            models.Index(fields=["verb", "at"], name="audit_event_verb"),
            models.Index(fields=["actor", "at"], name="audit_event_actor"),
            models.Index(fields=["at"], name="audit_event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.verb}: {self.subject_label}"

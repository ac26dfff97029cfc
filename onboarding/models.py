"""The society's own books on their way in: the workbook, what it was taken to mean, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from members.models import Member
from onboarding.states import IMPORT_TRANSITIONS, ImportStatus, RunKind

MAY_LOOK = ("onboarding.import_books", "onboarding.approve_import", "onboarding.undo_import", "audit.view_trail")


class BookImportQuerySet(models.QuerySet):
    def visible_to(self, user) -> BookImportQuerySet:
        """All of them for who brings books in, approves or undoes them, or inspects; none for the rest."""
        return self if any(user.has_perm(permission) for permission in MAY_LOOK) else self.none()

    def light(self) -> BookImportQuerySet:
        """Without the workbook itself, which a page does not need."""
        return self.defer("data")


class BookImport(models.Model):
    """One workbook: looked at as often as one likes, proposed by one person, posted by another, undone as a whole.

    `data` is the file as it came, so that it can be read again under another mapping.
    `findings` is the dry run as it was last shown: totals, tie-out and problems.
    """

    transitions = IMPORT_TRANSITIONS

    file_name = models.CharField(max_length=160)
    file_hash = models.CharField(max_length=64)
    data = models.BinaryField()
    mapping = models.JSONField()
    findings = models.JSONField()
    status = models.CharField(max_length=10, choices=ImportStatus.choices, default=ImportStatus.DRAFT)
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    brought_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    as_at = models.DateField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undo_reason = models.CharField(max_length=200, blank=True, default="")

    objects = BookImportQuerySet.as_manager()

    class Meta:
        constraints = [
            # The books of one society come in once; to bring them again, the first time is undone.
            models.UniqueConstraint(
                name="onboarding_one_posted", fields=["status"], condition=Q(status=ImportStatus.POSTED)
            ),
            models.CheckConstraint(
                name="onboarding_posted_by_two",
                condition=~Q(status__in=[ImportStatus.POSTED, ImportStatus.UNDONE])
                | (Q(proposed_by__isnull=False, approved_by__isnull=False, as_at__isnull=False)
                   & ~Q(approved_by=F("proposed_by"))),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.file_name

    @property
    def batch(self) -> str:
        """The name of its entries in the ledger."""
        return f"opening/{self.pk}"


class ImportedMember(models.Model):
    """A member whom an import entered in the register, so that its undoing knows whom to take out."""

    book_import = models.ForeignKey(BookImport, on_delete=models.PROTECT, related_name="imported")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    row = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="onboarding_member_once", fields=["book_import", "member"]),
        ]

    def __str__(self) -> str:
        return f"{self.member}, row {self.row}"


class ImportRun(models.Model):
    """A posting or an undoing that is too long for a page: asked for by a person, done by the worker, once."""

    book_import = models.ForeignKey(BookImport, on_delete=models.PROTECT, related_name="runs")
    what = models.CharField(max_length=4, choices=RunKind.choices)
    reason = models.CharField(max_length=200, blank=True, default="")
    business_date = models.DateField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="onboarding_one_run", fields=["book_import"], condition=Q(finished_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.book_import}"

    @property
    def is_running(self) -> bool:
        return self.finished_at is None

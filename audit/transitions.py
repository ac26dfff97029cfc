"""The one way in which a status changes: the row locked, the table asked, the event written."""

from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from audit.services import record, record_many
from core.errors import IllegalTransition


def transition(
    instance: models.Model, to: str, *, by: models.Model | None, at: datetime | None = None, **fields: Any
) -> models.Model:
    """Move a record to another status and set the given fields with it, inside the caller's transaction.

    The model says in its attribute `transitions` (status -> set of statuses) which moves there are; the status that
    counts is the one in the database once the row is locked, not the one in memory. The event is named after the
    model and the new status: `loans.loan.closed`.
    Raises IllegalTransition when the move is not in the table.
    """
    model = type(instance)
    _refuse_outside_a_transaction()
    now = model._base_manager.select_for_update(of=("self",)).values_list("status", flat=True).get(pk=instance.pk)
    _refuse_unless_allowed(model, instance, now, to)
    instance.status = to
    for name, value in fields.items():
        setattr(instance, name, value)
    instance.save(update_fields=["status", *fields])
    record(f"{model._meta.label_lower}.{to}", by=by, subject=instance, at=at, **{"from": str(now)}, **fields)
    return instance


def transition_many(
    queryset: models.QuerySet, to: str, *, by: models.Model | None, at: datetime | None = None, **fields: Any
) -> list[models.Model]:
    """Move every record of a queryset to another status in one UPDATE, all or none, and return the records moved.

    The rows are locked in the order of their keys; the rules are those of `transition`.
    """
    model = queryset.model
    _refuse_outside_a_transaction()
    rows = list(queryset.order_by("pk").select_for_update(of=("self",)))
    for row in rows:
        _refuse_unless_allowed(model, row, row.status, to)
    befores = [row.status for row in rows]
    model._base_manager.filter(pk__in=[row.pk for row in rows]).update(status=to, **fields)
    told = []
    for row, before in zip(rows, befores, strict=True):
        row.status = to
        for name, value in fields.items():
            setattr(row, name, value)
        told.append((row, {"from": str(before)}))
    record_many(f"{model._meta.label_lower}.{to}", by=by, subjects=told, at=at, **fields)
    return rows


def _refuse_outside_a_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a status changes inside a service's transaction")


def _refuse_unless_allowed(model: type[models.Model], instance: models.Model, now: str, to: str) -> None:
    if to not in model.transitions.get(now, ()):
        raise IllegalTransition(f"{instance} is {str(now).replace('_', ' ')} and cannot become {to.replace('_', ' ')}.")

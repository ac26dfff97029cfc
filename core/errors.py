"""What a service raises when it refuses, and how a form shows it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.forms import BaseForm


class DomainError(Exception):
    """A rule of the society says no; the message is a sentence for the person who asked.

    A subclass gives its usual sentence as the class attribute `message`; `field` names the form field to blame.
    """

    message: str = "This cannot be done."
    field: str | None = None

    def __init__(self, message: str | None = None, *, field: str | None = None):
        self.message = str(message) if message is not None else str(type(self).message)
        self.field = field if field is not None else type(self).field
        super().__init__(self.message)

    @property
    def code(self) -> str:
        """The class's name in snake_case: the word by which the API and imports tell one refusal from another."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", type(self).__name__).lower()

    def __str__(self) -> str:
        return self.message


class IllegalTransition(DomainError):
    """Raised when a record is not in a status from which the asked status can be reached."""

    message = "This has already moved on. Load the page again to see where it stands."


class NotAllowed(DomainError):
    """Raised when the person may not do this, whatever the record says."""

    message = "You may not do this."


@contextmanager
def shown_on(form: BaseForm) -> Iterator[None]:
    """Put a DomainError on the form, beside its field where the form has one, and go on after the block."""
    try:
        yield
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)

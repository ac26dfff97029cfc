"""The society's own books in: looked at, proposed by one person, posted by another as one batch, undone as a whole."""

from onboarding.services.imports import bring_books, change_mapping, drop_books, propose_books, send_back
from onboarding.services.posting import post_books
from onboarding.services.reading import look_at
from onboarding.services.undoing import undo_books

__all__ = [
    "bring_books",
    "change_mapping",
    "drop_books",
    "look_at",
    "post_books",
    "propose_books",
    "send_back",
    "undo_books",
]

from django.db import models


class ImportStatus(models.TextChoices):
    DRAFT = "draft", "Being looked at"
    PROPOSED = "proposed", "Waits for a second person"
    POSTED = "posted", "In the books"
    UNDONE = "undone", "Undone"
    DROPPED = "dropped", "Put aside"


class RunKind(models.TextChoices):
    POST = "post", "Putting the books in"
    UNDO = "undo", "Taking the books out"


IMPORT_TRANSITIONS = {
    ImportStatus.DRAFT: {ImportStatus.PROPOSED, ImportStatus.DROPPED},
    ImportStatus.PROPOSED: {ImportStatus.DRAFT, ImportStatus.POSTED, ImportStatus.DROPPED},
    ImportStatus.POSTED: {ImportStatus.UNDONE},
    ImportStatus.UNDONE: set(),
    ImportStatus.DROPPED: set(),
}

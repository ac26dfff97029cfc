from django.db import models


class SittingStatus(models.TextChoices):
    OPEN = "open", "Voting is open"
    CLOSED = "closed", "Closed"


SITTING_TRANSITIONS = {SittingStatus.OPEN: {SittingStatus.CLOSED}, SittingStatus.CLOSED: set()}

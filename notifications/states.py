from django.db import models


class Channel(models.TextChoices):
    IN_APP = "in_app", "On the site"
    EMAIL = "email", "E-mail"


class MessageState(models.TextChoices):
    QUEUED = "queued", "Waiting to go"
    SENDING = "sending", "Going out"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    # The worker stopped between sending and noting it: sent or not, nobody knows, so it is not sent again blindly.
    UNCERTAIN = "uncertain", "May have been sent"
    # The practice site sends nothing out: this is what would have gone.
    HELD = "held", "Kept here"

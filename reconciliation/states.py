from django.db import models


class ScheduleStatus(models.TextChoices):
    DRAFT = "draft", "Being prepared"
    ISSUED = "issued", "Sent to the employer"
    REPLACED = "replaced", "Replaced by a later version"


SCHEDULE_TRANSITIONS = {
    ScheduleStatus.DRAFT: {ScheduleStatus.ISSUED, ScheduleStatus.REPLACED},
    ScheduleStatus.ISSUED: {ScheduleStatus.REPLACED},
    ScheduleStatus.REPLACED: set(),
}


class RemittanceStatus(models.TextChoices):
    MATCHED = "matched", "To be checked"
    POSTING = "posting", "Being posted"
    POSTED = "posted", "Posted"
    DROPPED = "dropped", "Taken back before posting"


REMITTANCE_TRANSITIONS = {
    RemittanceStatus.MATCHED: {RemittanceStatus.POSTING, RemittanceStatus.DROPPED},
    RemittanceStatus.POSTING: {RemittanceStatus.POSTED},
    RemittanceStatus.POSTED: set(),
    RemittanceStatus.DROPPED: set(),
}


class LineState(models.TextChoices):
    MATCHED = "matched", "Matched"
    SUGGESTED = "suggested", "Suggested"
    WAITING = "waiting", "Second line, waiting"
    UNMATCHED = "unmatched", "Unknown"
    POSTED = "posted", "Posted"
    SUSPENSE = "suspense", "In suspense"


# A person may move a line between the first four as long as nothing is posted; posting ends in one of the last two.
OPEN_LINE_STATES = (LineState.MATCHED, LineState.SUGGESTED, LineState.WAITING, LineState.UNMATCHED)
LINE_TRANSITIONS = {
    **{state: {*OPEN_LINE_STATES, LineState.POSTED, LineState.SUSPENSE} - {state} for state in OPEN_LINE_STATES},
    LineState.POSTED: set(),
    LineState.SUSPENSE: set(),
}


class SuspenseStatus(models.TextChoices):
    OPEN = "open", "Waiting for an answer"
    CLEARED = "cleared", "Credited to a member"


SUSPENSE_TRANSITIONS = {SuspenseStatus.OPEN: {SuspenseStatus.CLEARED}, SuspenseStatus.CLEARED: set()}

"""Which tone a status has: good, bad, waiting, being looked at, or at rest.

Green only means done or on time, red only means stop. Each tone has its icon,
so that a status is never told by colour alone.
"""

TONE_ICONS = {"good": "check", "warn": "clock", "bad": "x", "info": "info", "idle": "dot"}

TONES = {
    "good": "active accepted approved claimed closed completed consented confirmed disbursed done exact full matched "
    "on_time paid passed performing posted published ready redeemed repaired settled success tied verified yes",
    "warn": "awaiting_approval awaiting_guarantors caution deferred due expiring invited misspelt over partial "
    "pending queued requested short suggested suspense unmatched waiting warning watch",
    "bad": "bounced declined defaulted double_month error expired failed late lost missing misspelt_and_wrong_number "
    "no number_shared_in_register overdue refused rejected stranger substandard suspended twice doubtful "
    "written_off wrong_number",
    "info": "checked in_progress in_review info issued previewed proposed registered released restructured running "
    "sent submitted under_review unknown",
    "idle": "cancelled draft exited new none not_yet replaced retired reversed undone withdrawn",
}
TONE_OF_STATUS = {word: tone for tone, words in TONES.items() for word in [tone, *words.split()]}


def tone(status: str) -> str:
    """The tone of a status word, or of a tone itself; a word that nobody has told us about is at rest."""
    return TONE_OF_STATUS.get(status, "idle")

"""The reasons for which the engine refuses to calculate; each message says what to do."""


class EngineError(ValueError):
    """What was asked has no answer; the message says what to change."""


class BadAmount(EngineError):
    """An amount, rate or weight is of the wrong kind, sign or size."""


class BadTerms(EngineError):
    """The terms of a loan contradict one another or are outside what the engine can calculate."""


class BadDates(EngineError):
    """Dates are missing, out of order or not as many as the instalments."""


class BadTable(EngineError):
    """A table of classes, bands or weights has a gap, an overlap or no rows."""


class NoSolution(EngineError):
    """No rate, term or amount satisfies the figures given."""

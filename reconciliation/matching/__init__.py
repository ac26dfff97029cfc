"""Whose money is each line of a return: see `deciding.match`."""

from reconciliation.matching.deciding import match
from reconciliation.matching.model import Alias, Alternative, Expected, Match, MatchResult, Reason, Variance

__all__ = ["Alias", "Alternative", "Expected", "Match", "MatchResult", "Reason", "Variance", "match"]

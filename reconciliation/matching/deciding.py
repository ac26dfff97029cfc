"""Deciding for each line of a return whose it is, and whether a person must be asked.

A line is `matched`, and may be posted by itself, only when its staff number is one member's
in the register (or was confirmed by a person before), its name does not contradict that, and
no other member without a line of his own could be meant. Everything else is at best
`suggested`. A mispost costs more than a click.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciliation import causes
from reconciliation.matching.model import Alias, Alternative, Expected, Match, MatchResult, Reason, Variance
from reconciliation.matching.pairing import best_pairing
from reconciliation.matching.roll import Roll
from reconciliation.matching.weighing import (
    ENOUGH_TO_MENTION,
    Number,
    Weighed,
    amount_cause,
    reasons_for,
    weigh,
    worth_suggesting,
)
from reconciliation.naming import Comparison, Fit, Name, read_name
from reconciliation.returns.model import ReturnLine

TOO_CLOSE = 5  # two members within so many points of one another cannot be told apart
SURELY_A_SECOND_LINE = 80  # points at which a line without a right number still belongs to a member who has one
ALTERNATIVES_SHOWN = 3
TWO_PEOPLE = re.compile(r"[/&+;]|\bAND\b", re.IGNORECASE)
CAUSES_OF_AMOUNT = (causes.EXACT, causes.SHORT, causes.OVER, causes.DOUBLE_MONTH, causes.MISSPELT)


def match(lines: Sequence[ReturnLine], expected: Sequence[Expected], memory: Iterable[Alias] = ()) -> MatchResult:
    """Match the lines of one employer's return to the members expected on it.

    Every line comes back once and in order; the sums of the four states are the
    sum of the lines. A member takes one line at most, any further one is `waiting`.
    `memory` holds what people confirmed in earlier months.
    """
    return _Desk(lines, Roll(expected, memory)).decide()


@dataclass(slots=True)
class _Claim:
    """A line whose staff number names one member and whose name does not contradict it."""

    line: int
    member: int
    weighed: Weighed
    confirmed: bool  # a person once confirmed this very number and name
    doubts: tuple[Reason, ...] = ()
    rivals: tuple[int, ...] = ()  # members without a line who could be meant as well
    better: bool = False  # one of them bears the name more exactly than the number's owner


class _Desk:
    def __init__(self, lines: Sequence[ReturnLine], roll: Roll):
        self.lines, self.roll = lines, roll
        self.names = [read_name(line.name) for line in lines]
        self.decided: dict[int, Match] = {}
        self.line_of: dict[int, int] = {}  # member -> the line that he takes
        self.weighed: dict[int, list[Weighed]] = {}  # open line -> members it could be, likeliest first
        self.place = {one.member: at for at, one in enumerate(roll.expected)}

    def decide(self) -> MatchResult:
        claims = self._claims_by_number()
        self.surely_there = {claim.member for claim in claims if self._as_asked(claim)}
        open_lines = set(range(len(self.lines))) - {claim.line for claim in claims}
        spare: list[_Claim] = []
        for claim in claims:
            self._doubt(claim)
        for member_claims in _by_member(claims):
            standing = [claim for claim in member_claims if not claim.better]
            open_lines.update(claim.line for claim in member_claims if claim.better)
            if standing:
                first, *others = sorted(standing, key=self._first_served)
                self._settle(first)
                spare.extend(others)
        open_lines |= {claim.line for claim in spare if self._may_be_a_namesakes(claim)}
        self._assign_by_name(open_lines)
        for claim in spare:
            if claim.line not in self.decided:
                self._wait(claim.line, claim.weighed)
        for at in sorted(set(range(len(self.lines))) - self.decided.keys()):
            self._leave(at)
        self._name_doubles()
        return MatchResult([self.decided[at] for at in range(len(self.lines))], self._variances())

    # By staff number

    def _claims_by_number(self) -> list[_Claim]:
        claims = []
        for at, line in enumerate(self.lines):
            name = self.names[at]
            member = self.roll.remembered(line.staff_no, name)
            confirmed = member is not None and not self._now_anothers(line, name, member)
            if not confirmed:
                member = self._named_by_number(line, name)
            if member is None:
                continue
            comparison = self.roll.compare(name, member)
            if not confirmed and name.parts and comparison.contradicts:
                continue
            claims.append(_Claim(at, member, weigh(line, member, comparison, self.roll), confirmed))
        return claims

    def _named_by_number(self, line: ReturnLine, name: Name) -> int | None:
        holders = self.roll.holders_of(line.staff_no)
        if len(holders) < 2:
            return min(holders) if holders else self.roll.remembered_number(line.staff_no)
        fitting = [at for at in holders if self.roll.compare(name, at).fit >= Fit.NEAR]
        return fitting[0] if len(fitting) == 1 else None

    def _now_anothers(self, line: ReturnLine, name: Name, member: int) -> bool:
        """Whether the register has since given the remembered number to another bearer of the name."""
        others = self.roll.holders_of(line.staff_no) - {member}
        return any(not self.roll.compare(name, at).contradicts for at in others)

    def _first_served(self, claim: _Claim) -> tuple:
        """Of two lines for one member the first is the confirmed one, then the one with the amount asked for."""
        cause = amount_cause(self.lines[claim.line].amount, self.roll.expected[claim.member].amount)
        order = (causes.EXACT, causes.DOUBLE_MONTH, causes.SHORT, causes.OVER).index(cause)
        return (not claim.confirmed, order, -claim.weighed.comparison.strength, claim.line)

    def _as_asked(self, claim: _Claim) -> bool:
        return self.lines[claim.line].amount == self.roll.expected[claim.member].amount

    def _doubt(self, claim: _Claim) -> None:
        """Find what keeps a claim from being posted by itself; a person's earlier word ends doubts of name."""
        line, name = self.lines[claim.line], self.names[claim.line]
        doubts = []
        if line.amount <= 0:
            doubts.append(Reason("-", "The amount is not more than zero"))
        if claim.confirmed:
            claim.doubts = (Reason("+", "A person confirmed this number and name before"), *doubts)
            return
        if claim.member in self.roll.shares_a_number:
            doubts.append(Reason("-", "The register must be put right first: two members have one staff number"))
        if not name.parts and not self._as_asked(claim):
            doubts.append(Reason("-", "Without a name only the exact amount would confirm the number"))
        if len(claim.weighed.comparison.extra) > 1 or TWO_PEOPLE.search(line.name):
            doubts.append(Reason("-", "Two people may stand on this line"))
        for written, _ in claim.weighed.comparison.slips:
            if written in self.roll.written_parts:
                doubts.append(Reason("-", f"{written} is a name that other members bear"))
        claim.better, claim.rivals = self._rivals(claim)
        for rival in claim.rivals:
            one = self.roll.expected[rival]
            doubts.append(Reason("-", f"The name fits {one.name} ({one.number}) as well, who has no line"))
        claim.doubts = tuple(doubts)

    def _rivals(self, claim: _Claim) -> tuple[bool, tuple[int, ...]]:
        """Other members, without a line of their own, whose name this may be.

        An equal namesake does not count when the amount is exactly what the number's
        owner was asked for and not what the namesake was: then two things agree.
        """
        line, own = self.lines[claim.line], claim.weighed.comparison
        exact = self._as_asked(claim)
        better, rivals = False, []
        for at, comparison in self._others_so_named(claim):
            nearer = (not comparison.slips, comparison.strength) > (not own.slips, own.strength)
            if nearer and comparison.fit >= Fit.NEAR:
                better = True
                rivals.append(at)
                continue
            his_amount = line.amount == self.roll.expected[at].amount
            equal = comparison.strength >= own.strength and not exact
            if equal or (his_amount and (comparison.strength >= own.strength or comparison.fit >= Fit.SHORT)):
                rivals.append(at)
        return better, tuple(rivals)

    def _others_so_named(self, claim: _Claim) -> list[tuple[int, Comparison]]:
        """Members whose name this may be, and whose own line is not on this return for all that is sure.

        A member whose number stands on a line with another amount than his counts as
        well: two namesakes may have their numbers exchanged.
        """
        name, own = self.names[claim.line], claim.weighed.comparison
        if not name.parts:
            return []
        if own.fit in (Fit.FULL, Fit.SHORT):
            free = self.roll.bearers_of_all(name) - self.surely_there
            likely = [(at, self.roll.compare(name, at)) for at in sorted(free)]
        else:
            likely = [one for one in self.roll.candidates(name, self.surely_there) if one[0] not in self.surely_there]
        return [one for one in likely if one[0] != claim.member and one[1].fit >= min(own.fit, Fit.NEAR)]

    def _may_be_a_namesakes(self, claim: _Claim) -> bool:
        """Whether a member's second line is rather the only line of a namesake with just this amount."""
        amount = self.lines[claim.line].amount
        return any(amount == self.roll.expected[at].amount for at, _ in self._others_so_named(claim))

    def _settle(self, claim: _Claim) -> None:
        line, one = self.lines[claim.line], self.roll.expected[claim.member]
        doubtful = any(doubt.sign == "-" for doubt in claim.doubts)
        cause = amount_cause(line.amount, one.amount)
        comparison, number = claim.weighed.comparison, claim.weighed.number
        if not claim.confirmed and claim.member in self.roll.shares_a_number:
            cause = causes.NUMBER_SHARED
        elif cause == causes.EXACT and number not in (Number.SAME, Number.SHARED):
            cause = causes.MISSPELT_AND_WRONG_NUMBER if comparison.misspelt else causes.WRONG_NUMBER
        elif cause == causes.EXACT and comparison.misspelt:
            cause = causes.MISSPELT
        state = causes.SUGGESTED if doubtful else causes.MATCHED
        self._take(claim.line, claim.weighed, state, cause, claim.doubts, claim.rivals)

    # By name, all open lines at once

    def _assign_by_name(self, open_lines: set[int]) -> None:
        self.weighed = {at: self._weigh_all(at) for at in sorted(open_lines)}
        edges = {
            at: {one.member: one.points for one in row if one.member not in self.line_of and worth_suggesting(one)}
            for at, row in self.weighed.items()
        }
        pairs = best_pairing({at: edge for at, edge in edges.items() if edge})
        taken = set(pairs.values()) | self.line_of.keys()
        for at, member in sorted(pairs.items()):
            chosen = next(one for one in self.weighed[at] if one.member == member)
            equals = [
                one
                for one in self.weighed[at]
                if one.member not in taken and one.points > chosen.points - TOO_CLOSE and worth_suggesting(one)
            ]
            if equals:
                self._leave_between(at, [chosen, *equals])
            else:
                self._take(at, chosen, causes.SUGGESTED, self._cause_by_name(chosen, self.lines[at]))

    def _weigh_all(self, at: int) -> list[Weighed]:
        line, name = self.lines[at], self.names[at]
        compared = dict(self.roll.candidates(name, self.line_of.keys()))
        for member in self.roll.holders_of(line.staff_no):
            compared.setdefault(member, self.roll.compare(name, member))
        rows = [weigh(line, member, comparison, self.roll) for member, comparison in compared.items()]
        return sorted(rows, key=lambda one: (-one.points, one.member))

    def _cause_by_name(self, chosen: Weighed, line: ReturnLine) -> str:
        if chosen.member in self.roll.shares_a_number:
            return causes.NUMBER_SHARED
        misspelt = chosen.comparison.misspelt or chosen.comparison.contradicts
        if not chosen.number.points_to_member:
            return causes.MISSPELT_AND_WRONG_NUMBER if misspelt else causes.WRONG_NUMBER
        cause = amount_cause(line.amount, self.roll.expected[chosen.member].amount)
        return causes.MISSPELT if misspelt and cause == causes.EXACT else cause

    # What becomes of a line

    def _take(self, at: int, weighed: Weighed, state: str, cause: str, doubts: tuple = (), rivals: tuple = ()) -> None:
        self.line_of[weighed.member] = at
        confidence = _confidence(weighed, confirmed=any(doubt.sign == "+" for doubt in doubts))
        if doubts and state == causes.SUGGESTED:
            confidence = min(confidence, 50 if rivals else 80)
        self._record(at, state, cause, confidence, weighed.member, self._reasons(at, weighed) + doubts, rivals)

    def _wait(self, at: int, weighed: Weighed) -> None:
        first = self.lines[self.line_of[weighed.member]]
        reason = Reason("-", f"This member already has the line in row {first.row} of {first.sheet}")
        reasons = (reason, *self._reasons(at, weighed))
        self._record(at, causes.WAITING, causes.TWICE, min(90, _confidence(weighed)), weighed.member, reasons)

    def _leave(self, at: int) -> None:
        """Settle a line that found no member of its own: a second line of somebody, or a stranger's."""
        for one in self.weighed[at]:
            surely = one.number.points_to_member and not one.comparison.contradicts
            if one.member in self.line_of and (surely or one.points >= SURELY_A_SECOND_LINE):
                return self._wait(at, one)
        reason = Reason("-", "Nobody expected on this return fits the line well enough")
        return self._record(at, causes.UNMATCHED, causes.STRANGER, 0, None, (reason,))

    def _leave_between(self, at: int, equals: list[Weighed]) -> None:
        members = [self.roll.expected[one.member] for one in equals]
        named = ", ".join(f"{one.name} ({one.number})" for one in members)
        misspelt = all(one.comparison.misspelt for one in equals)
        cause = causes.MISSPELT_AND_WRONG_NUMBER if misspelt else causes.WRONG_NUMBER
        reason = Reason("-", f"The line fits more than one member: {named}")
        self._record(at, causes.UNMATCHED, cause, 0, None, (reason,))

    def _record(
        self, at: int, state: str, cause: str, confidence: int, member: int | None, reasons: tuple, rivals: tuple = ()
    ) -> None:
        rows = self.weighed.get(at, ())
        if rivals:
            rows = [
                weigh(self.lines[at], rival, self.roll.compare(self.names[at], rival), self.roll) for rival in rivals
            ]
        others = [one for one in rows if one.member != member and one.points >= ENOUGH_TO_MENTION]
        alternatives = tuple(self._alternative(at, one) for one in others[:ALTERNATIVES_SHOWN])
        expected = None if member is None else self.roll.expected[member]
        self.decided[at] = Match(self.lines[at], state, cause, confidence, expected, reasons, alternatives)

    def _alternative(self, at: int, weighed: Weighed) -> Alternative:
        one = self.roll.expected[weighed.member]
        return Alternative(one.member, one.number, one.name, weighed.points, self._reasons(at, weighed))

    def _reasons(self, at: int, weighed: Weighed) -> tuple[Reason, ...]:
        return reasons_for(self.lines[at], weighed, self.roll)

    def _name_doubles(self) -> None:
        """Call both lines `twice` where a member has two, so that they are found together."""
        for found in self.decided.values():
            if found.state == causes.WAITING:
                first = self.decided[self.line_of[self.place[found.member]]]
                if first.cause in CAUSES_OF_AMOUNT:
                    first.cause = causes.TWICE
                    first.reasons += (Reason("", f"Another line of this member waits: row {found.line.row}"),)

    def _variances(self) -> list[Variance]:
        missing = [at for at, one in enumerate(self.roll.expected) if one.amount > 0 and at not in self.line_of]
        possible = defaultdict(list)
        for found in self.decided.values():
            if found.state == causes.UNMATCHED:
                for other in found.alternatives:
                    possible[other.member].append(found.line)
        return [Variance(one, tuple(possible[one.member])) for one in (self.roll.expected[at] for at in missing)]


def _confidence(weighed: Weighed, *, confirmed: bool = False) -> int:
    """How sure the member is: the right number with an agreeing name is surer than any sum of points."""
    if confirmed:
        return 99
    if weighed.number.points_to_member and not weighed.comparison.contradicts:
        return round(60 + 0.4 * weighed.comparison.strength)
    return weighed.points


def _by_member(claims: list[_Claim]) -> list[list[_Claim]]:
    grouped: dict[int, list[_Claim]] = defaultdict(list)
    for claim in claims:
        grouped[claim.member].append(claim)
    return list(grouped.values())

"""What the failure of some loans does to others: who is pulled down through the promises that he made."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.errors import BadTable
from engine.money import all_from_kobo, from_kobo, in_kobo
from engine.recourse import plan, shares_of


@dataclass(frozen=True, slots=True)
class OwedLoan:
    """A running loan: who borrowed, what is owed, and what others still stand for, by guarantor; naira."""

    key: Hashable
    borrower: Hashable
    owed: Decimal
    pledges: Mapping[Hashable, Decimal]


@dataclass(frozen=True, slots=True)
class Round:
    """One step: the loans that fail in it, and the members whose free equity it takes below zero."""

    failed: tuple[Hashable, ...]
    pulled_down: tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Contagion:
    """How it ends; naira. `taken` is what each member paid, for himself and for others; `equity` what is left free.

    `uncovered` is what no savings and no promise covered: the society's own loss.
    """

    rounds: tuple[Round, ...]
    taken: dict[Hashable, Decimal]
    for_others: dict[Hashable, Decimal]
    equity: dict[Hashable, Decimal]
    uncovered: Decimal

    @property
    def pulled_down(self) -> tuple[Hashable, ...]:
        """Everybody whose free equity went below zero, in the order of the rounds."""
        return tuple(member for one in self.rounds for member in one.pulled_down)


def spread_of_failure(
    savings: Mapping[Hashable, Decimal], loans: Sequence[OwedLoan], failing: Iterable[Hashable]
) -> Contagion:
    """Return what happens if these loans are not paid, round by round until nothing more falls.

    A loan that fails takes its borrower's savings as far as they reach, then its guarantors' in proportion to their
    promises, never above them, whether they have as much or not. A member's free equity is his savings less what was
    taken, less the part of his own running loans for which nobody stands. Who is made to pay and has less than nothing
    left can carry his own loans no more: they fail in the next round. Within a round all loans fail at once.

    Args:
        savings: each member's savings, by member; all borrowers and guarantors must be there.
        loans: the running loans.
        failing: keys of the loans that fail first.
    Raises:
        BadTable: a member of a loan has no savings, or a failing loan is not among the loans.
    """
    by_key = {loan.key: loan for loan in loans}
    first = sorted(set(failing))
    known = savings.keys()
    if not by_key.keys() >= set(first) or any(not known >= {loan.borrower, *loan.pledges} for loan in loans):
        raise BadTable("A loan or a member is missing from the table. Give all of them.")
    has = {member: in_kobo(amount, "savings") for member, amount in savings.items()}
    alone: dict[Hashable, int] = defaultdict(int)  # the part of a member's running loans for which nobody stands
    own: dict[Hashable, set[Hashable]] = defaultdict(set)
    bare = {}
    for key, loan in by_key.items():
        bare[key] = max(
            in_kobo(loan.owed, "debt") - sum(in_kobo(amount, "promise") for amount in loan.pledges.values()), 0
        )
        alone[loan.borrower] += bare[key]
        own[loan.borrower].add(key)
    paid: dict[Hashable, int] = defaultdict(int)
    for_others: dict[Hashable, int] = defaultdict(int)
    down: dict[Hashable, None] = {}
    rounds, bare_loss, now = [], 0, first
    while now:
        failing_of = _by_borrower(now, by_key)
        # What a borrower has himself is taken as it stood before the round, so the order of loans changes nothing.
        reach = {borrower: max(has[borrower] - paid[borrower], 0) for borrower in failing_of}
        hit = set()
        for borrower, keys in failing_of.items():
            own[borrower].difference_update(keys)
            alone[borrower] -= sum(bare[key] for key in keys)
            parts = shares_of(from_kobo(reach[borrower]), {key: by_key[key].owed for key in keys})
            for key in keys:
                outcome = plan(by_key[key].owed, parts[key], by_key[key].pledges)
                paid[borrower] += in_kobo(outcome.from_savings)
                bare_loss += in_kobo(outcome.uncovered)
                for guarantor, share in outcome.shares.items():
                    paid[guarantor] += in_kobo(share)
                    for_others[guarantor] += in_kobo(share)
                    hit.add(guarantor)
        fallen = sorted(
            member
            for member in hit
            if member not in down and for_others[member] and has[member] - paid[member] - alone[member] < 0
        )
        down.update(dict.fromkeys(fallen))
        rounds.append(Round(tuple(now), tuple(fallen)))
        now = sorted(key for member in down for key in own[member])
    members = sorted(set(paid) | {by_key[key].borrower for key in first})
    return Contagion(
        rounds=tuple(rounds),
        taken=dict(zip(members, all_from_kobo(paid[one] for one in members), strict=True)),
        for_others=dict(zip(members, all_from_kobo(for_others[one] for one in members), strict=True)),
        equity=dict(zip(members, all_from_kobo(has[one] - paid[one] - alone[one] for one in members), strict=True)),
        uncovered=from_kobo(bare_loss + sum(max(paid[one] - has[one], 0) for one in members)),
    )


def _by_borrower(keys: Sequence[Hashable], loans: Mapping[Hashable, OwedLoan]) -> dict[Hashable, list[Hashable]]:
    found: dict[Hashable, list[Hashable]] = defaultdict(list)
    for key in keys:
        found[loans[key].borrower].append(key)
    return found

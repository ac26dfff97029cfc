"""The members expected on a return, found by staff number or by name."""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence, Set
from heapq import nsmallest

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from reconciliation.matching.model import Alias, Expected
from reconciliation.naming import CANONICAL, Comparison, Name, close_spelling, compare_names, read_name, skeleton

NOT_IN_A_NUMBER = re.compile(r"[^A-Z0-9]+")
FREE_COMPARED = 24  # members without a line who are compared in full with one returned name
TAKEN_COMPARED = 6  # members with a line, whom it could be a second time


def number_key(staff_no: str) -> str:
    """Staff numbers are compared without case, spaces, dashes and slashes."""
    return NOT_IN_A_NUMBER.sub("", staff_no.upper())


def one_figure_apart(a: str, b: str) -> bool:
    """Whether one slip of the keyboard turns one staff number into the other."""
    a, b = number_key(a), number_key(b)
    return bool(a and b) and a != b and DamerauLevenshtein.distance(a, b, score_cutoff=1) <= 1


class Roll:
    """The expected members with their indexes; members are named by their place in `expected`."""

    def __init__(self, expected: Sequence[Expected], memory: Iterable[Alias] = ()):
        self.expected = expected
        self.names = [read_name(one.name) for one in expected]
        self.amounts = Counter(one.amount for one in expected)
        self._index_numbers()
        self._index_names()
        self._index_memory(memory)

    def _index_numbers(self) -> None:
        holders: dict[str, set[int]] = defaultdict(set)
        claimed: set[str] = set()
        for at, one in enumerate(self.expected):
            if one.staff_no:
                holders[number_key(one.staff_no)].add(at)
            if one.claimed_staff_no:
                key = number_key(one.claimed_staff_no)
                holders[key].add(at)
                claimed.add(key)
        self._holders = holders
        self._shared = {key for key, members in holders.items() if key in claimed or len(members) > 1}
        self.shares_a_number = {at for key in self._shared for at in holders[key]}
        bare: dict[str, set[str]] = defaultdict(set)
        for key in holders:
            if key.isdigit():
                bare[key.lstrip("0")].add(key)
        self._without_zeros = {short: keys.pop() for short, keys in bare.items() if len(keys) == 1}

    def _index_names(self) -> None:
        self._bearers: dict[str, set[int]] = defaultdict(set)
        self._bearers_in_two_words: dict[str, set[int]] = defaultdict(set)
        self._by_skeleton: dict[str, set[str]] = defaultdict(set)
        self.written_parts: set[str] = set()
        for at, name in enumerate(self.names):
            self.written_parts.update(name.parts)
            for form in (*name.forms, *name.parts):
                self._bearers[form].add(at)
            for together in _written_together(name):
                self._bearers_in_two_words[together].add(at)
        for form in self._bearers:
            self._by_skeleton[skeleton(form)].add(form)
        self._vocabulary = list(self._bearers)
        self._neighbours: dict[str, tuple[str, ...]] = {}

    def _index_memory(self, memory: Iterable[Alias]) -> None:
        place: dict[Hashable, int] = {one.member: at for at, one in enumerate(self.expected)}
        pairs: dict[tuple, set[int]] = defaultdict(set)
        numbers: dict[str, set[int]] = defaultdict(set)
        self._other_names: dict[int, list[Name]] = defaultdict(list)
        for alias in memory:
            at = place.get(alias.member)
            if at is None:
                continue
            name, key = read_name(alias.name), number_key(alias.staff_no)
            pairs[key, name.key].add(at)
            if key:
                numbers[key].add(at)
            if name.parts:
                self._other_names[at].append(name)
        self._remembered_pairs = {pair: members.pop() for pair, members in pairs.items() if len(members) == 1}
        self._remembered_numbers = {key: members.pop() for key, members in numbers.items() if len(members) == 1}

    def holders_of(self, staff_no: str) -> frozenset[int]:
        """Members to whom the register gives this number; more than one where it is shared."""
        key = number_key(staff_no)
        if key and key not in self._holders and key.isdigit():
            key = self._without_zeros.get(key.lstrip("0"), key)
        return frozenset(self._holders.get(key, ()))

    def is_shared(self, staff_no: str) -> bool:
        return number_key(staff_no) in self._shared

    def remembered(self, staff_no: str, name: Name) -> int | None:
        """The member whom a person once confirmed for exactly this number and name."""
        return self._remembered_pairs.get((number_key(staff_no), name.key))

    def remembered_number(self, staff_no: str) -> int | None:
        """The member whom a person once confirmed under this number, if the register gives it to nobody."""
        return self._remembered_numbers.get(number_key(staff_no)) if not self.holders_of(staff_no) else None

    def compare(self, returned: Name, member: int) -> Comparison:
        """The returned name beside the registered one, or beside a confirmed earlier writing if that is nearer."""
        best = compare_names(returned, self.names[member])
        for other in self._other_names.get(member, ()):
            if best.strength < 100:
                best = max(best, compare_names(returned, other), key=lambda one: one.strength)
        return best

    def bearers_of_all(self, name: Name) -> set[int]:
        """Members who bear every part of this name."""
        sets = sorted((self._bearers.get(form, set()) for form in name.forms), key=len)
        return set.intersection(*sets) if sets else set()

    def candidates(self, name: Name, taken: Set[int] = frozenset()) -> list[tuple[int, Comparison]]:
        """Members whose name has something of this one, the nearest first; of the taken ones only a few.

        The free members come first into the comparison, so that in a big employer
        many taken namesakes never crowd out the one whose line this is.
        """
        found: dict[int, int] = {}
        for form in {*name.forms, *name.parts, *_written_together(name)}:
            near = set(self._bearers_in_two_words.get(form, ()))
            for neighbour in self._neighbours_of(form):
                near |= self._bearers[neighbour]
            weight = 16 - len(near).bit_length()  # a rare name tells more than a common one
            for at in near:
                found[at] = found.get(at, 0) + weight
        for at, others in self._other_names.items():
            if any(set(name.forms) & set(other.forms) for other in others):
                found[at] = found.get(at, 0) + 32
        ranked = [(-weight, at) for at, weight in found.items()]
        free = nsmallest(FREE_COMPARED, (one for one in ranked if one[1] not in taken))
        held = nsmallest(TAKEN_COMPARED, (one for one in ranked if one[1] in taken)) if taken else []
        compared = [(at, self.compare(name, at)) for _, at in free + held]
        return sorted((one for one in compared if one[1].strength), key=lambda one: (-one[1].strength, one[0]))

    def _neighbours_of(self, form: str) -> tuple[str, ...]:
        """Name parts of the register that this one can stand for."""
        if form not in self._neighbours:
            near = {form} & self._bearers.keys()
            if len(form) >= 4:
                slips = process.extract(
                    form, self._vocabulary, scorer=DamerauLevenshtein.distance, score_cutoff=2, limit=None
                )
                near |= {part for part, _, _ in slips if close_spelling(form, part)}
                near |= {part for part in self._by_skeleton.get(skeleton(form), ()) if close_spelling(form, part)}
            self._neighbours[form] = tuple(near)
        return self._neighbours[form]


def _written_together(name: Name) -> list[str]:
    joined = [a + b for a, b in zip(name.parts, name.parts[1:], strict=False)]
    return [CANONICAL.get(together, together) for together in joined]

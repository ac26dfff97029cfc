"""Comparing the names on a payroll return with the names in the register.

An employer writes the same person in another order, with a title, with one name
left out, with an initial, or spelt as it is heard.  A comparison here never says
"the same person": it says how the two spellings stand to one another, and the
matcher weighs that beside the staff number and the amount.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from core.names import SHORT_FORMS, SPELLINGS, TITLES, folded

APOSTROPHES = re.compile(r"['’‘ʼʻ´]")
DOUBLED = re.compile(r"(.)\1+")
NOT_A_LETTER = re.compile(r"[^A-Z]+")

# Beside the usual spellings, what a payroll clerk takes for the same name. Good enough to find a member,
# and told to the person who looks; a line with such a name is called misspelt, not exact.
PAYROLL_SPELLINGS = """
yakubu yaqub yakub yaqubu yaaqub
usman othman utman usumanu
ibrahim ibrahem
abubakar abubaker abubacar
mohammed mohamadu mohammadu
suleiman sulaiman
aliyu aliyyu alieu
idris idrisu idrees idriss
shehu sheu shehou
haruna haroun harun haroona
yusuf yusuph yousouf yussuf
sani saani
ahmed ahmad ahmadu amadu
aisha ayshat aishata aishah
fatima fateema fatema fatuma
zainab zeinab zenab zaineb
hauwa hawwa hauwah
halima haleema
maryam mariyam mariama
hadiza hadija hadizat
rahila rahilah raheela
amina aminat aminatu ameena aminah
rukayat ruqayya rukayya ruqayat rukaiyat
ngozi ngozichukwu
chukwuemeka emeka
folasade folashade sade
adebayo bayo
chinedu nedu
kelechi kelechukwu
ifeanyi ifeanyichukwu
olubukola bukola
olumuyiwa muyiwa
esther ester
rachel rachael
deborah debora
"""


def _canonical_forms() -> dict[str, str]:
    forms = {**SPELLINGS, **SHORT_FORMS}
    for group in PAYROLL_SPELLINGS.strip().splitlines():
        first, *others = group.split()
        standing = forms.get(first, first)
        for spelling in (first, *others):
            forms.setdefault(spelling, standing)
    settled = {spelling: forms.get(form, form) for spelling, form in forms.items()}
    return {spelling.upper(): form.upper() for spelling, form in settled.items()}


CANONICAL = _canonical_forms()
DROPPED = frozenset(title.upper() for title in TITLES)


class Fit(IntEnum):
    """How a returned name stands to a registered one, from nothing in common to every part the same."""

    NONE = 0
    CLASH = 1  # some parts agree, others say another person
    WEAK = 2  # nothing contradicts, but too little is written to tell people apart
    NEAR = 3  # every written part agrees, at least one only nearly
    LONG = 4  # every registered part is there, and more
    SHORT = 5  # surname and a given name agree, a further name is left out
    FULL = 6  # the same parts

    @property
    def contradicts(self) -> bool:
        return self < Fit.WEAK


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the parts used for comparing: letters only, no titles, in the order written."""

    written: str
    parts: tuple[str, ...]
    forms: tuple[str, ...]  # each part in its canonical spelling
    key: tuple[str, ...]  # the same for two writings of one name in another order, case or punctuation
    surname_parts: int  # how many parts the first written word makes: two for ADEYEMI-BELLO


@dataclass(frozen=True, slots=True)
class Comparison:
    """What agrees and what does not between a returned name and a registered one."""

    fit: Fit
    agreed: int  # parts that are the same or are known spellings of one name
    known_spellings: tuple[tuple[str, str], ...]  # returned part, registered part: MUHAMMAD for MOHAMMED
    slips: tuple[tuple[str, str], ...]  # returned part, registered part: a letter or two apart
    extra: tuple[str, ...]  # on the return only
    left_out: tuple[str, ...]  # in the register only

    @property
    def misspelt(self) -> bool:
        return bool(self.known_spellings or self.slips)

    @property
    def contradicts(self) -> bool:
        return self.fit.contradicts

    @property
    def strength(self) -> int:
        """How well the names go together, 0 to 100, for ranking one member against another."""
        if self.fit < Fit.NEAR:
            return {Fit.NONE: 0, Fit.CLASH: (20, 35, 60)[min(self.agreed, 2)], Fit.WEAK: 50}[self.fit]
        whole = 86 if self.extra else 90 if self.left_out else 100
        return max(60, whole - 3 * len(self.known_spellings) - 8 * len(self.slips))


@lru_cache(maxsize=65536)
def read_name(text: str) -> Name:
    """Split a written name into its parts, dropping titles, marks and punctuation."""
    words = [
        [part for part in NOT_A_LETTER.split(word) if part]
        for word in APOSTROPHES.sub("", folded(text).upper()).split()
    ]
    named = [[part for part in word if part not in DROPPED] for word in words]
    words = [word for word in named if word] or [word for word in words if word]
    parts = tuple(part for word in words for part in word)
    forms = tuple(CANONICAL.get(part, part) for part in parts)
    return Name(text, parts, forms, tuple(sorted(parts)), len(words[0]) if words else 0)


@lru_cache(maxsize=262144)
def close_spelling(a: str, b: str) -> bool:
    """Whether two different parts can be one name misheard or mistyped: one slip, or two in a long name."""
    shorter = min(len(a), len(b))
    if shorter > 2 and once(a) == once(b):
        return True
    if shorter < 4:
        return False
    if skeleton(a) == skeleton(b) and abs(len(a) - len(b)) <= 3 and a[0] == b[0]:
        return True
    slips = 2 if shorter >= 7 else 1
    return DamerauLevenshtein.distance(a, b, score_cutoff=slips) <= slips


def once(part: str) -> str:
    """The part with doubled letters written once: JOYY and JOY are the same."""
    return DOUBLED.sub(r"\1", part)


@lru_cache(maxsize=65536)
def skeleton(part: str) -> str:
    """The consonants that are heard: doubled letters once, vowels and H, W, Y after the first letter left out."""
    heard = part.replace("PH", "F").replace("CK", "K").replace("Q", "K").replace("X", "S").replace("Z", "S")
    kept = heard[:1] + re.sub(r"[AEIOUHWY]", "", heard[1:])
    return once(kept)


def compare_names(returned: Name, registered: Name) -> Comparison:
    """Set the parts of two names against one another; the register writes the surname first."""
    if returned.key == registered.key and returned.parts:
        return Comparison(Fit.FULL, len(returned.parts), (), (), (), ())
    pairing = _Pairing(returned, registered)
    pairing.pair_where(lambda i, j: returned.parts[i] == registered.parts[j])
    known = pairing.pair_where(lambda i, j: returned.forms[i] == registered.forms[j])
    pairing.pair_written_together()
    agreed = len(pairing.paired)
    slips = pairing.pair_where(
        lambda i, j: (
            close_spelling(returned.parts[i], registered.parts[j])
            or close_spelling(returned.forms[i], registered.forms[j])
        )
    )
    initials = pairing.pair_where(lambda i, j: _is_initial(returned.parts[i], registered.parts[j]))
    extra = tuple(returned.parts[i] for i in pairing.returned_left)
    left_out = tuple(registered.parts[j] for j in pairing.registered_left)
    fit = _grade(pairing, agreed, bool(known or slips), len(initials), extra, left_out)
    return Comparison(fit, agreed, known, slips, extra, left_out)


class _Pairing:
    """Which part of the returned name stands for which part of the registered one, settled test after test."""

    def __init__(self, returned: Name, registered: Name):
        self.returned, self.registered = returned, registered
        self.returned_left = list(range(len(returned.parts)))
        self.registered_left = list(range(len(registered.parts)))
        self.paired: set[int] = set()  # registered parts that found theirs

    def pair_where(self, same) -> tuple[tuple[str, str], ...]:
        found = []
        for i in tuple(self.returned_left):
            j = next((j for j in self.registered_left if same(i, j)), None)
            if j is not None:
                self._settle((i,), (j,))
                found.append((self.returned.parts[i], self.registered.parts[j]))
        return tuple(found)

    def pair_written_together(self) -> None:
        """Pair "ABU BAKAR" with "ABUBAKAR", on whichever side the two words stand."""
        for i in tuple(self.returned_left):
            for j in tuple(self.registered_left):
                if i not in self.returned_left or j not in self.registered_left:
                    continue
                if i + 1 in self.returned_left and _joined(self.returned, i) == self.registered.forms[j]:
                    self._settle((i, i + 1), (j,))
                elif j + 1 in self.registered_left and _joined(self.registered, j) == self.returned.forms[i]:
                    self._settle((i,), (j, j + 1))

    def _settle(self, returned: tuple[int, ...], registered: tuple[int, ...]) -> None:
        for i in returned:
            self.returned_left.remove(i)
        for j in registered:
            self.registered_left.remove(j)
            self.paired.add(j)


def _grade(pairing: _Pairing, agreed: int, misspelt: bool, initials: int, extra: tuple, left_out: tuple) -> Fit:
    paired = pairing.paired
    if not paired or (extra and left_out):
        return Fit.CLASH if agreed or len(paired) > 1 else Fit.NONE
    surname = any(j in paired for j in range(pairing.registered.surname_parts))
    if len(paired) - initials < 2 or not surname:
        # One whole name, or given names without the surname: it agrees, and so it would with many others.
        whole = not extra and not left_out and not initials and not misspelt
        return Fit.FULL if whole else Fit.WEAK
    if misspelt:
        return Fit.NEAR
    if extra:
        return Fit.LONG
    return Fit.SHORT if left_out or initials else Fit.FULL


def _is_initial(a: str, b: str) -> bool:
    return (len(a) == 1 and b.startswith(a)) or (len(b) == 1 and a.startswith(b))


def _joined(name: Name, at: int) -> str:
    together = name.parts[at] + name.parts[at + 1]
    return CANONICAL.get(together, together)

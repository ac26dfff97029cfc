"""One employer under its many spellings: "LPA" and "Lagoon Ports Authority", "SVP" and "Savannah Polytechnic"."""

from collections import Counter
from collections.abc import Iterable

from rapidfuzz import fuzz

from onboarding.books import EmployerFound, KnownEmployer
from onboarding.vocabulary import normal

CODE_LETTERS = 6
SAME = 92  # a misspelling of the same name
PERHAPS = 80  # worth asking


class Employers:
    """Finds the employer behind what a cell says.

    `found` is in the order of the first full name; `unsure` maps a spelling kept apart to the name it resembles.
    """

    def __init__(self, written: Iterable[str], known: Iterable[KnownEmployer] = ()) -> None:
        self.found: list[EmployerFound] = []
        self.unsure: dict[str, str] = {}
        self._by_spelling: dict[str, EmployerFound] = {}
        for employer in known:
            self._keep(EmployerFound(employer.name, employer.code, [], known=True))
            for alias in (employer.code, *employer.aliases):
                self._by_spelling.setdefault(normal(alias), self._by_spelling[normal(employer.name)])
        counts = Counter(written)
        spellings = sorted(counts, key=lambda text: (_is_code(text), -counts[text], text))
        for text in spellings:
            self._place(text, counts)
        for text, count in counts.items():
            employer = self._by_spelling[normal(text)]
            employer.members += count
            if text not in employer.spellings:
                employer.spellings.append(text)
        self.found = [employer for employer in self.found if employer.members]
        self._name_codes()

    def of(self, text: str) -> EmployerFound:
        """The employer that this spelling stands for."""
        return self._by_spelling[normal(text)]

    def _place(self, text: str, counts: Counter) -> None:
        key = normal(text)
        if key in self._by_spelling:
            return
        employer = self._short_for(text) if _is_code(text) else self._misspelt(key, text)
        if employer is None:
            self._keep(EmployerFound(text, text.upper() if _is_code(text) else "", []))
        else:
            self._by_spelling[key] = employer
            if _is_code(text) and not employer.code:
                employer.code = text.upper()

    def _keep(self, employer: EmployerFound) -> None:
        self.found.append(employer)
        self._by_spelling[normal(employer.name)] = employer

    def _short_for(self, code: str) -> EmployerFound | None:
        for fits in (_initials, _beginning, _letters_in_order):
            fitting = [employer for employer in self.found if not _is_code(employer.name) and fits(code, employer.name)]
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                return None
        return None

    def _misspelt(self, key: str, text: str) -> EmployerFound | None:
        likeness = [(fuzz.ratio(key, normal(employer.name)), employer) for employer in self.found]
        near = sorted((pair for pair in likeness if pair[0] >= PERHAPS), key=lambda pair: -pair[0])
        if not near:
            return None
        if near[0][0] >= SAME and (len(near) == 1 or near[1][0] < SAME):
            return near[0][1]
        self.unsure[text] = near[0][1].name
        return None

    def _name_codes(self) -> None:
        """Give each employer without a code one of its own, from its initials."""
        taken = {employer.code for employer in self.found if employer.code}
        for employer in self.found:
            if employer.code:
                continue
            words = normal(employer.name).upper().split()
            stem = ("".join(word[0] for word in words) if len(words) > 1 else (words or ["EMP"])[0])[:CODE_LETTERS]
            code, number = stem, 1
            while code in taken:
                number += 1
                code = f"{stem}{number}"
            employer.code = code
            taken.add(code)


def _is_code(text: str) -> bool:
    bare = text.replace(".", "").strip()
    return " " not in bare and len(bare) <= CODE_LETTERS and bare.isupper()


def _initials(code: str, name: str) -> bool:
    words = normal(name).split()
    small = {"of", "and", "the", "for"}
    letters = normal(code).replace(" ", "")
    return letters in ("".join(word[0] for word in words), "".join(word[0] for word in words if word not in small))


def _beginning(code: str, name: str) -> bool:
    letters = normal(code).replace(" ", "")
    return len(letters) >= 3 and normal(name).replace(" ", "").startswith(letters)


def _letters_in_order(code: str, name: str) -> bool:
    """S, v, P are found in this order in "Savannah Polytechnic", and both words lend a first letter."""
    letters, plain = normal(code).replace(" ", ""), normal(name)
    if not letters or not plain or letters[0] != plain[0]:
        return False
    rest = iter(plain.replace(" ", ""))
    words = plain.split()
    return all(letter in rest for letter in letters) and all(word[0] in letters for word in words)

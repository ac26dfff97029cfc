"""A payroll return with everything that goes wrong planted in it, and the truth beside it.

Nothing here looks at how matching works: the faults are those that payroll clerks make.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from reconciliation import causes
from reconciliation.matching import Expected
from reconciliation.returns import Part, ReturnLine

SURNAMES = re.findall(
    r"\w+",
    """Abdullahi Abiodun Adebayo Adeyemi Adegoke Afolabi Agber Agbo Aghedo Ahmed Akande Akintola Akpan Akume Alabi
Aliyu Amachree Amadi Asuquo Audu Awolowo Ayodele Babalola Bako Balogun Bassey Bello Briggs Chukwu Danladi Dada
Dike Edet Effiong Egwu Ehigiator Ekanem Ekpo Emenike Eze Fashola Garba Gbadamosi Haruna Ibekwe Idris
Igbinedion Igwe Ikpeazu Inyang Iorfa Jumbo Kalu Kolawole Lawal Madu Mohammed Nnamdi Nwankwo Nweke Nwike Nwosu
Obaseki Obi Odili Ogbonna Ogunleye Ojo Okafor Okeke Okonkwo Okoro Okoye Olatunji Onwudiwe Onyekachi Osagie
Oyelaran Oyewole Salami Shehu Sule Suleiman Tarfa Tyover Uche Udoh Umar Usman Wada Wokoma Yakubu Yusuf Zakari
Okorie Okorafor Nwachukwu Ibrahim""",
)
GIVEN = re.findall(
    r"\w+",
    """Abubakar Adaeze Adewale Adewole Aisha Amaka Amina Aminu Babatunde Blessing Boma Bukola Chiamaka Chidi Chinedu
Chioma Comfort Dagogo Danjuma Doose Efosa Eghosa Ekaette Emeka Esther Fatima Folasade Gabriel Grace Halima
Hauwa Ibinabo Ibrahim Idara Ifeoma Itohan James Joseph Joy Kayode Kelechi Ladi Maryam Mercy Michael Mimi
Mohammed Musa Ngozi Nsikak Obinna Olumide Omolara Osarugue Patience Paul Peter Rahila Samuel Sani Segun
Stephen Sunday Tamuno Terver Tersoo Titilayo Ubong Uchenna Usman Victoria Yakubu Yetunde Zainab Zakariya
Philip Yusuf Ahmed Catherine Rukayat Abimbola Oluwaseun Temitope""",
)
STRANGERS = ("Ahaneku", "Zubairu", "Pepple", "Quartey", "Vandeikya", "Xerxes", "Kpakol")
HEARD = {
    "MOHAMMED": ("MUHAMMAD", "MOHAMED", "MUHAMMED"),
    "ABUBAKAR": ("ABUBAKR", "ABU BAKAR", "ABU-BAKAR"),
    "YAKUBU": ("YAQUB", "YAKUB"),
    "USMAN": ("OTHMAN", "UTHMAN"),
    "IBRAHIM": ("IBRAHEEM",),
    "AISHA": ("AISHAT", "AYSHA"),
    "ZAINAB": ("ZAYNAB", "ZAINABU"),
    "YUSUF": ("YUSUPH", "YUSUFU"),
    "STEPHEN": ("STEVEN",),
    "PHILIP": ("PHILLIP",),
    "SULEIMAN": ("SULAIMAN",),
    "HALIMA": ("HALEEMA",),
    "AHMED": ("AHMAD",),
    "FATIMA": ("FATIMAH", "FATEEMA"),
    "MARYAM": ("MARIAM",),
    "CATHERINE": ("KATHERINE",),
}
TITLES = ("Mr", "Mrs", "Dr.", "Alh.", "ENGR.", "Prof", "Hajia", "Chief (Mrs)", "Barr.")
MARKED = str.maketrans({"o": "ọ", "e": "ẹ", "s": "ṣ", "a": "á"})


NAMESAKE = "namesake under another's number"
MERGED = "two people in one row"


@dataclass(frozen=True)
class Truth:
    """What a line really is; `member` None when no member may be credited without a person."""

    member: str | None
    cause: str
    received: Decimal


@dataclass
class Corpus:
    expected: list[Expected] = field(default_factory=list)
    lines: list[ReturnLine] = field(default_factory=list)
    truths: dict[str, Truth] = field(default_factory=dict)  # line key -> what it is
    missing: set[str] = field(default_factory=set)
    total: Decimal = Decimal("0.00")


PLANTED = (
    ("exact", 70),
    ("short", 4),
    ("over", 3),
    ("double_month", 2),
    ("twice", 2),
    ("missing", 4),
    ("wrong_number", 4),
    ("anothers_number", 2),
    ("swap", 2),
    ("merge", 1),
    ("misspelt", 3),
    ("misspelt_and_wrong_number", 2),
    ("no_number", 1),
)


def make_corpus(seed: int, members: int = 300, *, faults: tuple = PLANTED) -> Corpus:
    return _Clerk(seed, faults).write(members)


class _Clerk:
    def __init__(self, seed: int, faults: tuple):
        self.random = Random(seed)
        self.faults = faults
        self.corpus = Corpus()
        self.rows: list[tuple[str, str, Decimal, Truth]] = []

    def write(self, count: int) -> Corpus:
        self._register(count)
        pairs = self._mispost_namesakes()
        names, weights = zip(*self.faults, strict=True)
        waiting = [one for one in self.corpus.expected if one.member not in pairs]
        self.random.shuffle(waiting)
        while waiting:
            one = waiting.pop()
            fault = self.random.choices(names, weights)[0]
            other = waiting.pop() if fault in ("swap", "merge") and waiting else None
            getattr(self, f"_{fault}")(one, *([other] if fault in ("swap", "merge") else []))
        for _ in range(max(2, count // 60)):
            self._stranger()
        self.random.shuffle(self.rows)
        for row, (staff_no, name, amount, truth) in enumerate(self.rows, start=5):
            line = ReturnLine(staff_no, name, (Part("Sheet", row, "", amount),))
            self.corpus.lines.append(line)
            self.corpus.truths[line.key] = truth
            self.corpus.total += amount
        return self.corpus

    # The register

    def _register(self, count: int) -> None:
        chosen, numbers = self.random, set()
        for at in range(count):
            if at % 40 == 39:
                # The classic mispost: a near name, or the very same short name, with the same amount.
                surname, given, middle, amount = self._near(self.corpus.expected[-1])
            else:
                surname, given, middle = chosen.choice(SURNAMES), chosen.choice(GIVEN), chosen.choice(GIVEN)
                amount = self._amount()
            while (number := f"{chosen.randrange(10**6):06}") in numbers:
                pass
            numbers.add(number)
            if chosen.random() < 0.03:
                surname = f"{surname}-{chosen.choice(SURNAMES)}"
            written = f"{surname.upper()} {given}" + (f" {middle}" if chosen.random() < 0.85 else "")
            member = f"M{at:05}"
            self.corpus.expected.append(Expected(member, member, written, number, amount))

    def _near(self, one: Expected) -> tuple[str, str, str, Decimal]:
        surname, given, *_ = one.name.split()
        if self.random.random() < 0.5:
            return surname.title(), given, self.random.choice(GIVEN), one.amount  # a namesake in the short form
        return surname.title(), given[:-1] + self.random.choice("aeiou"), self.random.choice(GIVEN), one.amount

    def _amount(self) -> Decimal:
        if self.random.random() < 0.5:
            return Decimal(self.random.choice((5000, 7500, 10000, 15000, 20000, 25000, 30000, 50000)))
        return Decimal(self.random.randrange(500_000, 40_000_000)) / 100

    # How a name is written

    def _written(self, name: str, *, fault: bool = False) -> str:
        chosen = self.random
        parts = name.split()
        if len(parts) > 2 and chosen.random() < 0.25:
            parts = parts[:2]
        if fault:
            at = chosen.randrange(len(parts))
            parts[at] = self._misheard(parts[at])
        elif chosen.random() < 0.04 and len(parts) > 2:
            parts = [parts[0], parts[1], f"{parts[2][0]}."]
        style = chosen.random()
        if style < 0.3:
            parts = parts[1:] + parts[:1]
        elif style < 0.5:
            parts = [f"{parts[0]},", *parts[1:]]
        text = " ".join(parts)
        if chosen.random() < 0.08:
            text = f"{chosen.choice(TITLES)} {text}"
        if chosen.random() < 0.04:
            text = text.translate(MARKED)
        return chosen.choice((str.upper, str.title, str))(text)

    def _misheard(self, part: str) -> str:
        chosen, upper = self.random, part.upper()
        if upper in HEARD:
            return chosen.choice(HEARD[upper])
        if len(upper) < 5:
            return upper + upper[-1]
        at = chosen.randrange(1, len(upper) - 1)
        slip = chosen.randrange(4)
        if slip == 0:
            return upper[:at] + upper[at] + upper[at:]
        if slip == 1:
            return upper[:at] + upper[at + 1 :]
        if slip == 2:
            return upper + chosen.choice("HYR")
        return upper[:at] + upper[at + 1] + upper[at] + upper[at + 2 :]

    def _slip_of_number(self, number: str) -> str:
        at = self.random.randrange(len(number))
        return number[:at] + str((int(number[at]) + self.random.randrange(1, 9)) % 10) + number[at + 1 :]

    def _row(self, member: Expected | None, staff_no: str, name: str, amount: Decimal, cause: str) -> None:
        self.rows.append((staff_no, name, amount, Truth(member.member if member else None, cause, amount)))

    # What is planted

    def _mispost_namesakes(self) -> set[str]:
        """Some near pairs at their worst: one is not there, and his number stands on the other one's line."""
        settled = set()
        for at in range(39, len(self.corpus.expected), 40):
            one, near = self.corpus.expected[at - 1 : at + 1]
            if self.random.random() < 0.5:
                self._row(near, one.staff_no, " ".join(near.name.split()[:2]), near.amount, NAMESAKE)
                settled |= {one.member, near.member}
        return settled

    def _exact(self, one: Expected) -> None:
        self._row(one, one.staff_no, self._written(one.name), one.amount, causes.EXACT)

    def _short(self, one: Expected) -> None:
        part = (one.amount * self.random.randrange(30, 95) / 100).quantize(Decimal("0.01"))
        self._row(one, one.staff_no, self._written(one.name), part, causes.SHORT)

    def _over(self, one: Expected) -> None:
        more = (one.amount * self.random.randrange(105, 180) / 100).quantize(Decimal("0.01"))
        self._row(one, one.staff_no, self._written(one.name), more, causes.OVER)

    def _double_month(self, one: Expected) -> None:
        self._row(one, one.staff_no, self._written(one.name), 2 * one.amount, causes.DOUBLE_MONTH)

    def _twice(self, one: Expected) -> None:
        for _ in range(2):
            self._row(one, one.staff_no, self._written(one.name), one.amount, causes.TWICE)

    def _missing(self, one: Expected) -> None:
        self.corpus.missing.add(one.member)

    def _wrong_number(self, one: Expected) -> None:
        self._row(one, self._slip_of_number(one.staff_no), self._written(one.name), one.amount, causes.WRONG_NUMBER)

    def _anothers_number(self, one: Expected) -> None:
        other = self.random.choice([two for two in self.corpus.expected if two is not one])
        self._row(one, other.staff_no, self._written(one.name), one.amount, causes.WRONG_NUMBER)

    def _no_number(self, one: Expected) -> None:
        self._row(one, "", self._written(one.name), one.amount, causes.WRONG_NUMBER)

    def _swap(self, one: Expected, other: Expected | None) -> None:
        if other is None:
            return self._exact(one)
        self._row(one, other.staff_no, self._written(one.name), one.amount, causes.WRONG_NUMBER)
        self._row(other, one.staff_no, self._written(other.name), other.amount, causes.WRONG_NUMBER)
        return None

    def _merge(self, one: Expected, other: Expected | None) -> None:
        """Two people's rows in one cell, with the first one's number and both sums."""
        if other is None:
            return self._exact(one)
        name = f"{self._written(one.name)} / {self._written(other.name)}"
        self._row(None, one.staff_no, name, one.amount + other.amount, MERGED)
        return None

    def _misspelt(self, one: Expected) -> None:
        self._row(one, one.staff_no, self._written(one.name, fault=True), one.amount, causes.MISSPELT)

    def _misspelt_and_wrong_number(self, one: Expected) -> None:
        number = self._slip_of_number(one.staff_no)
        name = self._written(one.name, fault=True)
        self._row(one, number, name, one.amount, causes.MISSPELT_AND_WRONG_NUMBER)

    def _stranger(self) -> None:
        name = f"{self.random.choice(STRANGERS).upper()} {self.random.choice(GIVEN)} {self.random.choice(GIVEN)}"
        self._row(None, f"99{self.random.randrange(10**4):04}", self._written(name), self._amount(), causes.STRANGER)

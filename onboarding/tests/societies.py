"""Invented societies whose books are in perfect order, so that a test can break exactly one thing."""

import random
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.workbooks import CellNote, Sheet, Value, Workbook
from engine.schedules import level_instalment, running_schedule

AS_AT = date(2026, 9, 30)
SURNAMES = (
    "ADEBAYO", "AKPAN", "BALOGUN", "BRIGGS", "DANLADI", "EFFIONG", "GARBA", "IGWE", "IORFA", "LAWAL", "NWOSU",
    "OGUNLEYE", "OJO", "OKAFOR", "SHEHU", "TYOVER", "UDOH", "ZUBAIRU", "KUYE", "WOKOMA",
)  # fmt: skip
FIRST = (
    "Adaeze", "Bukola", "Chinedu", "Danjuma", "Efosa", "Folasade", "Gbemisola", "Halima", "Ibinabo", "Joseph",
    "Kelechi", "Ladi", "Mimi", "Ngozi", "Obinna", "Patience", "Rahila", "Sani", "Titilayo", "Uchenna", "Victor",
    "Wuraola", "Yakubu", "Zainab",
)  # fmt: skip
EMPLOYERS = [("Delta Water Works", "DWW"), ("Plateau Teaching Hospital", "PTH"), ("Federal Survey Office", "FSO")]
LOAN_KINDS = [("Normal", "12", (24, 36)), ("Emergency", "10", (3, 6)), ("Electronics", "8", (10, 12)),
              ("Commodity", "6", (6, 12))]  # fmt: skip

MEMBER_HEAD = ["S/N", "MEMBER NO", "NAMES", "EMPLOYER", "STAFF NO", "PHONE", "E-MAIL", "DATE JOINED", "MONTHLY SAVINGS",
               "XMAS SAVINGS"]  # fmt: skip
BALANCE_HEAD = ["N/S", "MEMBERS' NAMES", "MEMBER NO", "SHARES", "SAVINGS", "XMASS", "REAL LOAN", "EMER LOAN", "ELECT",
                "COMM", "TOTAL"]  # fmt: skip
LOAN_HEAD = ["LOAN NO", "MEMBER NO", "NAME", "TYPE", "DATE GRANTED", "AMOUNT", "RATE % PA", "TENOR", "MONTHLY",
             "MONTHS PAID", "BALANCE", "GUARANTOR 1", "GUARANTOR 2"]  # fmt: skip
TITLES = {"MEMBERS": 2, "BALANCES": 3, "LOANS": 1, "TRIAL BALANCE": 2}  # rows above the headings


@dataclass
class Society:
    """Rows of each sheet without headings; `first(sheet)` is the Excel row of the first one."""

    members: list[list[Value]]
    balances: list[list[Value]]
    loans: list[list[Value]]
    trial: list[list[Value]] = field(default_factory=list)
    notes: dict[str, list[CellNote]] = field(default_factory=dict)

    def first(self, sheet: str) -> int:
        return TITLES[sheet] + 2

    def settle(self) -> None:
        """Make row totals, the grand total and the trial balance anew from the rows."""
        for row in self.balances:
            row[10] = sum((cell for cell in row[3:10] if isinstance(cell, Decimal)), Decimal(0))
        self.close()

    def close(self) -> None:
        """Make the trial balance anew from the balances and the loans sheet."""
        sums = [sum((row[i] for row in self.balances if isinstance(row[i], Decimal)), Decimal(0)) for i in (3, 4, 5)]
        lent = sum((row[10] for row in self.loans if isinstance(row[10], Decimal)), Decimal(0))
        reserve = Decimal(5_000_000)
        bank = sum(sums) + reserve - lent
        self.trial = [
            ["BANK - UNION 202", bank, None],
            ["LOANS TO MEMBERS", lent, None],
            ["MEMBERS SAVINGS", None, sums[1]],
            ["SHARE CAPITAL", None, sums[0]],
            ["CHRISTMAS SAVINGS", None, sums[2]],
            ["STATUTORY RESERVE", None, reserve],
        ]

    def workbook(self, *, grand_total: bool = True) -> Workbook:
        grand = ["", "GRAND TOTAL", None]
        grand += [
            sum((row[i] for row in self.balances if isinstance(row[i], Decimal)), Decimal(0)) for i in range(3, 11)
        ]
        even = sum((row[1] or Decimal(0) for row in self.trial), Decimal(0))
        sheets = [
            ("MEMBERS", ["REGISTER OF MEMBERS AS AT 30TH SEPTEMBER 2026"], MEMBER_HEAD, self.members),
            ("BALANCES", ["BALANCES AS AT 30/09/2026"], BALANCE_HEAD, self.balances + [grand] * grand_total),
            ("LOANS", ["LOANS RUNNING AS AT 30/09/2026"], LOAN_HEAD, self.loans),
            ("TRIAL BALANCE", ["TRIAL BALANCE AS AT 30TH SEPTEMBER 2026"], ["ACCOUNT", "DEBIT", "CREDIT"],
             [*self.trial, ["TOTAL", even, even]]),
        ]  # fmt: skip
        return workbook_of({
            name: [*([title] + [[]] * (TITLES[name] - 1)), head, *rows] for name, title, head, rows in sheets
        }, notes=self.notes)  # fmt: skip


def workbook_of(
    sheets: dict[str, list[list[Value]]], *, notes: dict[str, list[CellNote]] | None = None, **more
) -> Workbook:
    """A workbook with these cells, as the reader would give it."""
    made = []
    for name, rows in sheets.items():
        clean = []
        for row in rows:
            cells = [None if cell == "" else Decimal(cell) if type(cell) is int else cell for cell in row]
            while cells and cells[-1] is None:
                cells.pop()
            clean.append(cells)
        made.append(Sheet(name, clean, notes=tuple((notes or {}).get(name, ()))))
    return Workbook("books.xlsx", made, "0" * 64, "0" * 64, **more)


def a_society(seed: int = 1, members: int = 80, loans: int = 50) -> Society:
    """A society without a fault: names all different, balances by the schedule, totals that add up."""
    pick = random.Random(seed)
    names = [f"{one} {two} {three}" for one in SURNAMES for two in FIRST for three in FIRST if two < three]
    pick.shuffle(names)
    names = names[:members]
    rows, balances = [], []
    for number, name in enumerate(names, start=1):
        employer = pick.choices(EMPLOYERS, weights=(5, 3, 2))[0]
        staff = {
            "DWW": f"{number * 37 % 90_000:06d}",
            "PTH": f"PTH/{2000 + number % 20}/{number:04d}",
            "FSO": f"7{number:05d}",
        }[employer[1]]
        code = f"UMCS/{number:04d}"
        saved, christmas = Decimal(pick.randrange(5, 60) * 1000), Decimal(pick.choice((0, 2000, 5000)))
        joined = date(pick.randrange(2005, 2026), pick.randrange(1, 13), pick.randrange(1, 29))
        rows.append([
            Decimal(number), code, name, employer[0], staff, f"080{pick.randrange(10**8):08d}",
            f"person{number}@example.ng", joined, saved, christmas or "-",
        ])  # fmt: skip
        surname, first, other = name.split()
        ways = (f"{surname} {first[0]}.{other[0]}", f"{surname} .{first[0]}", f"{surname} {first}".upper())
        short = pick.choice(ways)
        balances.append([
            Decimal(number), short, code, Decimal(pick.choice((10_000, 25_000))), saved * pick.randrange(3, 60),
            christmas * 7 or "-", *[None] * 4, None,
        ])  # fmt: skip
    society = Society(rows, balances, _loans(pick, names, loans))
    column = {"Normal": 6, "Emergency": 7, "Electronics": 8, "Commodity": 9}
    for loan in society.loans:
        society.balances[int(loan[1][-4:]) - 1][column[loan[3]]] = loan[10]
    society.settle()
    return society


def _loans(pick: random.Random, names: list[str], count: int) -> list[list[Value]]:
    taken, made = set(), []
    while len(made) < count:
        borrower = pick.randrange(len(names))
        kind, rate, tenors = pick.choice(LOAN_KINDS)
        if (borrower, kind) in taken:
            continue
        taken.add((borrower, kind))
        tenor = pick.choice(tenors)
        paid = pick.randrange(0, tenor)
        amount = Decimal(pick.randrange(10, 300) * 5000)
        index = AS_AT.year * 12 + AS_AT.month - 1 - paid
        granted = date(index // 12, index % 12 + 1, pick.randrange(1, 29))
        instalment = level_instalment(amount, Decimal(rate), tenor)
        lines = running_schedule(amount, Decimal(rate), instalment, tenor, 1, [granted] * tenor)
        others = pick.sample([index for index in range(len(names)) if index != borrower], 2)
        made.append([
            f"LH/{granted.year}/{len(made) + 1:03d}", f"UMCS/{borrower + 1:04d}", " ".join(names[borrower].split()[:2]),
            kind, granted, amount, Decimal(rate), Decimal(tenor), instalment, Decimal(paid),
            lines[paid - 1].closing if paid else amount, *(f"UMCS/{other + 1:04d}" for other in others),
        ])  # fmt: skip
    return made

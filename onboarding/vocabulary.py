"""The words by which societies name their sheets, columns, loans and accounts, and what each means to us.

A meaning is one thing that a column can hold. Phrases are written as `normal()`
leaves them: lower case, figures kept, everything else a blank, % as "percent".
"""

import re
import tomllib
from pathlib import Path

from core.names import folded

KINDS = ("members", "balances", "loans", "trial_balance", "ignore")
LOAN_TYPES = ("normal", "emergency", "electronics", "commodity", "asset")

_WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))

MEANINGS: dict[str, dict[str, list[str]]] = {
    "members": _WORDS["identity"] | _WORDS["balance_columns"] | _WORDS["members"],
    "balances": _WORDS["identity"] | _WORDS["balance_columns"] | _WORDS["balances"],
    "loans": _WORDS["identity"] | _WORDS["loans"],
    "trial_balance": _WORDS["trial_balance"],
    "ignore": {},
}
NOT_NEEDED = frozenset(_WORDS["known"]["not_needed"])
SHEET_WORDS: dict[str, list[str]] = _WORDS["sheets"]
LABELS: dict[str, str] = _WORDS["labels"]
# At least one of each tuple must be there, or the sheet cannot be used.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "members": (("member_number",), ("name", "surname")),
    "balances": (("member_number", "name"), ("savings", "shares", "christmas", "voluntary")),
    "loans": (("loan_number",), ("member_number", "name"), ("loan_type",), ("amount",), ("balance",), ("tenor",)),
    "trial_balance": (("account",), ("debit", "balance")),
    "ignore": (),
}
# Not there: the sheet is read, and a warning says what is missing.
USEFUL: dict[str, tuple[tuple[str, ...], ...]] = {
    "members": (("employer",), ("staff_number",), ("joined_on",), ("monthly_savings",)),
    "balances": (("member_number",),),
    "loans": (("granted_on",), ("rate", "rate_monthly"), ("instalment",), ("months_paid",), ("guarantor_1",)),
    "trial_balance": (),
    "ignore": (),
}
# What an account of the trial balance is to us; the first pattern that fits the folded name decides.
ACCOUNT_PATTERNS = (
    ("loan_provision", r"provision|impairment|allowance for|doubtful"),
    ("investments", r"investment|treasury bill|fixed deposit|unit trust"),
    ("interest_income", r"interest.*(income|received|earned|on loan)|loan interest"),
    ("fee_income", r"(entrance|form|processing|admission|application).*fee|fees? (income|received)|\bfines?\b|penalt"),
    ("bank_charges", r"bank charges?|\bcot\b|commission"),
    ("loans_normal", r"(normal|real|main|regular) loans?"),
    ("loans_emergency", r"emer\w* loans?"),
    ("loans_electronics", r"electr?\w* loans?"),
    ("loans_commodity", r"comm\w* loans?|essential commod"),
    ("loans_asset", r"(asset|car|vehicle|housing|land) loans?"),
    ("loans", r"\bloans?\b|\bdebtors?\b"),
    ("christmas", r"x ?mas|christmas|festive"),
    ("voluntary", r"(voluntary|special|target) savings?"),
    ("shares", r"\bshares?\b|share capital"),
    ("savings", r"\bsavings?\b|thrift|members deposits?|contributions?"),
    ("reserve", r"reserve|statutory|education fund"),
    ("surplus", r"surplus|retained|undistributed|appropriation|accumulated|profit"),
    ("cash", r"\bcash\b|petty|imprest"),
    ("bank", r"\bbank\b|zenith|gtb|\buba\b|access|first bank|union|fidelity|microfinance|\bmfb\b|current a"),
    ("fixed_assets", r"furniture|equipment|fixed asset|motor|building|computer|generator|land\b"),
    ("payable", r"creditors?|payables?|accru|suspense|sundry cr"),
    ("receivable", r"receivables?|sundry dr|prepa(id|yment)"),
    ("expense", r"expens|salar|stationer|allowance|travel|audit fee|printing|honorari|rent\b"),
)  # fmt: skip
ACCOUNT_KINDS = (*dict.fromkeys(kind for kind, _ in ACCOUNT_PATTERNS), "other")

TOTAL_ROW = re.compile(
    r"(?:grand|sub|page|overall|general|sheet)?\s?totals?\b(?!.*loan)|"
    r"(?:balance )?(?:b f|c f)|carried forward|brought forward"
)
SIGNATURE_ROW = re.compile(
    r"signature|\bsigned\b|\bsign\b|prepared by|checked by|approved by|audited by|certified|treasurers?$|presidents?$|"
    r"secretarys?$|chairmans?$|\bauditors?$"
)
AS_AT = re.compile(
    r"\bas\s+(?:at|of|on)\s*:?\s*(.{6,30})$|(?:\bat|\bto|\bended|\bending)\s+(\d.{5,30})$", re.IGNORECASE
)

_PIECES = re.compile(r"\d+(?:st|nd|rd|th)\b|[a-z]+|\d+")
_CURRENCY = re.compile(r"₦|\(\s*(?:n|ngn|naira)\s*\)|\bngn\b|=n=", re.IGNORECASE)


def normal(text: str) -> str:
    """A heading as its phrase: "MEMBERS' NAMES (₦)" is "members names", "RATE % PA" is "rate percent pa"."""
    plain = _CURRENCY.sub(" ", text).replace("%", " percent ").replace("'", "").replace("’", "").replace("‘", "")
    plain = re.sub(r"\bp\.?\s?([am])\.?(?![a-z])", r" p\1 ", plain, flags=re.IGNORECASE)
    return " ".join(_PIECES.findall(folded(plain)))


def _table(words: dict[str, list[str]]) -> dict[str, str]:
    return {phrase: meaning for meaning, phrases in words.items() for phrase in phrases}


PHRASES: dict[str, dict[str, str]] = {kind: _table(words) for kind, words in MEANINGS.items()}
LOAN_TYPE_PHRASES = _table(_WORDS["loan_types"])


def account_kind(name: str) -> str:
    """What a line of the trial balance is to us, `other` where its name tells nothing."""
    words = normal(name)
    for kind, pattern in ACCOUNT_PATTERNS:
        if re.search(pattern, words):
            return kind
    return "other"

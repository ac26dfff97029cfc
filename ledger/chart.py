"""The chart of accounts that a new society starts with: code, name, kind, normal side, is it a control account.

Control accounts take no line themselves: each member's or loan's sub-account stands under one.
"""

from ledger.models import AccountKind, Side

A, L, Q, I, E = AccountKind.ASSET, AccountKind.LIABILITY, AccountKind.EQUITY, AccountKind.INCOME, AccountKind.EXPENSE
DR, CR = Side.DEBIT, Side.CREDIT

BANK = "1000"
CASH = "1010"
LOANS_NORMAL = "1200"
LOANS_EMERGENCY = "1210"
LOANS_COMMODITY = "1220"
LOANS_ELECTRONICS = "1230"
LOANS_ASSET = "1240"
SAVINGS = "2000"
VOLUNTARY_SAVINGS = "2010"
CHRISTMAS_SAVINGS = "2020"
SUSPENSE = "2200"
SHARES = "3000"
STATUTORY_RESERVE = "3100"
UNDISTRIBUTED_SURPLUS = "3200"
OPENING_DIFFERENCE = "3900"
INTEREST_INCOME = "4000"
FEE_INCOME = "4100"
BANK_CHARGES = "5210"

STANDARD_CHART: list[tuple[str, str, AccountKind, Side, bool]] = [
    (BANK, "Bank", A, DR, False),
    (CASH, "Cash in hand", A, DR, False),
    ("1100", "Payroll remittances receivable", A, DR, False),
    (LOANS_NORMAL, "Normal loans to members", A, DR, True),
    (LOANS_EMERGENCY, "Emergency loans to members", A, DR, True),
    (LOANS_COMMODITY, "Commodity loans to members", A, DR, True),
    (LOANS_ELECTRONICS, "Electronics loans to members", A, DR, True),
    (LOANS_ASSET, "Car and asset loans to members", A, DR, True),
    ("1290", "Allowance for loan losses", A, CR, False),
    ("1500", "Investments", A, DR, False),
    ("1600", "Fixed assets", A, DR, False),
    (SAVINGS, "Members' savings", L, CR, True),
    (VOLUNTARY_SAVINGS, "Members' voluntary savings", L, CR, True),
    (CHRISTMAS_SAVINGS, "Christmas savings", L, CR, True),
    ("2100", "Vendors payable", L, CR, False),
    (SUSPENSE, "Unallocated remittances (suspense)", L, CR, False),
    ("2210", "Member refunds payable", L, CR, False),
    (SHARES, "Share capital", Q, CR, True),
    (STATUTORY_RESERVE, "Statutory reserve", Q, CR, False),
    (UNDISTRIBUTED_SURPLUS, "Undistributed surplus", Q, CR, False),
    (OPENING_DIFFERENCE, "Opening differences to be explained", Q, CR, False),
    (INTEREST_INCOME, "Interest income on loans", I, CR, False),
    (FEE_INCOME, "Processing fees", I, CR, False),
    ("4110", "Entrance and form fees", I, CR, False),
    ("4120", "Penalties", I, CR, False),
    ("5000", "Interest on savings", E, DR, False),
    ("5100", "Loan loss provision", E, DR, False),
    ("5200", "Administration", E, DR, False),
    (BANK_CHARGES, "Bank charges", E, DR, False),
]

"""The chart of accounts that a new society starts with: code, name, kind, normal side, is it a control account.

Control accounts take no line themselves: each member's or loan's sub-account stands under one.
"""

from ledger.models import AccountKind, Side

ASSET, LIABILITY, EQUITY, INCOME, EXPENSE = AccountKind
DR, CR = Side.DEBIT, Side.CREDIT

BANK = "1000"
CASH = "1010"
LOANS_NORMAL = "1200"
LOANS_EMERGENCY = "1210"
LOANS_COMMODITY = "1220"
LOANS_ELECTRONICS = "1230"
LOANS_ASSET = "1240"
LOANS_MURABAHA = "1250"
LOANS_INTEREST_FREE = "1260"
LOANS_UPFRONT = "1270"
LOANS_BULLET = "1280"
UNEARNED_INCOME = "1295"
PROFIT_RECEIVABLE = "1305"
GOODS = "1400"
SAVINGS = "2000"
VOLUNTARY_SAVINGS = "2010"
CHRISTMAS_SAVINGS = "2020"
SUSPENSE = "2200"
INSURANCE_PAYABLE = "2300"
CHARITY_PAYABLE = "2320"
SHARES = "3000"
STATUTORY_RESERVE = "3100"
UNDISTRIBUTED_SURPLUS = "3200"
OPENING_DIFFERENCE = "3900"
INTEREST_INCOME = "4000"
MURABAHA_PROFIT = "4010"
FEE_INCOME = "4100"
COMMISSIONS = "4130"
PENALTIES = "4120"
RECOVERIES = "4900"
ALLOWANCE = "1290"
PROVISION_EXPENSE = "5100"
BANK_CHARGES = "5210"

STANDARD_CHART: list[tuple[str, str, AccountKind, Side, bool]] = [
    (BANK, "Bank", ASSET, DR, False),
    (CASH, "Cash in hand", ASSET, DR, False),
    ("1100", "Payroll remittances receivable", ASSET, DR, False),
    (LOANS_NORMAL, "Normal loans to members", ASSET, DR, True),
    (LOANS_EMERGENCY, "Emergency loans to members", ASSET, DR, True),
    (LOANS_COMMODITY, "Commodity loans to members", ASSET, DR, True),
    (LOANS_ELECTRONICS, "Electronics loans to members", ASSET, DR, True),
    (LOANS_ASSET, "Car and asset loans to members", ASSET, DR, True),
    (LOANS_MURABAHA, "Goods sold to members (murabaha)", ASSET, DR, True),
    (LOANS_INTEREST_FREE, "Interest-free loans to members", ASSET, DR, True),
    (LOANS_UPFRONT, "Loans with interest taken at the start", ASSET, DR, True),
    (LOANS_BULLET, "Loans paid back in one payment", ASSET, DR, True),
    (ALLOWANCE, "Allowance for loan losses", ASSET, CR, False),
    (UNEARNED_INCOME, "Unearned interest and deferred profit", ASSET, CR, False),
    (PROFIT_RECEIVABLE, "Profit receivable (murabaha)", ASSET, DR, False),
    (GOODS, "Goods bought for members", ASSET, DR, False),
    ("1500", "Investments", ASSET, DR, False),
    ("1600", "Fixed assets", ASSET, DR, False),
    (SAVINGS, "Members' savings", LIABILITY, CR, True),
    (VOLUNTARY_SAVINGS, "Members' voluntary savings", LIABILITY, CR, True),
    (CHRISTMAS_SAVINGS, "Christmas savings", LIABILITY, CR, True),
    ("2100", "Vendors payable", LIABILITY, CR, False),
    (SUSPENSE, "Unallocated remittances (suspense)", LIABILITY, CR, False),
    ("2210", "Member refunds payable", LIABILITY, CR, False),
    (INSURANCE_PAYABLE, "Insurance payable", LIABILITY, CR, False),
    (CHARITY_PAYABLE, "Charity payable", LIABILITY, CR, False),
    (SHARES, "Share capital", EQUITY, CR, True),
    (STATUTORY_RESERVE, "Statutory reserve", EQUITY, CR, False),
    (UNDISTRIBUTED_SURPLUS, "Undistributed surplus", EQUITY, CR, False),
    (OPENING_DIFFERENCE, "Opening differences to be explained", EQUITY, CR, False),
    (INTEREST_INCOME, "Interest income on loans", INCOME, CR, False),
    (MURABAHA_PROFIT, "Profit on goods sold (murabaha)", INCOME, CR, False),
    (FEE_INCOME, "Processing fees", INCOME, CR, False),
    ("4110", "Entrance and form fees", INCOME, CR, False),
    (PENALTIES, "Penalties", INCOME, CR, False),
    (COMMISSIONS, "Commissions on loans", INCOME, CR, False),
    (RECOVERIES, "Recoveries of loans written off", INCOME, CR, False),
    ("5000", "Interest on savings", EXPENSE, DR, False),
    (PROVISION_EXPENSE, "Loan loss provision", EXPENSE, DR, False),
    ("5200", "Administration", EXPENSE, DR, False),
    (BANK_CHARGES, "Bank charges", EXPENSE, DR, False),
]

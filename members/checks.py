"""The members' invariants; each query must return nothing."""

from core.checks import Invariant

INVARIANTS = [
    Invariant("M01", "Every member has four accounts under the right controls", """
        SELECT m.number, 0 FROM members_member m
        JOIN ledger_account s ON s.id = m.savings_account_id JOIN ledger_account sc ON sc.id = s.control_id
        JOIN ledger_account v ON v.id = m.voluntary_account_id JOIN ledger_account vc ON vc.id = v.control_id
        JOIN ledger_account x ON x.id = m.christmas_account_id JOIN ledger_account xc ON xc.id = x.control_id
        JOIN ledger_account h ON h.id = m.shares_account_id JOIN ledger_account hc ON hc.id = h.control_id
        WHERE (sc.code, vc.code, xc.code, hc.code) <> ('2000', '2010', '2020', '3000')""",
        counted="SELECT count(*) FROM members_member"),
    Invariant("M02", "Every withdrawal that waits is held, and no other", """
        SELECT w.id::text, w.amount FROM members_withdrawal w JOIN ledger_hold h ON h.id = w.hold_id
        WHERE h.amount <> w.amount OR (w.status = 'requested') <> (h.released_at IS NULL)""",
        counted="SELECT count(*) FROM members_withdrawal"),
]  # fmt: skip

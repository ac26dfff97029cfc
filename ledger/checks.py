"""The ledger's invariants, recounted from the lines: each query returns one row per break, and must return none."""

from core.checks import Invariant

INVARIANTS = [
    Invariant("I01", "Every entry balances and has two lines or more", """
        SELECT e.id::text, coalesce(sum(l.debit - l.credit), 0) FROM ledger_journalentry e
        LEFT JOIN ledger_journalline l ON l.entry_id = e.id GROUP BY e.id
        HAVING coalesce(sum(l.debit - l.credit), 0) <> 0 OR count(l.id) < 2""",
        counted="SELECT count(*) FROM ledger_journalentry"),
    Invariant("I02", "Every line counts on the day of its entry", """
        SELECT l.id::text, l.debit - l.credit FROM ledger_journalline l JOIN ledger_journalentry e ON e.id = l.entry_id
        WHERE l.effective_on <> e.effective_on""",
        counted="SELECT count(*) FROM ledger_journalline"),
    Invariant("I04", "Every stored balance is the sum of its lines", """
        SELECT b.account_id::text, b.balance - coalesce(s.total, 0) FROM ledger_accountbalance b
        JOIN ledger_account a ON a.id = b.account_id
        LEFT JOIN (SELECT account_id, sum(debit - credit) AS lines FROM ledger_journalline GROUP BY account_id) x
          ON x.account_id = b.account_id
        CROSS JOIN LATERAL (SELECT CASE a.normal_side WHEN 'debit' THEN x.lines ELSE -x.lines END AS total) s
        WHERE b.balance <> coalesce(s.total, 0)""",
        counted="SELECT count(*) FROM ledger_accountbalance"),
    Invariant("I05", "Every control account is the sum of its sub-accounts", """
        SELECT c.code, lines.total - stored.total FROM ledger_account c
        JOIN (SELECT a.control_id, sum(l.debit - l.credit) AS total FROM ledger_journalline l
              JOIN ledger_account a ON a.id = l.account_id WHERE a.control_id IS NOT NULL GROUP BY 1) lines
          ON lines.control_id = c.id
        JOIN (SELECT a.control_id, sum(CASE a.normal_side WHEN 'debit' THEN b.balance ELSE -b.balance END) AS total
              FROM ledger_accountbalance b JOIN ledger_account a ON a.id = b.account_id GROUP BY 1) stored
          ON stored.control_id = c.id
        WHERE lines.total <> stored.total
        UNION ALL
        SELECT a.code, l.debit - l.credit FROM ledger_journalline l JOIN ledger_account a ON a.id = l.account_id
        WHERE a.is_control""",
        counted="SELECT count(*) FROM ledger_account WHERE is_control"),
    Invariant("I06", "No account stands below its floor", """
        SELECT account_id::text, balance - floor FROM ledger_accountbalance
        WHERE floor IS NOT NULL AND balance < floor""",
        counted="SELECT count(*) FROM ledger_accountbalance"),
    Invariant("I07", "No account has more held than stands on it", """
        SELECT account_id::text, held - balance FROM ledger_accountbalance WHERE held > 0 AND held > balance""",
        counted="SELECT count(*) FROM ledger_accountbalance WHERE held > 0"),
    Invariant("I08", "What is held is the sum of the live holds", """
        SELECT b.account_id::text, b.held - coalesce(h.total, 0) FROM ledger_accountbalance b
        LEFT JOIN (SELECT account_id, sum(amount) AS total FROM ledger_hold WHERE released_at IS NULL GROUP BY 1) h
          ON h.account_id = b.account_id
        WHERE b.held <> coalesce(h.total, 0)""",
        counted="SELECT count(*) FROM ledger_hold WHERE released_at IS NULL"),
    Invariant("I28", "Every reversal mirrors its entry", """
        SELECT r.id::text, sum(l.debit - l.credit) FROM ledger_journalentry r
        JOIN LATERAL (
          SELECT account_id, debit, credit FROM ledger_journalline WHERE entry_id = r.id
          UNION ALL SELECT account_id, -credit, -debit FROM ledger_journalline WHERE entry_id = r.reverses_id) l ON true
        WHERE r.reverses_id IS NOT NULL
        GROUP BY r.id, l.account_id HAVING sum(l.debit) <> 0 OR sum(l.credit) <> 0""",
        counted="SELECT count(*) FROM ledger_journalentry WHERE reverses_id IS NOT NULL"),
    Invariant("TB", "The trial balance has equal columns", """
        SELECT 'all', sum(debit - credit) FROM ledger_journalline HAVING sum(debit - credit) <> 0""",
        counted="SELECT count(*) FROM ledger_journalline"),
]  # fmt: skip

"""The invariants of the own books; each query must return nothing."""

from core.checks import Invariant

INVARIANTS = [
    Invariant("B01", "An import that was undone left nothing on any account", """
        SELECT l.account_id::text, sum(l.debit - l.credit) FROM onboarding_bookimport b
        JOIN ledger_journalentry e ON e.batch = 'opening/' || b.id
        JOIN ledger_journalline l ON l.entry_id = e.id
        WHERE b.status = 'undone' GROUP BY b.id, l.account_id HAVING sum(l.debit - l.credit) <> 0""",
        counted="SELECT count(*) FROM onboarding_bookimport WHERE status = 'undone'"),
    Invariant("B02", "A posted import opened what its dry run said", """
        SELECT b.id::text, (b.findings -> 'totals' ->> t.name)::numeric - coalesce(s.total, 0)
          FROM onboarding_bookimport b
          CROSS JOIN (VALUES ('savings', '2000'), ('voluntary', '2010'), ('xmas', '2020'), ('shares', '3000'))
            AS t (name, code)
          LEFT JOIN LATERAL (
            SELECT sum(l.credit - l.debit) AS total FROM ledger_journalentry e
            JOIN ledger_journalline l ON l.entry_id = e.id
            JOIN ledger_account a ON a.id = l.account_id JOIN ledger_account c ON c.id = a.control_id
            WHERE e.batch = 'opening/' || b.id AND e.kind = 'onboarding.opening' AND c.code = t.code) s ON true
         WHERE b.status = 'posted' AND (b.findings -> 'totals' ->> t.name)::numeric <> coalesce(s.total, 0)""",
        counted="SELECT count(*) FROM onboarding_bookimport WHERE status = 'posted'"),
]  # fmt: skip

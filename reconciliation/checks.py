"""The invariants of reconciliation; each query must return nothing."""

from core.checks import Invariant

INVARIANTS = [
    Invariant("R01", "The suspense account is the sum of its open items and of the lines still to be posted", """
        WITH books AS (
          SELECT coalesce(sum(l.credit - l.debit), 0) AS total FROM ledger_journalline l
          JOIN ledger_account a ON a.id = l.account_id WHERE a.code = '2200'),
        items AS (
          SELECT coalesce(sum(amount), 0) AS total FROM reconciliation_suspenseitem WHERE status = 'open'),
        waiting AS (
          SELECT coalesce(sum(l.amount), 0) AS total FROM reconciliation_remittanceline l
          JOIN reconciliation_remittance r ON r.id = l.remittance_id
          WHERE r.status = 'posting' AND l.state NOT IN ('posted', 'suspense'))
        SELECT 'suspense', books.total - items.total - waiting.total FROM books, items, waiting
        WHERE books.total <> items.total + waiting.total""",
        counted="SELECT count(*) FROM reconciliation_suspenseitem WHERE status = 'open'"),
    Invariant("R02", "Every part of a line stands with its amount in an entry for its own member", """
        SELECT p.id::text, p.amount FROM reconciliation_remittancepart p
        JOIN reconciliation_remittanceline l ON l.id = p.line_id
        LEFT JOIN reconciliation_suspenseitem s ON s.line_id = l.id
        JOIN members_member m ON m.id = coalesce(s.member_id, l.member_id)
        WHERE NOT CASE p.kind
          WHEN 'loan' THEN EXISTS (
            SELECT 1 FROM loans_repayment r JOIN loans_loan loan ON loan.id = r.loan_id
            WHERE r.entry_id = p.entry_id AND r.loan_id = p.loan_id AND r.amount = p.amount AND loan.member_id = m.id)
          ELSE EXISTS (
            SELECT 1 FROM ledger_journalline j WHERE j.entry_id = p.entry_id AND j.credit = p.amount AND j.account_id =
              CASE p.kind WHEN 'savings' THEN m.savings_account_id WHEN 'christmas' THEN m.christmas_account_id
                          WHEN 'voluntary' THEN m.voluntary_account_id END) END""",
        counted="SELECT count(*) FROM reconciliation_remittancepart"),
    Invariant("R03", "Every issued schedule adds up to its total", """
        SELECT s.number, s.total - coalesce(sum(l.total), 0) FROM reconciliation_deductionschedule s
        LEFT JOIN reconciliation_deductionline l ON l.schedule_id = s.id
        WHERE s.status = 'issued' GROUP BY s.id HAVING s.total <> coalesce(sum(l.total), 0)""",
        counted="SELECT count(*) FROM reconciliation_deductionschedule WHERE status = 'issued'"),
    Invariant("R04", "Every receipt puts its file into suspense, and no more than the bank credited into the bank", """
        SELECT r.id::text, r.file_total - coalesce(j.parked, 0) FROM reconciliation_remittance r
        LEFT JOIN (SELECT l.entry_id, sum(l.credit - l.debit) FILTER (WHERE a.code = '2200') AS parked,
                          coalesce(sum(l.debit - l.credit) FILTER (WHERE a.code = '1000'), 0) AS banked
                   FROM ledger_journalline l JOIN ledger_account a ON a.id = l.account_id GROUP BY 1) j
          ON j.entry_id = r.receipt_id
        WHERE r.status IN ('posting', 'posted')
          AND (j.parked IS DISTINCT FROM r.file_total OR j.banked IS DISTINCT FROM r.bank_credit)""",
        counted="SELECT count(*) FROM reconciliation_remittance WHERE status IN ('posting', 'posted')"),
    Invariant("R05", "Posted + suspense = file total = bank credit + charge, for every posted return", """
        SELECT r.id::text, r.file_total - coalesce(p.total, 0) - coalesce(s.total, 0) FROM reconciliation_remittance r
        LEFT JOIN (SELECT l.remittance_id, sum(p.amount) AS total FROM reconciliation_remittancepart p
                   JOIN reconciliation_remittanceline l ON l.id = p.line_id
                   WHERE l.state = 'posted' GROUP BY 1) p
          ON p.remittance_id = r.id
        LEFT JOIN (SELECT l.remittance_id, sum(s.amount) AS total FROM reconciliation_suspenseitem s
                   JOIN reconciliation_remittanceline l ON l.id = s.line_id GROUP BY 1) s
          ON s.remittance_id = r.id
        WHERE r.status = 'posted'
          AND (r.file_total <> coalesce(p.total, 0) + coalesce(s.total, 0)
               OR r.file_total <> r.bank_credit + r.charge)""",
        counted="SELECT count(*) FROM reconciliation_remittance WHERE status = 'posted'"),
]  # fmt: skip

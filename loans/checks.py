"""The register's invariants, recounted from the tables: each query returns one row per break, and must return none."""

from core.checks import Invariant
from loans import late_checks, promise_checks

INVARIANTS = [
    Invariant("I10", "Every loan of ours that runs was paid out once, for its approval, by another hand", """
        SELECT l.serial, l.principal FROM loans_loan l
        LEFT JOIN loans_disbursement d ON d.loan_id = l.id
        LEFT JOIN loans_loanapproval a ON a.application_id = l.application_id
        WHERE l.origin = 'application' AND (
          (l.status IN ('active', 'closed') AND d.loan_id IS NULL)
          OR (l.status IN ('queued', 'registered') AND d.loan_id IS NOT NULL)
          OR (d.loan_id IS NOT NULL AND (d.approval_id <> l.application_id OR d.disbursed_by_id = a.approved_by_id
            OR d.amount + d.kept_back + d.upfront_interest <> (SELECT sum(j.debit) FROM ledger_journalline j
                             WHERE j.entry_id = d.entry_id AND j.account_id = l.account_id))))""",
        counted="SELECT count(*) FROM loans_loan WHERE origin = 'application'"),
    Invariant("I13", "Every loan of ours has the terms that were approved", """
        SELECT l.serial, l.principal - l.added_fees - coalesce(a.amount, 0) FROM loans_loan l
        LEFT JOIN loans_loanapproval a ON a.application_id = l.application_id
        LEFT JOIN loans_loanapplication p ON p.id = l.application_id
        LEFT JOIN loans_productversion v ON v.id = p.version_id
        WHERE l.origin = 'application' AND
          ((l.principal - l.added_fees, l.term_months, l.member_id, l.version_id, l.method)
             IS DISTINCT FROM (a.amount, a.term_months, p.member_id, v.id, v.method)
           OR (l.annual_rate_percent <> v.annual_rate_percent AND NOT EXISTS (SELECT 1 FROM loans_ratetier t
                 WHERE t.version_id = v.id AND t.annual_rate_percent = l.annual_rate_percent)))""",
        counted="SELECT count(*) FROM loans_loan WHERE origin = 'application'"),
    Invariant("I16", "Every repayment is explained by its allocations and is what its entry took in", """
        SELECT r.reference, r.principal + r.interest + r.fee - coalesce(x.principal + x.interest + x.fee, 0)
        FROM loans_repayment r
        LEFT JOIN (SELECT repayment_id, sum(principal) AS principal, sum(interest) AS interest, sum(fee) AS fee
                     FROM loans_allocation GROUP BY 1) x ON x.repayment_id = r.id
        JOIN loans_loan l ON l.id = r.loan_id
        WHERE (r.principal, r.interest, r.fee)
              <> (coalesce(x.principal, 0), coalesce(x.interest, 0), coalesce(x.fee, 0))
          OR r.principal IS DISTINCT FROM coalesce((SELECT sum(j.credit - j.debit) FROM ledger_journalline j
               WHERE j.entry_id = r.entry_id AND j.account_id = l.account_id), 0)
        UNION ALL
        SELECT r.reference, r.amount FROM loans_repayment r
        LEFT JOIN ledger_journalentry e ON e.reverses_id = r.entry_id
        WHERE r.reversed_by_entry_id IS DISTINCT FROM e.id""",
        counted="SELECT count(*) FROM loans_repayment"),
    Invariant("I17", "What is marked as paid on a loan's instalments is the sum of the payments that stand", """
        SELECT l.serial, i.principal + i.interest + i.fee - coalesce(x.principal + x.interest + x.fee, 0)
        FROM loans_loan l
        JOIN (SELECT loan_id, sum(principal_paid) AS principal, sum(interest_paid) AS interest, sum(fee_paid) AS fee,
                     sum(interest_waived) AS waived
                FROM loans_installment WHERE live GROUP BY 1) i ON i.loan_id = l.id
        LEFT JOIN (SELECT r.loan_id, sum(a.principal) AS principal, sum(a.interest) AS interest, sum(a.fee) AS fee,
                          sum(a.interest_waived) AS waived
                     FROM loans_allocation a JOIN loans_repayment r ON r.id = a.repayment_id
                    WHERE r.reversed_by_entry_id IS NULL GROUP BY 1) x ON x.loan_id = l.id
        WHERE (i.principal, i.interest, i.fee)
              <> (coalesce(x.principal, 0), coalesce(x.interest, 0), coalesce(x.fee, 0))
          OR i.waived <> coalesce(x.waived, 0) + (SELECT coalesce(sum(c.interest_let_off), 0)
               FROM loans_loanchange c WHERE c.loan_id = l.id AND c.status = 'approved')""",
        counted="SELECT count(*) FROM loans_installment WHERE live"),
    Invariant("I18", "The instalments of a loan pay back its principal to the kobo", """
        SELECT l.serial, l.scheduled_principal - coalesce(x.principal, 0) FROM loans_loan l
        LEFT JOIN (SELECT loan_id, sum(principal) AS principal FROM loans_installment WHERE live GROUP BY 1) x
          ON x.loan_id = l.id
        WHERE l.scheduled_principal <> coalesce(x.principal, 0)""",
        counted="SELECT count(*) FROM loans_loan"),
    Invariant("I19", "What a loan owes in the books is what its instalments leave unpaid", """
        SELECT l.serial, b.balance - x.owed FROM loans_loan l
        JOIN ledger_accountbalance b ON b.account_id = l.account_id
        CROSS JOIN LATERAL (SELECT CASE WHEN l.status IN ('active', 'closed')
          THEN l.scheduled_principal - coalesce((SELECT sum(principal_paid) FROM loans_installment
                                                  WHERE loan_id = l.id AND live), 0) ELSE 0 END AS owed) x
        WHERE b.balance <> x.owed""",
        counted="SELECT count(*) FROM loans_loan"),
    Invariant("I20", "The serials of our loans and certificates have no gap", """
        WITH counted AS (SELECT l.serial_year, l.serial_number, l.origin FROM loans_loan l
          WHERE l.origin = 'application' OR lower(l.serial) LIKE (
            SELECT lower(loan_serial_prefix) FROM core_society) || '_' || l.serial_year || '_%%')
        SELECT 'loan ' || c.year, c.last - o.first + 1 - n.given FROM core_serialcounter c
        JOIN (SELECT serial_year, min(serial_number) AS first FROM counted WHERE origin = 'application' GROUP BY 1) o
          ON o.serial_year = c.year
        CROSS JOIN LATERAL (SELECT count(DISTINCT serial_number) AS given FROM counted
          WHERE serial_year = c.year AND serial_number BETWEEN o.first AND c.last) n
        WHERE c.document = 'loan' AND c.last - o.first + 1 <> n.given
        UNION ALL
        SELECT 'certificate ' || c.year, c.last - x.issued FROM core_serialcounter c
        CROSS JOIN LATERAL (SELECT count(DISTINCT e.data->>'certificate_number') AS issued FROM audit_event e
          WHERE e.verb = 'loans.loan.certificate_issued'
            AND split_part(e.data->>'certificate_number', '/', 2) = c.year::text) x
        WHERE c.document = 'certificate' AND c.last <> x.issued""",
        counted="""SELECT (SELECT count(*) FROM loans_loan WHERE origin = 'application')
          + (SELECT count(*) FROM loans_loan WHERE certificate_number IS NOT NULL)"""),
    Invariant("LF", "Every fee of a loan that runs was taken in, and added fees are in its principal", """
        SELECT l.serial, f.amount FROM loans_loanfee f JOIN loans_loan l ON l.id = f.loan_id
        WHERE l.status IN ('active', 'closed', 'written_off') AND f.collected <> 'with_instalments'
          AND f.entry_id IS NULL
        UNION ALL
        SELECT l.serial, l.added_fees FROM loans_loan l WHERE l.added_fees <> coalesce((SELECT sum(amount)
          FROM loans_loanfee WHERE loan_id = l.id AND collected = 'added_to_loan'), 0)""",
        counted="SELECT count(*) FROM loans_loanfee"),
    Invariant("LU", "The unearned income in the books is what loans have still to earn", """
        SELECT 'unearned income', x.booked - x.waiting FROM (SELECT
          coalesce((SELECT sum(j.credit - j.debit) FROM ledger_journalline j
            JOIN ledger_account a ON a.id = j.account_id JOIN ledger_journalentry e ON e.id = j.entry_id
            WHERE a.code = '1295'
              AND e.kind IN ('loan.paid_out', 'loan.goods_sold', 'loan.income_earned',
                'loan.income_deferred_again')), 0) AS booked,
          coalesce((SELECT sum(amount) FROM loans_deferredincome WHERE entry_id IS NULL), 0) AS waiting) x
        WHERE x.booked <> x.waiting""",
        counted="SELECT count(*) FROM loans_deferredincome"),
    Invariant("LQ", "The profit receivable in the books is what sales ask for and were not paid", """
        SELECT 'profit receivable', x.booked - x.asked + x.paid FROM (SELECT
          coalesce((SELECT sum(j.debit - j.credit) FROM ledger_journalline j
            JOIN ledger_account a ON a.id = j.account_id JOIN ledger_journalentry e ON e.id = j.entry_id
            WHERE a.code = '1305' AND e.kind LIKE 'loan.%%'), 0) AS booked,
          coalesce((SELECT sum(d.amount - CASE WHEN d.entry_id IS NULL THEN 0 ELSE d.given_back END)
            FROM loans_deferredincome d JOIN loans_loan l ON l.id = d.loan_id
            WHERE l.method = 'murabaha' AND NOT EXISTS (SELECT 1 FROM loans_deferredincome n
              WHERE n.loan_id = d.loan_id AND n.earned_on = d.earned_on AND n.telling > d.telling)), 0) AS asked,
          coalesce((SELECT sum(r.interest) FROM loans_repayment r JOIN loans_loan l ON l.id = r.loan_id
            WHERE l.method = 'murabaha' AND r.reversed_by_entry_id IS NULL), 0) AS paid) x
        WHERE x.booked <> x.asked - x.paid""",
        counted="""SELECT count(*) FROM loans_deferredincome d JOIN loans_loan l ON l.id = d.loan_id
          WHERE l.method = 'murabaha'"""),
    *late_checks.INVARIANTS,
    Invariant("LC", "A closed loan owes nothing, holds nobody, and has its certificate", """
        SELECT l.serial, b.balance FROM loans_loan l JOIN ledger_accountbalance b ON b.account_id = l.account_id
        WHERE l.status = 'closed' AND (b.balance <> 0 OR l.certificate_number IS NULL OR l.closed_on IS NULL
          OR EXISTS (SELECT 1 FROM loans_guarantee g WHERE g.loan_id = l.id AND g.status = 'accepted')
          OR EXISTS (SELECT 1 FROM loans_installment i WHERE i.loan_id = l.id AND i.live AND i.unpaid_amount > 0))
        UNION ALL
        SELECT l.serial, b.balance FROM loans_loan l JOIN ledger_accountbalance b ON b.account_id = l.account_id
        WHERE l.status = 'active' AND (l.certificate_number IS NOT NULL OR l.closed_on IS NOT NULL OR NOT EXISTS (
          SELECT 1 FROM loans_installment i WHERE i.loan_id = l.id AND i.live AND i.unpaid_amount > 0
          UNION ALL
          SELECT 1 FROM loans_loanstanding s WHERE s.loan_id = l.id
             AND s.penalty_charged > s.penalty_paid + s.penalty_waived))""",
        counted="SELECT count(*) FROM loans_loan WHERE status IN ('active', 'closed')"),
    *promise_checks.INVARIANTS,
]  # fmt: skip

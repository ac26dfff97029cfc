"""The invariants of arrears and provisions; `checks.py` has those of the register."""

from core.checks import Invariant

INVARIANTS = [
    Invariant("DS", "How a loan stands is what its instalments leave unpaid", """
        SELECT l.serial, s.outstanding_principal - x.outstanding FROM loans_loanstanding s
        JOIN loans_loan l ON l.id = s.loan_id
        CROSS JOIN LATERAL (
          SELECT coalesce(sum(i.principal - i.principal_paid), 0) AS outstanding,
                 coalesce(sum(i.principal - i.principal_paid) FILTER (WHERE i.due_on < r.as_of), 0) AS principal,
                 min(i.due_on) FILTER (WHERE i.due_on < r.as_of) AS oldest
            FROM (SELECT max(as_of) AS as_of FROM loans_arrearsrun WHERE finished_at IS NOT NULL) r
            LEFT JOIN loans_installment i ON i.loan_id = l.id AND i.live AND i.unpaid_amount > 0
             AND l.status = 'active') x
        WHERE NOT s.stale AND (s.outstanding_principal, s.overdue_principal, s.oldest_due_on)
          IS DISTINCT FROM (x.outstanding, x.principal, x.oldest)
        UNION ALL
        SELECT s.loan_id::text, 0 FROM loans_loanstanding s LEFT JOIN loans_loan l ON l.id = s.loan_id
        LEFT JOIN loans_lateclass c ON c.id = s.late_class_id
        WHERE l.id IS NULL OR (c.id IS NULL AND s.late_class_id IS NOT NULL)""",
        counted="SELECT count(*) FROM loans_loanstanding WHERE NOT stale"),
    Invariant("DN", "No loan is charged more for being late than its rate on its naira-days and its cap", """
        SELECT l.serial, s.penalty_charged - x.most FROM loans_loanstanding s JOIN loans_loan l ON l.id = s.loan_id
        LEFT JOIN loans_productversion v ON v.id = l.version_id
        CROSS JOIN LATERAL (SELECT coalesce(least(
            round(s.late_naira_days * v.penalty_percent / (100 * v.penalty_per_days), 2),
            round(l.principal * v.penalty_cap_percent * 0.01, 2)), 0) AS most) x
        WHERE s.penalty_charged > x.most""",
        counted="SELECT count(*) FROM loans_loanstanding"),
    Invariant("DH", "The history of a loan ends with how it stands", """
        SELECT l.serial, h.outstanding_principal - s.outstanding_principal FROM loans_loanstanding s
        JOIN loans_loan l ON l.id = s.loan_id
        LEFT JOIN LATERAL (SELECT * FROM loans_standinghistory a WHERE a.loan_id = s.loan_id
                            ORDER BY a.from_on DESC LIMIT 1) h ON true
        WHERE NOT s.stale AND s.as_of IS NOT NULL
          AND (h.outstanding_principal, h.oldest_due_on, h.late_class_id, h.provision, h.employer_caused, h.watch_days)
           IS DISTINCT FROM
              (s.outstanding_principal, s.oldest_due_on, s.late_class_id, s.provision, s.employer_caused,
               s.watch_days)""",
        counted="SELECT count(*) FROM loans_standinghistory"),
    Invariant("DP", "Every provision is the sum of its classes, and its entry moved the allowance to it", """
        SELECT p.as_of::text, p.required - x.required FROM loans_provisionrun p
        CROSS JOIN LATERAL (SELECT coalesce(sum(required), 0) AS required FROM loans_provisionline
                             WHERE run_id = p.id) x
        CROSS JOIN LATERAL (SELECT coalesce(sum(j.credit - j.debit), 0) AS moved FROM ledger_journalline j
          JOIN ledger_account a ON a.id = j.account_id WHERE j.entry_id = p.entry_id AND a.code = '1290') e
        WHERE p.required <> x.required OR e.moved <> p.required - p.allowance_before""",
        counted="SELECT count(*) FROM loans_provisionrun"),
]  # fmt: skip

-- The floor of any later night: one statement that works the same columns out, and stores those that changed since last night in
-- tables without an index, a constraint or a trigger; no pauses, nothing that it would meet again or could go on from.
WITH owed AS (
  SELECT l.id, l.principal, v.penalty_percent AS percent, v.penalty_per_days AS per_days, v.penalty_cap_percent AS cap_percent,
         v.penalty_in_duplum AS in_duplum, o.*
    FROM loans_loan l JOIN loans_productversion v ON v.id = l.version_id
    JOIN (
      SELECT i.loan_id, sum(i.principal - i.principal_paid) AS outstanding,
             min(i.due_on) FILTER (WHERE i.due_on < %(as_of)s) AS oldest,
             sum(i.unpaid_amount) FILTER (WHERE i.due_on < %(as_of)s) AS overdue,
             sum(i.principal - i.principal_paid) FILTER (WHERE i.due_on < %(as_of)s) AS late_principal,
             sum(i.fee - i.fee_paid) FILTER (WHERE i.due_on < %(as_of)s) AS fee,
             sum(CASE WHEN v.penalty_base = 'principal' THEN i.principal - i.principal_paid ELSE i.unpaid_amount END)
               FILTER (WHERE i.due_on + v.penalty_grace_days < %(as_of)s) AS accruing,
             sum(CASE WHEN v.penalty_base = 'principal' THEN i.principal - i.principal_paid ELSE i.unpaid_amount END
                 * (%(through)s - i.due_on - v.penalty_grace_days))
               FILTER (WHERE i.due_on + v.penalty_grace_days < %(through)s) AS naira_days
        FROM loans_installment i JOIN loans_loan l ON l.id = i.loan_id JOIN loans_productversion v ON v.id = l.version_id
       WHERE l.status = 'active' AND i.live AND i.unpaid_amount > 0
       GROUP BY i.loan_id) o ON o.loan_id = l.id
), facts AS (
  SELECT loan_id, oldest, coalesce(%(as_of)s - oldest, 0) AS days,
         width_bucket(coalesce(%(as_of)s - oldest, 0), %(from_days)s::int[]) AS row,
         outstanding, coalesce(late_principal, 0) AS late_principal, coalesce(overdue - late_principal - fee, 0) AS interest,
         coalesce(fee, 0) AS fee, coalesce(accruing, 0) AS accruing, coalesce(naira_days, 0) AS naira_days,
         least(round(coalesce(naira_days, 0) * percent / (100 * per_days), 2), round(principal * cap_percent * 0.01, 2),
               CASE WHEN in_duplum THEN outstanding END) AS charged
    FROM owed
), judged AS (
  SELECT f.*, (%(classes)s::bigint[])[f.row] AS class, round(f.outstanding * (%(percents)s::numeric[])[f.row] * 0.01, 2) AS provision,
         CASE WHEN (%(suspends)s::boolean[])[f.row] THEN f.interest ELSE 0 END AS suspended
    FROM facts f
), history AS (
  INSERT INTO floor_history
  SELECT j.loan_id, %(as_of)s, j.oldest, j.class, j.outstanding, j.late_principal, j.interest, j.fee, j.accruing, j.naira_days,
         j.charged, j.provision, j.suspended
    FROM judged j JOIN floor_standing s ON s.loan_id = j.loan_id
   WHERE (j.oldest, j.class, j.outstanding, j.late_principal, j.interest, j.fee, j.accruing)
     IS DISTINCT FROM (s.oldest_due_on, s.late_class_id, s.outstanding_principal, s.overdue_principal, s.overdue_interest,
                       s.overdue_fee, s.accruing)
)
UPDATE floor_standing s
   SET as_of = %(as_of)s, accrued_through = %(through)s, oldest_due_on = j.oldest, days_past_due = j.days,
       late_class_id = j.class, outstanding_principal = j.outstanding, overdue_principal = j.late_principal,
       overdue_interest = j.interest, overdue_fee = j.fee, accruing = j.accruing, late_naira_days = j.naira_days,
       penalty_charged = j.charged, provision = j.provision, suspended_interest = j.suspended
  FROM judged j
 WHERE s.loan_id = j.loan_id
   AND (j.oldest, j.days, j.class, j.outstanding, j.late_principal, j.interest, j.fee, j.accruing, j.naira_days)
     IS DISTINCT FROM (s.oldest_due_on, s.days_past_due, s.late_class_id, s.outstanding_principal, s.overdue_principal,
                       s.overdue_interest, s.overdue_fee, s.accruing, s.late_naira_days)

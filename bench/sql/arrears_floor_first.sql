-- The floor of a first night: one statement that works the same columns out and stores them, into tables without an index,
-- a constraint or a trigger; no pauses, nothing that it would meet again, nothing that it could go on from.
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
), history AS (
  INSERT INTO floor_history
  SELECT loan_id, %(as_of)s, oldest, (%(classes)s::bigint[])[row], outstanding, late_principal, interest, fee, accruing,
         naira_days, charged, round(outstanding * (%(percents)s::numeric[])[row] * 0.01, 2),
         CASE WHEN (%(suspends)s::boolean[])[row] THEN interest ELSE 0 END
    FROM facts
)
INSERT INTO floor_standing
SELECT loan_id, %(as_of)s, %(through)s, oldest, days, (%(classes)s::bigint[])[row], outstanding, late_principal, interest, fee,
       accruing, naira_days, charged, round(outstanding * (%(percents)s::numeric[])[row] * 0.01, 2),
       CASE WHEN (%(suspends)s::boolean[])[row] THEN interest ELSE 0 END
  FROM facts

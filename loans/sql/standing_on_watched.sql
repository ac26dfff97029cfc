-- How every loan that owed something stood at the end of a day: its last row of history, and what time alone added since.
-- A loan under watch is classed as at least watch_days late.
-- days_past_due and the penalty grow between two rows; everything else stands still.
DROP FUNCTION loans_standing_on(date);
CREATE FUNCTION loans_standing_on(day date) RETURNS TABLE (
  loan_id bigint, oldest_due_on date, days_past_due int, late_class_id bigint, outstanding_principal numeric,
  overdue_principal numeric, overdue_interest numeric, overdue_fee numeric, late_naira_days numeric,
  penalty_charged numeric, provision numeric, suspended_interest numeric, employer_caused boolean, watch_days int
) LANGUAGE sql STABLE AS $$
  SELECT h.loan_id, h.oldest_due_on, coalesce(day - h.oldest_due_on, 0), h.late_class_id, h.outstanding_principal,
         h.overdue_principal, h.overdue_interest, h.overdue_fee, h.late_naira_days + h.accruing * (day - h.from_on),
         CASE WHEN h.accruing = 0 THEN h.penalty_charged ELSE greatest(h.penalty_charged, least(
             div((h.late_naira_days + h.accruing * (day - h.from_on)) * v.penalty_percent * 2 + v.penalty_per_days,
                 (2 * v.penalty_per_days)::numeric) * 0.01,
             round(l.principal * v.penalty_cap_percent * 0.01, 2),
             CASE WHEN v.penalty_in_duplum THEN h.outstanding_principal END)) END,
         h.provision, h.suspended_interest, h.employer_caused, h.watch_days
    FROM (SELECT DISTINCT ON (a.loan_id) a.* FROM loans_standinghistory a WHERE a.from_on <= day
           ORDER BY a.loan_id, a.from_on DESC) h
    JOIN loans_loan l ON l.id = h.loan_id
    LEFT JOIN loans_productversion v ON v.id = l.version_id
   WHERE h.late_class_id IS NOT NULL
$$;

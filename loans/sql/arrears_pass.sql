-- How loans stand on a day, and what changed: one statement for a chunk of loans, whatever their number.
-- Days are counted through the day before: that day is over. What a day added is never added again, because it begins
-- after `accrued_through`; a night that was missed is made up. engine/arrears.py and engine/penalties.py say the same
-- for one loan, and loans/tests/test_arrears_parity.py compares them.
WITH chosen AS (
  SELECT l.id AS loan_id, l.status = 'active' AS runs, l.principal,
         coalesce(v.penalty_percent, 0) AS percent, coalesce(v.penalty_per_days, 1) AS per_days,
         coalesce(v.penalty_grace_days, 0) AS grace, v.penalty_base = 'principal' AS on_principal,
         v.penalty_cap_percent AS cap_percent, v.penalty_in_duplum AS in_duplum,
         s.loan_id IS NOT NULL AS known, coalesce(s.stale, true) AS stale, s.accrued_through,
         s.oldest_due_on, s.days_past_due, s.late_class_id, s.outstanding_principal, s.overdue_principal,
         s.overdue_interest, s.overdue_fee, s.accruing, coalesce(s.late_naira_days, 0) AS late_naira_days,
         coalesce(s.penalty_charged, 0) AS penalty_charged, s.provision, s.suspended_interest, s.employer_caused,
         coalesce(s.watch_days, 0) AS watch_days, CASE WHEN l.status = 'active' THEN coalesce(w.days, 0) ELSE 0 END
           AS new_watch_days, p.spans, p.now AS paused, p.employer
    FROM loans_loan l
    LEFT JOIN loans_productversion v ON v.id = l.version_id
    LEFT JOIN loans_loanstanding s ON s.loan_id = l.id AND s.loan_id BETWEEN %(first)s AND %(last)s
    LEFT JOIN (
      SELECT loan_id, range_agg(span) AS spans, bool_or(span @> %(as_of)s) AS now,
             range_agg(span) FILTER (WHERE why = 'employer') AS employer
        FROM loans_loanpause WHERE loan_id BETWEEN %(first)s AND %(last)s GROUP BY loan_id) p ON p.loan_id = l.id
    LEFT JOIN (
      SELECT loan_id, max(watch_days) AS days FROM loans_loanchange
       WHERE loan_id BETWEEN %(first)s AND %(last)s AND status = 'approved'
         AND %(as_of)s BETWEEN effective_on AND watched_until GROUP BY loan_id) w ON w.loan_id = l.id
   WHERE l.id BETWEEN %(first)s AND %(last)s
     AND ((l.status = 'active' AND NOT %(only_stale)s) OR s.stale)
   ORDER BY l.id  -- so that what is read and written lies side by side
), counted AS (
  SELECT c.*, o.oldest, coalesce(%(as_of)s - o.oldest, 0) AS new_days,
         CASE WHEN c.stale THEN coalesce(o.outstanding, 0) ELSE c.outstanding_principal END AS new_outstanding,
         coalesce(o.principal, 0) AS new_principal, coalesce(o.overdue - o.principal - o.fee, 0) AS new_interest,
         coalesce(o.fee, 0) AS new_fee, CASE WHEN c.paused THEN 0 ELSE coalesce(o.accruing, 0) END AS new_accruing,
         c.late_naira_days + coalesce(o.naira_days, 0) AS new_naira_days,
         coalesce(c.employer @> (o.oldest + 1), false) AS new_employer_caused,
         CASE WHEN c.runs THEN width_bucket(
           greatest(coalesce(%(as_of)s - o.oldest, 0), c.new_watch_days), %(from_days)s::int[]) END AS row
    FROM chosen c CROSS JOIN LATERAL (
      -- Of a loan to which nothing happened only what is late is read: what it owes in all is what it owed last night.
      SELECT sum(i.principal - i.principal_paid) AS outstanding,
             min(i.due_on) FILTER (WHERE i.due_on < %(as_of)s) AS oldest,
             sum(i.unpaid_amount) FILTER (WHERE i.due_on < %(as_of)s) AS overdue,
             sum(i.principal - i.principal_paid) FILTER (WHERE i.due_on < %(as_of)s) AS principal,
             sum(i.fee - i.fee_paid) FILTER (WHERE i.due_on < %(as_of)s) AS fee,
             sum(CASE WHEN c.on_principal THEN i.principal - i.principal_paid ELSE i.unpaid_amount END)
               FILTER (WHERE i.due_on < %(as_of)s AND i.due_on + c.grace < %(as_of)s) AS accruing,
             sum(CASE WHEN c.on_principal THEN i.principal - i.principal_paid ELSE i.unpaid_amount END
                 * (%(through)s - greatest(c.accrued_through, i.due_on + c.grace)
                    - CASE WHEN c.spans IS NULL THEN 0 ELSE (
                        SELECT coalesce(sum(upper(r) - lower(r)), 0) FROM unnest(c.spans * datemultirange(daterange(
                          greatest(c.accrued_through, i.due_on + c.grace), %(through)s, '(]'))) r) END))
               FILTER (WHERE i.due_on < %(through)s AND greatest(c.accrued_through, i.due_on + c.grace) < %(through)s) AS naira_days
        FROM loans_installment i
       WHERE i.loan_id = c.loan_id AND i.live AND i.unpaid_amount > 0 AND c.runs AND (c.stale OR i.due_on < %(as_of)s)
    ) o
), judged AS (
  SELECT c.*, (%(classes)s::bigint[])[c.row] AS new_class,
         round(c.new_outstanding * coalesce((%(percents)s::numeric[])[c.row], 0) * 0.01, 2) AS new_provision,
         CASE WHEN (%(suspends)s::boolean[])[c.row] THEN c.new_interest ELSE 0 END AS new_suspended,
         -- Half up, in whole numbers: the quotient is never cut off before it is rounded.
         CASE WHEN c.runs THEN greatest(c.penalty_charged, least(
             div(c.new_naira_days * c.percent * 2 + c.per_days, (2 * c.per_days)::numeric) * 0.01,
             round(c.principal * c.cap_percent * 0.01, 2), CASE WHEN c.in_duplum THEN c.new_outstanding END))
           ELSE c.penalty_charged END AS new_charged
    FROM counted c
), facts AS (
  SELECT loan_id, known, stale, late_naira_days, penalty_charged, oldest, new_days, new_class, new_outstanding,
         new_principal, new_interest, new_fee, new_accruing, new_naira_days, new_charged, new_provision, new_suspended,
         new_employer_caused, new_watch_days, new_days IS DISTINCT FROM days_past_due AS is_later,
         stale OR (oldest_due_on, late_class_id, outstanding_principal, overdue_principal, overdue_interest,
                   overdue_fee, accruing, provision, suspended_interest, employer_caused, watch_days)
            IS DISTINCT FROM (oldest, new_class, new_outstanding, new_principal, new_interest,
                   new_fee, new_accruing, new_provision, new_suspended, new_employer_caused, new_watch_days)
           OR new_naira_days <> late_naira_days + coalesce(accruing * (%(through)s - accrued_through), 0) AS is_news
    FROM judged
), updated AS (
  UPDATE loans_loanstanding s
     SET as_of = %(as_of)s, accrued_through = %(through)s, oldest_due_on = f.oldest, days_past_due = f.new_days,
         late_class_id = f.new_class, outstanding_principal = f.new_outstanding,
         overdue_principal = f.new_principal, overdue_interest = f.new_interest, overdue_fee = f.new_fee,
         accruing = f.new_accruing, late_naira_days = f.new_naira_days, penalty_charged = f.new_charged,
         provision = f.new_provision, suspended_interest = f.new_suspended,
         employer_caused = f.new_employer_caused, watch_days = f.new_watch_days, stale = false
    FROM facts f
   WHERE s.loan_id = f.loan_id AND s.loan_id BETWEEN %(first)s AND %(last)s AND f.known AND (f.is_news OR f.is_later)
     -- What somebody changed since it was read here is not overwritten: it is stale, and done again.
     AND s.stale = f.stale AND s.late_naira_days = f.late_naira_days AND s.penalty_charged = f.penalty_charged
), inserted AS (
  INSERT INTO loans_loanstanding (loan_id, as_of, accrued_through, oldest_due_on, days_past_due, late_class_id,
      outstanding_principal, overdue_principal, overdue_interest, overdue_fee, accruing, late_naira_days,
      penalty_charged, penalty_paid, penalty_waived, provision, suspended_interest, employer_caused, watch_days, stale)
  SELECT loan_id, %(as_of)s, %(through)s, oldest, new_days, new_class, new_outstanding, new_principal, new_interest,
         new_fee, new_accruing, new_naira_days, new_charged, 0, 0, new_provision, new_suspended, new_employer_caused,
         new_watch_days, false
    FROM facts WHERE NOT known
), corrected AS (
  -- Done again on the same day: the day has one row.
  UPDATE loans_standinghistory h
     SET oldest_due_on = f.oldest, late_class_id = f.new_class, outstanding_principal = f.new_outstanding,
         overdue_principal = f.new_principal, overdue_interest = f.new_interest, overdue_fee = f.new_fee,
         accruing = f.new_accruing, late_naira_days = f.new_naira_days, penalty_charged = f.new_charged,
         provision = f.new_provision, suspended_interest = f.new_suspended, employer_caused = f.new_employer_caused,
         watch_days = f.new_watch_days
    FROM facts f
   WHERE %(only_stale)s AND h.loan_id = f.loan_id AND h.from_on = %(as_of)s AND f.is_news
), remembered AS (
  INSERT INTO loans_standinghistory (loan_id, from_on, oldest_due_on, late_class_id, outstanding_principal,
      overdue_principal, overdue_interest, overdue_fee, accruing, late_naira_days, penalty_charged, provision,
      suspended_interest, employer_caused, watch_days)
  SELECT loan_id, %(as_of)s, oldest, new_class, new_outstanding, new_principal, new_interest, new_fee, new_accruing,
         new_naira_days, new_charged, new_provision, new_suspended, new_employer_caused, new_watch_days
    FROM facts f
   WHERE is_news AND NOT (%(only_stale)s AND EXISTS (
     SELECT 1 FROM loans_standinghistory h WHERE h.loan_id = f.loan_id AND h.from_on = %(as_of)s))
)
SELECT count(*), count(*) FILTER (WHERE is_news OR is_later), count(*) FILTER (WHERE is_news) FROM facts

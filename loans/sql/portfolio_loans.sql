-- The loans behind a figure of the portfolio at the end of a day, the latest first.
SELECT l.serial, m.number, trim(m.surname || ' ' || m.other_names) AS borrower, e.name AS employer, s.days_past_due,
       s.oldest_due_on, s.outstanding_principal, s.overdue_principal + s.overdue_interest + s.overdue_fee AS overdue,
       s.penalty_charged, round(s.outstanding_principal * (%(percents)s::numeric[])[c.row] * 0.01, 2) AS provision,
       (%(names)s::text[])[c.row] AS late_class, s.employer_caused, s.watch_days, count(*) OVER () AS in_all
  FROM loans_standing_on(%(on)s) s
 CROSS JOIN LATERAL (SELECT width_bucket(greatest(s.days_past_due, s.watch_days), %(from_days)s::int[]) AS row) c
  JOIN loans_loan l ON l.id = s.loan_id
  JOIN members_member m ON m.id = l.member_id
  JOIN members_employer e ON e.id = m.employer_id
 WHERE s.days_past_due > %(more_than)s AND (%(row)s = 0 OR c.row = %(row)s)
   AND (%(employers)s OR NOT s.employer_caused)
 ORDER BY s.days_past_due DESC, l.id LIMIT %(limit)s OFFSET %(offset)s

-- The portfolio at the end of a day by the classes of a table, those of the employers' fault apart. Classes by their place.
SELECT c.row, s.employer_caused, count(*), sum(s.outstanding_principal), sum(s.overdue_principal), sum(s.overdue_interest),
       sum(s.overdue_fee), sum(round(s.outstanding_principal * (%(percents)s::numeric[])[c.row] * 0.01, 2)),
       sum(CASE WHEN (%(suspends)s::boolean[])[c.row] THEN s.overdue_interest ELSE 0 END), sum(s.penalty_charged)
  FROM loans_standing_on(%(on)s) s
 CROSS JOIN LATERAL (SELECT width_bucket(greatest(s.days_past_due, s.watch_days), %(from_days)s::int[]) AS row) c
 GROUP BY 1, 2 ORDER BY 1, 2

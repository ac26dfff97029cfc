-- What the loans owe that are later than so many days, for each number of days asked for: with and without those of the
-- employers' fault.
SELECT d.days, count(*) FILTER (WHERE s.days_past_due > d.days),
       coalesce(sum(s.outstanding_principal) FILTER (WHERE s.days_past_due > d.days), 0),
       count(*) FILTER (WHERE s.days_past_due > d.days AND NOT s.employer_caused),
       coalesce(sum(s.outstanding_principal) FILTER (WHERE s.days_past_due > d.days AND NOT s.employer_caused), 0),
       coalesce(sum(s.outstanding_principal), 0)
  FROM unnest(%(days)s::int[]) d (days) LEFT JOIN loans_standing_on(%(on)s) s ON true
 GROUP BY d.days ORDER BY d.days

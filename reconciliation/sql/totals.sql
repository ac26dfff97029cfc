-- What a return adds up to, in one row: its lines by state, what was asked, the short and the sure, who is missing.
-- Parameters: the return's id, the confidence from which a suggestion is sure.
WITH r AS (
  SELECT remittance.id, remittance.schedule_id, schedule.total AS asked
  FROM reconciliation_remittance remittance
  JOIN reconciliation_deductionschedule schedule ON schedule.id = remittance.schedule_id
  WHERE remittance.id = %(remittance)s),
l AS MATERIALIZED (
  SELECT line.state, line.member_id, line.amount, line.expected, line.confidence
  FROM reconciliation_remittanceline line JOIN r ON r.id = line.remittance_id),
states AS (SELECT state, count(*) AS n, sum(amount) AS total FROM l GROUP BY state),
short AS (
  SELECT count(*) AS n, coalesce(sum(expected - amount), 0) AS gap, coalesce(sum(amount), 0) AS came
  FROM l WHERE state IN ('matched', 'posted') AND amount < expected),
sure AS (
  SELECT count(*) AS n, coalesce(sum(amount), 0) AS total
  FROM l WHERE state = 'suggested' AND confidence >= %(sure)s
    AND member_id NOT IN (SELECT member_id FROM l WHERE state IN ('matched', 'posted'))),
absent AS (
  SELECT count(*) AS n, coalesce(sum(d.total), 0) AS total
  FROM reconciliation_deductionline d JOIN r ON r.schedule_id = d.schedule_id
  WHERE d.member_id NOT IN (SELECT member_id FROM l WHERE state <> 'unmatched' AND member_id IS NOT NULL))
SELECT
  (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM states) AS lines,
  (SELECT coalesce(jsonb_object_agg(state, total::text), '{}') FROM states) AS amounts,
  r.asked, short.n, short.gap, short.came, sure.n, sure.total, absent.n, absent.total
FROM r, short, sure, absent

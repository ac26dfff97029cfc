-- What is to be earned by a day: what is due, and of a loan that is over all that is left, on the day when it ended.
SELECT d.id, l.method, least(d.earned_on, l.closed_on) AS earned_on, d.amount - d.given_back, d.given_back
  FROM loans_deferredincome d JOIN loans_loan l ON l.id = d.loan_id
 WHERE d.entry_id IS NULL AND (d.earned_on <= %(on)s OR l.status IN ('closed', 'written_off') AND l.closed_on <= %(on)s)
 ORDER BY d.id
   FOR UPDATE OF d

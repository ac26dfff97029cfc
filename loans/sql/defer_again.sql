-- A loan that is open again, after its end took what it had still to earn off the unearned income: all of it that
-- was given back, or was earned before its own day, waits anew for its day. The rows of before stay as they are.
WITH again AS (
  SELECT d.id, d.loan_id, d.earned_on, d.amount, d.given_back, d.telling, l.method
    FROM loans_deferredincome d JOIN loans_loan l ON l.id = d.loan_id JOIN ledger_journalentry e ON e.id = d.entry_id
   WHERE l.status = 'active'
     AND (d.given_back > 0 OR e.effective_on < d.earned_on AND d.earned_on > %(on)s)
     AND NOT EXISTS (SELECT 1 FROM loans_deferredincome n
                      WHERE n.loan_id = d.loan_id AND n.earned_on = d.earned_on AND n.telling > d.telling)),
waits AS (
  INSERT INTO loans_deferredincome (loan_id, earned_on, amount, telling)
  SELECT loan_id, earned_on, amount, telling + 1 FROM again)
SELECT method, least(earned_on, %(on)s) AS day, sum(amount - given_back), sum(given_back), min(id)
  FROM again GROUP BY 1, 2 ORDER BY 2, 1

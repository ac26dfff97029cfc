-- Profit that will never be asked for, of goods whose loan was paid off early or written off: taken from the latest
-- days of what is not earned yet.
WITH waiting AS (
  SELECT d.id, d.amount, l.status,
         sum(d.amount) OVER (PARTITION BY d.loan_id ORDER BY d.earned_on DESC) - d.amount AS later,
         (SELECT sum(i.interest_waived) FROM loans_installment i WHERE i.loan_id = d.loan_id AND i.live) AS waived
    FROM loans_deferredincome d JOIN loans_loan l ON l.id = d.loan_id
   WHERE d.entry_id IS NULL AND l.method = 'murabaha' AND l.status IN ('closed', 'written_off'))
UPDATE loans_deferredincome d
   SET given_back = w.gone
  FROM (SELECT id, CASE status WHEN 'written_off' THEN amount
                   ELSE least(amount, greatest(coalesce(waived, 0) - later, 0)) END AS gone FROM waiting) w
 WHERE w.id = d.id AND w.gone > d.given_back

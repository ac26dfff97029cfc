-- Which step of the ladder of notices each loan has reached on a day and not yet been told of. Nothing while the loan is paused,
-- or when its employer made it late. The highest step that speaks to a person is enough: who is at the demand letter
-- gets no friendlier word after it.
WITH told AS (
  SELECT l.id AS loan_id, s.oldest_due_on, %(on)s - s.oldest_due_on AS days, s.employer_caused,
         s.overdue_principal + s.overdue_interest + s.overdue_fee AS overdue,
         s.penalty_charged - s.penalty_paid - s.penalty_waived AS penalty
    FROM loans_loan l JOIN loans_loanstanding s ON s.loan_id = l.id
   WHERE l.status = 'active' AND NOT s.employer_caused
     AND NOT EXISTS (SELECT 1 FROM loans_loanpause p WHERE p.loan_id = l.id AND p.span @> %(on)s)
), reached AS (
  SELECT DISTINCT ON (t.loan_id) t.loan_id, 'reminder' AS step, i.due_on, i.unpaid_amount AS overdue, t.penalty
    FROM loans_installment i JOIN told t ON t.loan_id = i.loan_id
   WHERE i.live AND i.unpaid_amount > 0 AND i.due_on > %(on)s AND i.due_on <= %(on)s + %(before)s
     AND t.oldest_due_on IS NULL
   ORDER BY t.loan_id, i.due_on
), late AS (
  SELECT loan_id, CASE WHEN days >= %(demand)s THEN 'demand' ELSE 'member' END, oldest_due_on, overdue, penalty
    FROM told WHERE days >= %(member)s
  UNION ALL
  SELECT loan_id, 'guarantors', oldest_due_on, overdue, penalty
    FROM told t WHERE days >= %(guarantors)s
     AND EXISTS (SELECT 1 FROM loans_guarantee g WHERE g.loan_id = t.loan_id AND g.status = 'accepted')
)
SELECT r.* FROM (SELECT * FROM reached UNION ALL SELECT * FROM late) r
 WHERE NOT EXISTS (SELECT 1 FROM loans_latenotice n
                    WHERE n.loan_id = r.loan_id AND n.step = r.step AND n.due_on = r.due_on)
 ORDER BY r.loan_id, r.step

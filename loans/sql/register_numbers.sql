-- How many loans stand in each status, and how many of the running ones have an instalment unpaid whose day is past.
SELECT status, count(*) FROM loans_loan WHERE NOT (origin = 'opening' AND status = 'cancelled') GROUP BY status
UNION ALL
SELECT 'late', count(*) FROM loans_loan l
 WHERE l.status = 'active' AND EXISTS (
   SELECT 1 FROM loans_installment i WHERE i.loan_id = l.id AND i.due_on < %s
      AND i.live AND i.unpaid_amount > 0)

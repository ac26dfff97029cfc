-- The day of the latest payment or change of each loan that stands: what comes before it is entered late.
SELECT loan_id, max(day) FROM (
  SELECT loan_id, received_on AS day FROM loans_repayment
   WHERE loan_id = ANY(%(loans)s) AND reversed_by_entry_id IS NULL
  UNION ALL
  SELECT loan_id, effective_on FROM loans_loanchange WHERE loan_id = ANY(%(loans)s) AND status = 'approved'
) e GROUP BY loan_id

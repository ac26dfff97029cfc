-- The standings of a chunk that are to be done anew, locked in order.
SELECT 1 FROM loans_loanstanding WHERE stale AND loan_id BETWEEN %s AND %s ORDER BY loan_id FOR UPDATE

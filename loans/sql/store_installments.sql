-- The instalments of loans as they were agreed, nothing paid of them, in one statement.
INSERT INTO loans_installment (loan_id, number, due_on, principal, interest, principal_paid, interest_paid, interest_waived)
SELECT loan_id, number, due_on, principal, interest, 0, 0, 0
  FROM unnest(%s::bigint[], %s::smallint[], %s::date[], %s::numeric[], %s::numeric[])
    AS d (loan_id, number, due_on, principal, interest)

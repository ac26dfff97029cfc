-- The instalments of loans as they were agreed, or as a change of the loan leaves them, in one statement.
INSERT INTO loans_installment
  (loan_id, number, due_on, principal, interest, fee, principal_paid, interest_paid, interest_waived, fee_paid, kind, live)
SELECT loan_id, number, due_on, principal, interest, fee, principal_paid, interest_paid, interest_waived, fee_paid, kind, true
  FROM unnest(%s::bigint[], %s::smallint[], %s::date[], %s::numeric[], %s::numeric[], %s::numeric[],
              %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[], %s::text[])
    AS d (loan_id, number, due_on, principal, interest, fee, principal_paid, interest_paid, interest_waived, fee_paid, kind)

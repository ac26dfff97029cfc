-- New due dates for the instalments of loans that were not paid out yet; the guard refuses any other.
UPDATE loans_installment i SET due_on = d.due_on
  FROM unnest(%s::bigint[], %s::smallint[], %s::date[]) AS d (loan_id, number, due_on)
 WHERE i.loan_id = d.loan_id AND i.number = d.number AND i.live

-- What is due, worked out anew for a loan that counts days, before it was paid out; the guard refuses any other.
UPDATE loans_installment i SET principal = d.principal, interest = d.interest, fee = d.fee
  FROM unnest(%s::smallint[], %s::numeric[], %s::numeric[], %s::numeric[]) AS d (number, principal, interest, fee)
 WHERE i.loan_id = %s AND i.number = d.number AND i.live

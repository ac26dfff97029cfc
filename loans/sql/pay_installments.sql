-- What payments did to instalments, or what their reversal takes back, in one statement.
UPDATE loans_installment i
   SET principal_paid = i.principal_paid + d.principal,
       interest_paid = i.interest_paid + d.interest,
       interest_waived = i.interest_waived + d.waived,
       fee_paid = i.fee_paid + d.fee
  FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[])
    AS d (id, principal, interest, waived, fee)
 WHERE i.id = d.id

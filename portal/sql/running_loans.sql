-- A member's running loans: what is owed, how many payments are made, what is unpaid by a day, and is any of it late.
SELECT l.serial, p.name, l.account_id, b.balance,
       l.months_paid_before + count(*) FILTER (WHERE i.unpaid <= 0),
       l.months_paid_before + count(*),
       coalesce(sum(i.unpaid) FILTER (WHERE i.due_on <= %(by)s), 0),
       coalesce(min(i.due_on) FILTER (WHERE i.unpaid > 0) < %(on)s, false)
  FROM loans_loan l
  JOIN loans_loanproduct p ON p.id = l.product_id
  JOIN ledger_accountbalance b ON b.account_id = l.account_id
  JOIN LATERAL (
    SELECT due_on, unpaid_amount AS unpaid
      FROM loans_installment WHERE loan_id = l.id AND live
  ) i ON true
 WHERE l.member_id = %(member)s AND l.status = 'active'
 GROUP BY l.id, p.name, b.balance
 ORDER BY l.granted_on, l.id

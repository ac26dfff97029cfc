-- A member's running loans: what is owed, when the oldest unpaid instalment falls due, what is unpaid of all that is due
-- by a day, and how many instalments there are and are settled.
SELECT l.id, l.serial, l.account_id, l.months_paid_before, p.name, b.balance,
       count(*) AS instalments,
       count(*) FILTER (WHERE i.unpaid <= 0) AS settled,
       min(i.due_on) FILTER (WHERE i.unpaid > 0) AS next_due_on,
       coalesce(sum(i.unpaid) FILTER (WHERE i.due_on <= %(day)s), 0) AS falls_due
  FROM loans_loan l
  JOIN loans_loanproduct p ON p.id = l.product_id
  JOIN ledger_accountbalance b ON b.account_id = l.account_id
  JOIN LATERAL (
    SELECT due_on, principal - principal_paid + interest - interest_paid - interest_waived AS unpaid
      FROM loans_installment WHERE loan_id = l.id) i ON true
 WHERE l.member_id = %(member)s AND l.status = 'active'
 GROUP BY l.id, p.id, b.account_id
 ORDER BY l.granted_on, l.id

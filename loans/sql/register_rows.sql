-- What a line of the register's list shows of each loan, in the order of the ids that were asked for.
SELECT l.serial, m.number, trim(m.surname || ' ' || m.other_names), p.name, l.principal, b.balance, l.status, n.due_on, n.amount
  FROM unnest(%s::bigint[]) WITH ORDINALITY AS asked (id, place)
  JOIN loans_loan l ON l.id = asked.id
  JOIN members_member m ON m.id = l.member_id
  JOIN loans_loanproduct p ON p.id = l.product_id
  JOIN ledger_accountbalance b ON b.account_id = l.account_id
  LEFT JOIN LATERAL (
    SELECT i.due_on, i.unpaid_amount AS amount
      FROM loans_installment i
     WHERE i.loan_id = l.id AND i.live AND i.unpaid_amount > 0
     ORDER BY i.number LIMIT 1) n ON true
 ORDER BY asked.place

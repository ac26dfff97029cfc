-- What a member owes on each of his running loans, the oldest first.
SELECT l.serial, b.balance
  FROM loans_loan l JOIN ledger_accountbalance b ON b.account_id = l.account_id
 WHERE l.member_id = %(member)s AND l.status = 'active'
 ORDER BY l.granted_on, l.id

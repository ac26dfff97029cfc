-- A member as his home page needs him: who he is, what he saves, his pay day, and what stands on his four accounts.
SELECT m.id, m.number, m.surname, m.other_names, m.monthly_savings, m.monthly_christmas, e.pay_day,
       m.savings_account_id, m.voluntary_account_id, m.christmas_account_id, m.shares_account_id,
       s.balance, v.balance, c.balance, h.balance, s.held
  FROM members_member m
  JOIN members_employer e ON e.id = m.employer_id
  JOIN ledger_accountbalance s ON s.account_id = m.savings_account_id
  JOIN ledger_accountbalance v ON v.account_id = m.voluntary_account_id
  JOIN ledger_accountbalance c ON c.account_id = m.christmas_account_id
  JOIN ledger_accountbalance h ON h.account_id = m.shares_account_id
 WHERE m.user_id = %(user)s

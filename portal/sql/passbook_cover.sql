-- A member by his sign-in, with what stands on his four accounts and what of his savings is held. The month is the
-- latest for which his employer's return is posted: its deduction has come in.
SELECT m.id, m.number, m.surname, m.other_names, e.pay_day, (
         SELECT max(s.month) FROM reconciliation_deductionschedule s
           JOIN reconciliation_remittance r ON r.schedule_id = s.id AND r.status = 'posted'
          WHERE s.employer_id = m.employer_id),
       m.monthly_savings, m.monthly_christmas,
       ARRAY[m.savings_account_id, m.voluntary_account_id, m.christmas_account_id, m.shares_account_id],
       savings.balance, voluntary.balance, christmas.balance, shares.balance, savings.held
  FROM members_member m
  JOIN members_employer e ON e.id = m.employer_id
  JOIN ledger_accountbalance savings ON savings.account_id = m.savings_account_id
  JOIN ledger_accountbalance voluntary ON voluntary.account_id = m.voluntary_account_id
  JOIN ledger_accountbalance christmas ON christmas.account_id = m.christmas_account_id
  JOIN ledger_accountbalance shares ON shares.account_id = m.shares_account_id
 WHERE m.user_id = %(user)s

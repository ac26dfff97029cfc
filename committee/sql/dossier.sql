-- An application and its member as a dossier shows them, for a person: a draft is its own member's alone.
-- Parameters: the application's id, the person who looks.
SELECT a.id, a.number, a.status, a.amount, a.term_months, a.purpose, a.quorum, a.rules, a.quote, a.submitted_at, a.decided_at,
       p.name, m.id, trim(m.surname || ' ' || m.other_names), e.name, m.joined_on, m.monthly_pay,
       m.user_id IS NOT DISTINCT FROM %(user)s OR EXISTS (
         SELECT 1 FROM loans_loanparty party JOIN members_member judge ON judge.id = party.member_id
          WHERE party.application_id = a.id AND party.stand = 'interested' AND judge.user_id = %(user)s),
       a.status = 'under_review' AND EXISTS (SELECT 1 FROM committee_sitting WHERE status = 'open'),
       savings.balance, voluntary.balance, christmas.balance, shares.balance, savings.held
  FROM loans_loanapplication a
  JOIN loans_loanproduct p ON p.id = a.product_id
  JOIN members_member m ON m.id = a.member_id
  JOIN members_employer e ON e.id = m.employer_id
  JOIN ledger_accountbalance savings ON savings.account_id = m.savings_account_id
  JOIN ledger_accountbalance voluntary ON voluntary.account_id = m.voluntary_account_id
  JOIN ledger_accountbalance christmas ON christmas.account_id = m.christmas_account_id
  JOIN ledger_accountbalance shares ON shares.account_id = m.shares_account_id
 WHERE a.id = %(application)s AND (a.status <> 'draft' OR m.user_id = %(user)s)

-- The newest lines of each of a member's accounts, each with the balance after it: the stored one less what came later.
SELECT b.account_id, x.entry_id, x.effective_on, x.narration, x.change,
       b.balance - (sum(x.change) OVER (PARTITION BY b.account_id ORDER BY x.effective_on DESC, x.id DESC) - x.change)
  FROM ledger_accountbalance b
  CROSS JOIN LATERAL (
    SELECT l.id, l.entry_id, l.effective_on, e.narration, l.credit - l.debit AS change
      FROM ledger_journalline l JOIN ledger_journalentry e ON e.id = l.entry_id
     WHERE l.account_id = b.account_id
     ORDER BY l.effective_on DESC, l.id DESC
     LIMIT %(limit)s
  ) x
 WHERE b.account_id = ANY(%(accounts)s)
 ORDER BY b.account_id, x.effective_on DESC, x.id DESC

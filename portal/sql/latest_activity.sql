-- The newest lines on some accounts; a payment on a loan with all that was paid, interest and all.
SELECT x.effective_on, x.own, e.narration, coalesce(r.amount, x.debit + x.credit),
       a.normal_side = 'credit' AND x.credit > 0, e.id
  FROM unnest(%(accounts)s::bigint[]) AS one (account_id)
  CROSS JOIN LATERAL (
    SELECT l.id, l.entry_id, l.account_id, l.effective_on, l.narration AS own, l.debit, l.credit
      FROM ledger_journalline l WHERE l.account_id = one.account_id
     ORDER BY l.effective_on DESC, l.id DESC LIMIT %(limit)s
  ) x
  JOIN ledger_journalentry e ON e.id = x.entry_id
  JOIN ledger_account a ON a.id = x.account_id
  LEFT JOIN loans_repayment r ON r.entry_id = e.id
 ORDER BY x.effective_on DESC, x.id DESC
 LIMIT %(limit)s

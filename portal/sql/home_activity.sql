-- The newest lines on some accounts, each with what its entry says and, of a loan's payment, the whole of it.
SELECT l.effective_on, l.narration, e.narration, l.debit, l.credit, a.normal_side, l.entry_id, r.amount
  FROM unnest(%(accounts)s::bigint[]) AS mine (account_id)
  JOIN LATERAL (
    SELECT * FROM ledger_journalline WHERE account_id = mine.account_id
     ORDER BY effective_on DESC, id DESC LIMIT %(limit)s) l ON true
  JOIN ledger_journalentry e ON e.id = l.entry_id
  JOIN ledger_account a ON a.id = l.account_id
  LEFT JOIN loans_repayment r ON r.entry_id = e.id
 ORDER BY l.effective_on DESC, l.id DESC
 LIMIT %(limit)s

-- What stood on accounts before the first day and at the end of the last: the stored balance less what came after.
SELECT b.account_id,
       b.balance - coalesce(sum(x.change), 0),
       b.balance - coalesce(sum(x.change) FILTER (WHERE x.effective_on > %(last)s), 0)
  FROM ledger_accountbalance b
  JOIN ledger_account a ON a.id = b.account_id
  LEFT JOIN LATERAL (
    SELECT l.effective_on, CASE a.normal_side WHEN 'debit' THEN l.debit - l.credit ELSE l.credit - l.debit END AS change
      FROM ledger_journalline l
     WHERE l.account_id = b.account_id AND l.effective_on >= %(first)s
  ) x ON true
 WHERE b.account_id = ANY(%(accounts)s)
 GROUP BY b.account_id

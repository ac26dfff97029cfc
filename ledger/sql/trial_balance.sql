SELECT g.id, g.code, g.name, g.kind,
       greatest(sum(l.debit - l.credit), 0) AS debit,
       greatest(sum(l.credit - l.debit), 0) AS credit
  FROM ledger_journalline l
  JOIN ledger_account a ON a.id = l.account_id
  JOIN ledger_account g ON g.id = coalesce(a.control_id, a.id)
 WHERE l.effective_on <= %(as_of)s
 GROUP BY g.id, g.code, g.name, g.kind
HAVING sum(l.debit - l.credit) <> 0
 ORDER BY g.code

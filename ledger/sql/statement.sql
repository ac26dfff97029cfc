-- The newest lines of one account with the balance after each: the known balance less everything newer.
SELECT id, entry_id, effective_on, kind, narration, change,
       %(after)s::numeric - (sum(change) OVER (ORDER BY effective_on DESC, id DESC) - change) AS balance
  FROM (
    SELECT l.id, l.entry_id, l.effective_on, e.kind, coalesce(nullif(l.narration, ''), e.narration) AS narration,
           %(sign)s * (l.debit - l.credit) AS change
      FROM ledger_journalline l JOIN ledger_journalentry e ON e.id = l.entry_id
     WHERE l.account_id = %(account)s
       AND (%(before_on)s::date IS NULL OR (l.effective_on, l.id) < (%(before_on)s::date, %(before_id)s::bigint))
     ORDER BY l.effective_on DESC, l.id DESC
     LIMIT %(limit)s
  ) newest
 ORDER BY effective_on DESC, id DESC

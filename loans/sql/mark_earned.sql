-- The entry that took each row off the unearned income.
UPDATE loans_deferredincome d SET entry_id = e.entry_id
  FROM unnest(%s::bigint[], %s::bigint[]) AS e (id, entry_id)
 WHERE d.id = e.id

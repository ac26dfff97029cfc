-- Entries and their lines in one statement. A reference that is in the books already yields no row here, and its lines
-- are not written; the service then compares what was said.
WITH draft AS (
  SELECT * FROM unnest(%s::text[], %s::bytea[], %s::text[], %s::text[], %s::text[], %s::date[], %s::bigint[])
    WITH ORDINALITY AS d (reference, request_hash, kind, narration, batch, effective_on, reverses_id, number)
), entry AS (
  INSERT INTO ledger_journalentry
    (reference, request_hash, kind, narration, batch, effective_on, reverses_id, posted_by_id)
  SELECT reference, request_hash, kind, narration, batch, effective_on, reverses_id, %s FROM draft ORDER BY number
  ON CONFLICT (reference) DO NOTHING
  RETURNING id, reference, effective_on
), line AS (
  INSERT INTO ledger_journalline (entry_id, account_id, debit, credit, effective_on, narration)
  SELECT entry.id, l.account_id, l.debit, l.credit, entry.effective_on, l.narration
    FROM unnest(%s::bigint[], %s::bigint[], %s::numeric[], %s::numeric[], %s::text[])
      WITH ORDINALITY AS l (draft, account_id, debit, credit, narration, number)
    JOIN draft ON draft.number = l.draft
    JOIN entry ON entry.reference = draft.reference
   ORDER BY l.number
)
SELECT reference, id FROM entry

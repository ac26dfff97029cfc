-- A return as its workspace names it: whose, for which month, by whom; what the file said of itself is left out.
SELECT r.id, r.status, r.file_name, r.file_total, r.bank_credit, r.charge, r.imported_at, importer.full_name,
       jsonb_array_length(r.problems), r.posted_at, poster.full_name,
       s.id, s.month, e.name, e.bank_charge_limit
  FROM reconciliation_remittance r
  JOIN reconciliation_deductionschedule s ON s.id = r.schedule_id
  JOIN members_employer e ON e.id = s.employer_id
  JOIN users_user importer ON importer.id = r.imported_by_id
  LEFT JOIN users_user poster ON poster.id = r.posted_by_id
 WHERE r.id = %s AND r.status <> 'dropped'

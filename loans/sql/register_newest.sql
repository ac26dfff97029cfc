-- A page of all loans that were asked for, the newest first; those of an import that was undone are left out.
SELECT id FROM loans_loan
 WHERE NOT (origin = 'opening' AND status = 'cancelled')
 ORDER BY serial_year DESC, serial_number DESC, id DESC
 LIMIT %(limit)s OFFSET %(offset)s

-- A member's own requests that are open, and those of others that wait for his yes or no; oldest first.
SELECT own, number, status, product, amount, submitted_at, guarantee_id, asked, borrower FROM (
  SELECT true AS own, a.started_at, a.number, a.status, p.name AS product, a.amount, a.submitted_at,
         NULL::bigint AS guarantee_id, NULL::numeric AS asked, '' AS borrower
    FROM loans_loanapplication a JOIN loans_loanproduct p ON p.id = a.product_id
   WHERE a.member_id = %(member)s AND a.status IN ('draft', 'awaiting_guarantors', 'under_review', 'approved')
  UNION ALL
  SELECT false, a.started_at, a.number, a.status, p.name, a.amount, a.submitted_at,
         g.id, g.amount, trim(m.surname || ' ' || m.other_names)
    FROM loans_guarantee g
    JOIN loans_loanapplication a ON a.id = g.application_id
    JOIN loans_loanproduct p ON p.id = a.product_id
    JOIN members_member m ON m.id = a.member_id
   WHERE g.guarantor_id = %(member)s AND g.status = 'requested' AND a.status = 'awaiting_guarantors'
) waiting ORDER BY started_at, number

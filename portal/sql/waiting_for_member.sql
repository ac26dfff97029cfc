-- A member's own requests that are open, those of others that wait for his yes or no, whose place he is asked to
-- take, and what may be taken from him; oldest first. The last two have the page's own number as `guarantee_id`.
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
  UNION ALL
  SELECT false, s.asked_at, l.serial, 'instead', p.name, l.principal, NULL,
         s.id, s.amount, trim(m.surname || ' ' || m.other_names)
    FROM loans_substitution s
    JOIN loans_guarantee g ON g.id = s.old_id
    JOIN loans_loan l ON l.id = g.loan_id
    JOIN loans_loanproduct p ON p.id = l.product_id
    JOIN members_member m ON m.id = l.member_id
   WHERE s.guarantor_id = %(member)s AND s.status = 'asked'
  UNION ALL
  SELECT false, n.recorded_at, l.serial, 'notice', p.name, l.principal, NULL,
         r.id, n.most, CASE WHEN n.guarantee_id IS NULL THEN '' ELSE trim(m.surname || ' ' || m.other_names) END
    FROM loans_recoursenotice n
    JOIN loans_recourse r ON r.id = n.recourse_id
    JOIN loans_loan l ON l.id = r.loan_id
    JOIN loans_loanproduct p ON p.id = l.product_id
    JOIN members_member m ON m.id = l.member_id
   WHERE n.member_id = %(member)s AND r.status IN ('notice_given', 'savings_offset')
) waiting ORDER BY started_at, number

-- A member's own open requests, and those of others that wait for his yes or no, oldest first.
SELECT a.id, a.number, a.amount, a.status, a.submitted_at, p.name, m.surname, m.other_names, g.id, g.amount
  FROM loans_loanapplication a
  JOIN loans_loanproduct p ON p.id = a.product_id
  JOIN members_member m ON m.id = a.member_id
  LEFT JOIN loans_guarantee g
    ON g.application_id = a.id AND g.guarantor_id = %(member)s AND g.status = 'requested' AND a.member_id <> %(member)s
 WHERE (a.member_id = %(member)s AND a.status = ANY (%(open)s))
    OR (g.id IS NOT NULL AND a.status = 'awaiting_guarantors')
 ORDER BY a.started_at

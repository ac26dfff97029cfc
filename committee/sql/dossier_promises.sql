-- Who was asked to stand for an application and has not said no, in the order in which they were asked; whether the
-- applicant stands for him as well, whether he is late on a loan of his own on the day %(on)s, and has an office.
SELECT trim(m.surname || ' ' || m.other_names), g.amount, g.status, g.decided_at,
       EXISTS (SELECT 1 FROM loans_guarantee back
                 LEFT JOIN loans_loanapplication asked ON asked.id = back.application_id
                 LEFT JOIN loans_loan lent ON lent.id = back.loan_id
                WHERE back.status = 'accepted' AND back.guarantor_id = a.member_id
                  AND coalesce(lent.member_id, asked.member_id) = g.guarantor_id),
       EXISTS (SELECT 1 FROM loans_loan l JOIN loans_installment i ON i.loan_id = l.id
                WHERE l.member_id = g.guarantor_id AND l.status = 'active' AND i.live AND i.unpaid_amount > 0
                  AND i.due_on < %(on)s),
       EXISTS (SELECT 1 FROM users_rolegrant r
                WHERE r.user_id = m.user_id AND r.revoked_at IS NULL AND r.role = ANY (%(offices)s))
  FROM loans_guarantee g
  JOIN members_member m ON m.id = g.guarantor_id
  JOIN loans_loanapplication a ON a.id = g.application_id
 WHERE g.application_id = %(application)s AND g.status IN ('requested', 'accepted', 'released')
 ORDER BY g.id

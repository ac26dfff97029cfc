-- Who was asked to stand for an application and has not said no, in the order in which they were asked.
SELECT trim(m.surname || ' ' || m.other_names), g.amount, g.status, g.decided_at
  FROM loans_guarantee g JOIN members_member m ON m.id = g.guarantor_id
 WHERE g.application_id = %(application)s AND g.status IN ('requested', 'accepted', 'released')
 ORDER BY g.id

-- The votes on an application as they were cast, and whether each is the one of the person who looks.
SELECT trim(m.surname || ' ' || m.other_names), v.choice, v.reason, v.cast_at, m.user_id IS NOT DISTINCT FROM %(user)s
  FROM committee_vote v JOIN members_member m ON m.id = v.voter_id
 WHERE v.application_id = %(application)s
 ORDER BY v.cast_at

-- How much waits at each desk; each count stands on an index of its status.
SELECT
  (SELECT count(*) FROM loans_loanapplication WHERE status = 'under_review') AS under_review,
  (SELECT count(*) FROM loans_loanapplication WHERE status = 'approved') AS approved,
  (SELECT count(*) FROM loans_loan WHERE status = 'registered') AS to_pay,
  (SELECT count(*) FROM loans_loanchange WHERE status = 'requested') AS changes,
  (SELECT count(*) FROM reconciliation_remittance WHERE status IN ('matched', 'posting')) AS returns,
  (SELECT count(*) FROM members_withdrawal WHERE status = 'requested') AS withdrawals,
  (SELECT count(*) FROM reconciliation_suspenseitem WHERE status = 'open') AS suspense,
  (SELECT count(*) FROM loans_rulesproposal WHERE status = 'proposed') AS rules,
  (SELECT count(*) FROM notifications_message
    WHERE user_id = %(user)s AND channel = 'in_app' AND read_at IS NULL) AS unread

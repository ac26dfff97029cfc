-- The auditor's database role reads the books; it opens no session, no second factor and no password link.
REVOKE SELECT ON django_session, mfa_authenticator, notifications_message FROM cooploan_auditor;
GRANT SELECT (id, event, user_id, channel, subject, link, address, secret, state, attempts, error, created_at,
    try_after, claimed_at, sent_at, read_at) ON notifications_message TO cooploan_auditor;

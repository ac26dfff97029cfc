GRANT SELECT ON django_session, mfa_authenticator, notifications_message TO cooploan_auditor;

ALTER TABLE users_rolegrant DROP CONSTRAINT users_rolegrant_auditor_apart;
DROP TRIGGER users_rolegrant_revoked_once ON users_rolegrant;
DROP TRIGGER users_rolegrant_kept ON users_rolegrant;
DROP TRIGGER users_rolegrant_not_emptied ON users_rolegrant;
DROP FUNCTION users_rolegrant_revoked_once();
GRANT UPDATE, DELETE ON users_rolegrant TO cooploan_app;
GRANT SELECT ON users_user, users_invitation TO cooploan_auditor;

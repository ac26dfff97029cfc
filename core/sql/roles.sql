-- The rights of the three roles. Run by the owner, in the first migration of the project's own.
--
-- Tables that exist already (the framework's, if their migrations came first) are granted by name; every table that
-- this same owner makes later gets its rights from the default privileges. Nothing is missed, whatever the order.
-- A room that must not have its rows changed takes rights away again in its own migration.

GRANT USAGE ON SCHEMA public TO cooploan_app, cooploan_auditor;

ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cooploan_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO cooploan_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO cooploan_auditor;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO cooploan_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO cooploan_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO cooploan_auditor;

-- The app reads which migrations have run (readiness, `migrate --check`); it never writes them.
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM cooploan_app;

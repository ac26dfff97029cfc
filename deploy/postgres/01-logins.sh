#!/bin/sh
# Run once by the Postgres image on an empty data folder: the three roles, and the login of web and worker, which can
# be cooploan_app and nothing else. Migrations log in as the superuser and become cooploan_owner.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres --dbname cooploan -v password="$SITE_DB_PASSWORD" <<'SQL'
CREATE ROLE cooploan_owner NOLOGIN;
CREATE ROLE cooploan_app NOLOGIN;
CREATE ROLE cooploan_auditor NOLOGIN;
CREATE ROLE site LOGIN NOINHERIT PASSWORD :'password';
GRANT cooploan_app TO site;
ALTER DATABASE cooploan OWNER TO cooploan_owner;
SQL

-- I30: whoever audits does none of the work that is audited, at any one time. One active person cannot hold rows of
-- both duties; roles outside both (member, trainer, employer, vendor) stand with either.
ALTER TABLE users_rolegrant ADD CONSTRAINT users_rolegrant_auditor_apart EXCLUDE USING gist (
    user_id WITH =,
    (CASE role WHEN 'auditor' THEN 'audit' ELSE 'work' END) WITH <>
) WHERE (
    revoked_at IS NULL
    AND role IN ('auditor', 'committee', 'chair', 'secretary', 'board', 'officer', 'treasurer', 'storekeeper', 'admin')
);

-- A grant is given and taken away, never rewritten.
CREATE FUNCTION users_rolegrant_revoked_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF old.revoked_at IS NOT NULL
       OR (new.id, new.user_id, new.role, new.granted_by_id, new.granted_at)
          IS DISTINCT FROM (old.id, old.user_id, old.role, old.granted_by_id, old.granted_at) THEN
        RAISE EXCEPTION 'a role grant may only be revoked, and once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER users_rolegrant_revoked_once BEFORE UPDATE ON users_rolegrant
    FOR EACH ROW EXECUTE FUNCTION users_rolegrant_revoked_once();
CREATE TRIGGER users_rolegrant_kept BEFORE DELETE ON users_rolegrant
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER users_rolegrant_not_emptied BEFORE TRUNCATE ON users_rolegrant
    FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
ALTER TABLE users_rolegrant ENABLE ALWAYS TRIGGER users_rolegrant_revoked_once;
ALTER TABLE users_rolegrant ENABLE ALWAYS TRIGGER users_rolegrant_kept;
ALTER TABLE users_rolegrant ENABLE ALWAYS TRIGGER users_rolegrant_not_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON users_rolegrant FROM cooploan_app;
GRANT UPDATE (revoked_at, revoked_by_id) ON users_rolegrant TO cooploan_app;

-- The auditor's database role reads the books, not people's secrets.
REVOKE SELECT ON users_user, users_invitation FROM cooploan_auditor;
GRANT SELECT (id, email, sign_in_number, full_name, is_active, is_staff, is_superuser, date_joined, last_login)
    ON users_user TO cooploan_auditor;
GRANT SELECT (id, user_id, invited_by_id, created_at, expires_at, wrong_tries, used_at, withdrawn_at)
    ON users_invitation TO cooploan_auditor;

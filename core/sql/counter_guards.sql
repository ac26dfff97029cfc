-- A serial counter only goes up and stays what it counts (I20); an obeyed request stays what it was (I24).

CREATE FUNCTION core_serialcounter_only_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.id <> old.id OR new.document <> old.document OR new.year <> old.year THEN
        RAISE EXCEPTION 'a serial counter keeps its document and year' USING ERRCODE = 'restrict_violation';
    END IF;
    IF new.last < old.last THEN
        RAISE EXCEPTION 'serial counter % % may not go back from % to %', old.document, old.year, old.last, new.last
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN new;
END
$$;

CREATE TRIGGER core_serialcounter_only_up BEFORE UPDATE ON core_serialcounter
    FOR EACH ROW EXECUTE FUNCTION core_serialcounter_only_up();
CREATE TRIGGER core_serialcounter_kept BEFORE DELETE ON core_serialcounter
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER core_serialcounter_not_emptied BEFORE TRUNCATE ON core_serialcounter
    FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
ALTER TABLE core_serialcounter ENABLE ALWAYS TRIGGER core_serialcounter_only_up;
ALTER TABLE core_serialcounter ENABLE ALWAYS TRIGGER core_serialcounter_kept;
ALTER TABLE core_serialcounter ENABLE ALWAYS TRIGGER core_serialcounter_not_emptied;
REVOKE DELETE, TRUNCATE ON core_serialcounter FROM cooploan_app;

CREATE FUNCTION core_idempotencykey_answer_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF old.response IS NOT NULL
       OR (new.id, new.scope, new.key, new.request_hash, new.created_at)
          IS DISTINCT FROM (old.id, old.scope, old.key, old.request_hash, old.created_at) THEN
        RAISE EXCEPTION 'an obeyed request keeps what it asked and what was answered'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN new;
END
$$;

CREATE TRIGGER core_idempotencykey_answer_once BEFORE UPDATE ON core_idempotencykey
    FOR EACH ROW EXECUTE FUNCTION core_idempotencykey_answer_once();
CREATE TRIGGER core_idempotencykey_kept BEFORE DELETE ON core_idempotencykey
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER core_idempotencykey_not_emptied BEFORE TRUNCATE ON core_idempotencykey
    FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
ALTER TABLE core_idempotencykey ENABLE ALWAYS TRIGGER core_idempotencykey_answer_once;
ALTER TABLE core_idempotencykey ENABLE ALWAYS TRIGGER core_idempotencykey_kept;
ALTER TABLE core_idempotencykey ENABLE ALWAYS TRIGGER core_idempotencykey_not_emptied;
REVOKE DELETE, TRUNCATE ON core_idempotencykey FROM cooploan_app;
REVOKE UPDATE ON core_idempotencykey FROM cooploan_app;
GRANT UPDATE (response) ON core_idempotencykey TO cooploan_app;

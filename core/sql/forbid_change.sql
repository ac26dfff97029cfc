-- Shared by every append-only table: attach it BEFORE UPDATE OR DELETE (row) and BEFORE TRUNCATE (statement),
-- and ENABLE ALWAYS, so that it also holds under session_replication_role = replica.
CREATE FUNCTION forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: % on %', tg_op, tg_table_name USING ERRCODE = 'restrict_violation';
END
$$;

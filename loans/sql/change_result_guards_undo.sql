-- Back to the guard of servicing_guards.sql.
DROP FUNCTION IF EXISTS loans_check_change() CASCADE;

CREATE OR REPLACE FUNCTION loans_keep_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.loan_id, OLD.kind, OLD.effective_on, OLD.terms, OLD.reason, OLD.resolution, OLD.asked_by_id, OLD.asked_at)
     IS DISTINCT FROM
     (NEW.id, NEW.loan_id, NEW.kind, NEW.effective_on, NEW.terms, NEW.reason, NEW.resolution, NEW.asked_by_id, NEW.asked_at)
     OR (OLD.decided_by_id IS NOT NULL AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id) THEN
    RAISE EXCEPTION 'a change of a loan is decided on as it was asked for, and once' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

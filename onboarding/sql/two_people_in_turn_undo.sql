DROP FUNCTION IF EXISTS onboarding_begin_import() CASCADE;
DROP FUNCTION IF EXISTS onboarding_keep_run() CASCADE;
DROP TRIGGER IF EXISTS onboarding_run_no_delete ON onboarding_importrun;
CREATE OR REPLACE FUNCTION onboarding_keep_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.file_name, OLD.file_hash, OLD.brought_by_id, OLD.brought_at)
     IS DISTINCT FROM (NEW.id, NEW.file_name, NEW.file_hash, NEW.brought_by_id, NEW.brought_at)
     OR OLD.data IS DISTINCT FROM NEW.data THEN
    RAISE EXCEPTION 'the file of an import does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status IN ('posted', 'undone', 'dropped') AND
     ((OLD.mapping, OLD.findings) IS DISTINCT FROM (NEW.mapping, NEW.findings)
      OR (OLD.proposed_by_id, OLD.approved_by_id, OLD.as_at)
         IS DISTINCT FROM (NEW.proposed_by_id, NEW.approved_by_id, NEW.as_at)
      OR NOT (OLD.status = NEW.status OR (OLD.status = 'posted' AND NEW.status = 'undone'))) THEN
    RAISE EXCEPTION 'a posted import is only ever undone' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

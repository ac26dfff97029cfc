-- An import begins as a draft; it is posted only from a proposal, by somebody else than who proposed it; what was
-- posted, undone or put aside stays as it was.
CREATE FUNCTION onboarding_begin_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'draft' OR NEW.proposed_by_id IS NOT NULL OR NEW.approved_by_id IS NOT NULL
     OR NEW.undone_by_id IS NOT NULL THEN
    RAISE EXCEPTION 'an import begins as a draft that nobody has proposed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER onboarding_import_begin BEFORE INSERT ON onboarding_bookimport
  FOR EACH ROW EXECUTE FUNCTION onboarding_begin_import();

CREATE OR REPLACE FUNCTION onboarding_keep_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.file_name, OLD.file_hash, OLD.brought_by_id, OLD.brought_at)
     IS DISTINCT FROM (NEW.id, NEW.file_name, NEW.file_hash, NEW.brought_by_id, NEW.brought_at)
     OR OLD.data IS DISTINCT FROM NEW.data THEN
    RAISE EXCEPTION 'the file of an import does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status IN ('posted', 'undone', 'dropped') AND
     ((OLD.mapping, OLD.findings) IS DISTINCT FROM (NEW.mapping, NEW.findings)
      OR (OLD.proposed_by_id, OLD.proposed_at, OLD.approved_by_id, OLD.approved_at, OLD.as_at)
         IS DISTINCT FROM (NEW.proposed_by_id, NEW.proposed_at, NEW.approved_by_id, NEW.approved_at, NEW.as_at)
      OR NOT (OLD.status = NEW.status OR (OLD.status = 'posted' AND NEW.status = 'undone'))) THEN
    RAISE EXCEPTION 'a posted import is only ever undone' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (OLD.undone_by_id, OLD.undone_at, OLD.undo_reason)
     IS DISTINCT FROM (NEW.undone_by_id, NEW.undone_at, NEW.undo_reason)
     AND NOT (OLD.status = 'posted' AND NEW.status = 'undone') THEN
    RAISE EXCEPTION 'who undid an import is written once, with its undoing' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.status = 'posted' AND OLD.status <> 'posted' AND
     (OLD.status <> 'proposed' OR NEW.proposed_by_id IS DISTINCT FROM OLD.proposed_by_id
      OR NEW.approved_at IS NULL OR (OLD.mapping, OLD.findings) IS DISTINCT FROM (NEW.mapping, NEW.findings)) THEN
    RAISE EXCEPTION 'an import is posted as it was proposed' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.status = 'undone' AND (NEW.undone_by_id IS NULL OR NEW.undone_at IS NULL OR NEW.undo_reason = '') THEN
    RAISE EXCEPTION 'an undoing has a person and a reason' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

-- A run is asked for once, and its end is written once.
CREATE FUNCTION onboarding_keep_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.book_import_id, OLD.what, OLD.reason, OLD.business_date, OLD.asked_by_id, OLD.asked_at)
     IS DISTINCT FROM
     (NEW.id, NEW.book_import_id, NEW.what, NEW.reason, NEW.business_date, NEW.asked_by_id, NEW.asked_at)
     OR OLD.finished_at IS NOT NULL THEN
    RAISE EXCEPTION 'a run stays as it was asked for, and ends once' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER onboarding_run_keep BEFORE UPDATE ON onboarding_importrun
  FOR EACH ROW EXECUTE FUNCTION onboarding_keep_run();
CREATE TRIGGER onboarding_run_no_delete BEFORE DELETE ON onboarding_importrun
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

ALTER TABLE onboarding_bookimport ENABLE ALWAYS TRIGGER onboarding_import_begin;
ALTER TABLE onboarding_importrun ENABLE ALWAYS TRIGGER onboarding_run_keep;
ALTER TABLE onboarding_importrun ENABLE ALWAYS TRIGGER onboarding_run_no_delete;
REVOKE DELETE, TRUNCATE ON onboarding_importrun FROM cooploan_app;

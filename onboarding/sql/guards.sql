-- What came in stays as it came: an import's file never changes, and a posted one only ever gets undone.
CREATE FUNCTION onboarding_keep_import() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER onboarding_import_keep BEFORE UPDATE ON onboarding_bookimport
  FOR EACH ROW EXECUTE FUNCTION onboarding_keep_import();
CREATE TRIGGER onboarding_import_no_delete BEFORE DELETE ON onboarding_bookimport
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER onboarding_member_final BEFORE UPDATE OR DELETE ON onboarding_importedmember
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

ALTER TABLE onboarding_bookimport ENABLE ALWAYS TRIGGER onboarding_import_keep;
ALTER TABLE onboarding_bookimport ENABLE ALWAYS TRIGGER onboarding_import_no_delete;
ALTER TABLE onboarding_importedmember ENABLE ALWAYS TRIGGER onboarding_member_final;

REVOKE DELETE, TRUNCATE ON onboarding_bookimport FROM cooploan_app;
REVOKE UPDATE, DELETE, TRUNCATE ON onboarding_importedmember FROM cooploan_app;

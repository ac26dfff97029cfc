-- A change of a loan stays on record, whatever became of it.
CREATE TRIGGER loans_change_no_delete BEFORE DELETE ON loans_loanchange
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
ALTER TABLE loans_loanchange ENABLE ALWAYS TRIGGER loans_change_no_delete;

-- The guards of savings that pay a loan, attacked in loans/tests/test_offsets.py.
-- What was decided stays decided, and is decided as it was asked.
CREATE FUNCTION loans_keep_offset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'requested'
     OR (OLD.id, OLD.loan_id, OLD.amount, OLD.use, OLD.asked_by_id, OLD.asked_at)
        IS DISTINCT FROM (NEW.id, NEW.loan_id, NEW.amount, NEW.use, NEW.asked_by_id, NEW.asked_at) THEN
    RAISE EXCEPTION 'savings pay a loan as it was asked for, and once' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.status = 'paid' AND NOT EXISTS (
      SELECT 1 FROM loans_repayment r JOIN loans_loan l ON l.id = r.loan_id JOIN members_member m ON m.id = l.member_id
      WHERE r.id = NEW.repayment_id AND r.loan_id = NEW.loan_id AND r.channel = 'savings' AND r.amount <= NEW.amount
        AND m.user_id IS DISTINCT FROM NEW.decided_by_id) THEN
    RAISE EXCEPTION 'savings pay the loan that was asked for, no more than was asked for, and not by its borrower'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_offset_keep BEFORE UPDATE ON loans_savingsoffset
  FOR EACH ROW EXECUTE FUNCTION loans_keep_offset();
CREATE TRIGGER loans_offset_no_delete BEFORE DELETE ON loans_savingsoffset
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
ALTER TABLE loans_savingsoffset ENABLE ALWAYS TRIGGER loans_offset_keep;
ALTER TABLE loans_savingsoffset ENABLE ALWAYS TRIGGER loans_offset_no_delete;
REVOKE DELETE, TRUNCATE ON loans_savingsoffset FROM cooploan_app;

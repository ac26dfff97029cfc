-- A charge of a recourse stays what it was. Only the payment that stands for it moves, to the one that took the place of
-- the first when the loan's story was told again: attacked in loans/tests/test_recourse_guards.py.
CREATE FUNCTION loans_keep_charge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE a loans_repayment; b loans_repayment;
BEGIN
  SELECT * INTO a FROM loans_repayment WHERE id = OLD.repayment_id;
  SELECT * INTO b FROM loans_repayment WHERE id = NEW.repayment_id;
  IF to_jsonb(OLD) - 'repayment_id' <> to_jsonb(NEW) - 'repayment_id'
     OR a.reversed_by_entry_id IS NULL OR b.reversed_by_entry_id IS NOT NULL
     OR (a.loan_id, a.amount, a.received_on, a.channel, split_part(a.reference, '#', 1))
        IS DISTINCT FROM (b.loan_id, b.amount, b.received_on, b.channel, split_part(b.reference, '#', 1)) THEN
    RAISE EXCEPTION 'a charge stays as it was, and points at the payment that stands for it'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER loans_recoursecharge_final ON loans_recoursecharge;
CREATE TRIGGER loans_recoursecharge_final BEFORE DELETE ON loans_recoursecharge
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER loans_charge_keep BEFORE UPDATE ON loans_recoursecharge
  FOR EACH ROW EXECUTE FUNCTION loans_keep_charge();
ALTER TABLE loans_recoursecharge ENABLE ALWAYS TRIGGER loans_recoursecharge_final;
ALTER TABLE loans_recoursecharge ENABLE ALWAYS TRIGGER loans_charge_keep;
GRANT UPDATE (repayment_id) ON loans_recoursecharge TO cooploan_app;

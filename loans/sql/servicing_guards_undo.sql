-- Back to the guards of before, as guards.sql and register_guards.sql made them.
DROP FUNCTION IF EXISTS loans_check_allocation() CASCADE;
DROP FUNCTION IF EXISTS loans_keep_change() CASCADE;
DROP TRIGGER loans_loan_running ON loans_loan;
REVOKE UPDATE (fee_paid, live) ON loans_installment FROM cooploan_app;

CREATE OR REPLACE FUNCTION loans_check_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE which bigint; planned numeric; owed numeric;
BEGIN
  IF TG_TABLE_NAME = 'loans_loan' THEN which := NEW.id; ELSE which := NEW.loan_id; END IF;
  SELECT scheduled_principal INTO owed FROM loans_loan WHERE id = which;
  SELECT coalesce(sum(principal), 0) INTO planned FROM loans_installment WHERE loan_id = which;
  IF planned <> owed THEN
    RAISE EXCEPTION 'the instalments of loan % pay back %, not %', which, planned, owed USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER loans_installment_schedule ON loans_installment;
CREATE CONSTRAINT TRIGGER loans_installment_schedule AFTER INSERT OR UPDATE OF principal, loan_id ON loans_installment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_schedule();
ALTER TABLE loans_installment ENABLE ALWAYS TRIGGER loans_installment_schedule;

CREATE OR REPLACE FUNCTION loans_keep_installment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.loan_id, OLD.number, OLD.principal, OLD.interest)
     IS DISTINCT FROM (NEW.id, NEW.loan_id, NEW.number, NEW.principal, NEW.interest) THEN
    RAISE EXCEPTION 'what is due does not change, only what was paid of it' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.due_on <> NEW.due_on
     AND NOT EXISTS (SELECT 1 FROM loans_loan WHERE id = OLD.loan_id AND status IN ('queued', 'registered')) THEN
    RAISE EXCEPTION 'the due dates of a loan that was paid out are fixed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION loans_check_repayment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE which bigint; r loans_repayment; p numeric; i numeric;
BEGIN
  IF TG_TABLE_NAME = 'loans_repayment' THEN which := NEW.id; ELSE which := NEW.repayment_id; END IF;
  SELECT * INTO r FROM loans_repayment WHERE id = which;
  SELECT coalesce(sum(principal), 0), coalesce(sum(interest), 0) INTO p, i
    FROM loans_allocation WHERE repayment_id = which;
  IF p <> r.principal OR i <> r.interest THEN
    RAISE EXCEPTION 'repayment % of % is explained by % and %', r.reference, r.amount, p, i
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION loans_keep_repayment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.reversed_by_entry_id IS NOT NULL OR NEW.reversed_by_entry_id IS NULL
     OR NOT EXISTS (SELECT 1 FROM ledger_journalentry WHERE id = NEW.reversed_by_entry_id AND reverses_id = OLD.entry_id)
     OR (OLD.id, OLD.loan_id, OLD.amount, OLD.principal, OLD.interest, OLD.received_on, OLD.channel, OLD.reference,
         OLD.entry_id)
        IS DISTINCT FROM
        (NEW.id, NEW.loan_id, NEW.amount, NEW.principal, NEW.interest, NEW.received_on, NEW.channel, NEW.reference,
         NEW.entry_id) THEN
    RAISE EXCEPTION 'a repayment is only ever reversed, by the mirror of its entry, and once'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

-- The guards of servicing, attacked in loans/tests/test_guards.py.
-- I18 the live schedule pays back the principal to the kobo · what is due never changes, it is replaced · I16 a repayment
-- is explained by its allocations, its penalty and its surplus · I17 an allocation is never more than was due.

CREATE OR REPLACE FUNCTION loans_check_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE which bigint; planned numeric; owed numeric;
BEGIN
  IF TG_TABLE_NAME = 'loans_loan' THEN which := NEW.id; ELSE which := NEW.loan_id; END IF;
  SELECT scheduled_principal INTO owed FROM loans_loan WHERE id = which;
  SELECT coalesce(sum(principal), 0) INTO planned FROM loans_installment WHERE loan_id = which AND live;
  IF planned <> owed THEN
    RAISE EXCEPTION 'the instalments of loan % pay back %, not %', which, planned, owed USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER loans_installment_schedule ON loans_installment;
CREATE CONSTRAINT TRIGGER loans_installment_schedule AFTER INSERT OR UPDATE OF principal, loan_id, live ON loans_installment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_schedule();
ALTER TABLE loans_installment ENABLE ALWAYS TRIGGER loans_installment_schedule;

-- What is due never changes: a change of the loan puts a new schedule beside it, and the old one stays for ever.
CREATE OR REPLACE FUNCTION loans_keep_installment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.loan_id, OLD.number, OLD.principal, OLD.interest, OLD.fee, OLD.kind)
     IS DISTINCT FROM (NEW.id, NEW.loan_id, NEW.number, NEW.principal, NEW.interest, NEW.fee, NEW.kind) THEN
    RAISE EXCEPTION 'what is due does not change, only what was paid of it' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NOT OLD.live THEN
    RAISE EXCEPTION 'a schedule that was replaced is history' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.due_on <> NEW.due_on
     AND NOT EXISTS (SELECT 1 FROM loans_loan WHERE id = OLD.loan_id AND status IN ('queued', 'registered')) THEN
    RAISE EXCEPTION 'the due dates of a loan that was paid out are fixed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION loans_check_repayment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE which bigint; r loans_repayment; p numeric; i numeric; f numeric;
BEGIN
  IF TG_TABLE_NAME = 'loans_repayment' THEN which := NEW.id; ELSE which := NEW.repayment_id; END IF;
  SELECT * INTO r FROM loans_repayment WHERE id = which;
  SELECT coalesce(sum(principal), 0), coalesce(sum(interest), 0), coalesce(sum(fee), 0) INTO p, i, f
    FROM loans_allocation WHERE repayment_id = which;
  IF p <> r.principal OR i <> r.interest OR f <> r.fee THEN
    RAISE EXCEPTION 'repayment % of % is explained by %, % and %', r.reference, r.amount, p, i, f
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION loans_keep_repayment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.reversed_by_entry_id IS NOT NULL OR NEW.reversed_by_entry_id IS NULL
     OR NOT EXISTS (SELECT 1 FROM ledger_journalentry WHERE id = NEW.reversed_by_entry_id AND reverses_id = OLD.entry_id)
     OR (OLD.id, OLD.loan_id, OLD.amount, OLD.principal, OLD.interest, OLD.fee, OLD.penalty, OLD.surplus, OLD.use,
         OLD.received_on, OLD.channel, OLD.reference, OLD.entry_id)
        IS DISTINCT FROM
        (NEW.id, NEW.loan_id, NEW.amount, NEW.principal, NEW.interest, NEW.fee, NEW.penalty, NEW.surplus, NEW.use,
         NEW.received_on, NEW.channel, NEW.reference, NEW.entry_id) THEN
    RAISE EXCEPTION 'a repayment is only ever reversed, by the mirror of its entry, and once'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

-- I17 judged against the instalment as it stood when the money was put to it.
CREATE FUNCTION loans_check_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE due loans_installment; owner bigint;
BEGIN
  SELECT * INTO due FROM loans_installment WHERE id = NEW.installment_id;
  SELECT loan_id INTO owner FROM loans_repayment WHERE id = NEW.repayment_id;
  IF due.loan_id IS DISTINCT FROM owner THEN
    RAISE EXCEPTION 'a repayment pays instalments of its own loan' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.principal > due.principal OR NEW.fee > due.fee OR NEW.interest > due.interest THEN
    RAISE EXCEPTION 'instalment % of loan % does not ask for that much', due.number, due.loan_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_allocation_within_due BEFORE INSERT ON loans_allocation
  FOR EACH ROW EXECUTE FUNCTION loans_check_allocation();
ALTER TABLE loans_allocation ENABLE ALWAYS TRIGGER loans_allocation_within_due;

-- A loan that was written off had been paid out as well.
CREATE OR REPLACE FUNCTION loans_check_running() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.origin = 'application' AND NEW.status IN ('active', 'closed', 'written_off')
     AND NOT EXISTS (SELECT 1 FROM loans_disbursement WHERE loan_id = NEW.id) THEN
    RAISE EXCEPTION 'loan % runs without having been paid out', NEW.serial USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER loans_loan_running AFTER INSERT OR UPDATE OF status ON loans_loan
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_running();
ALTER TABLE loans_loan ENABLE ALWAYS TRIGGER loans_loan_running;

-- What was decided of a change stays decided, and the change stays what it was when it was asked for.
CREATE FUNCTION loans_keep_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.loan_id, OLD.kind, OLD.effective_on, OLD.terms, OLD.reason, OLD.resolution, OLD.asked_by_id, OLD.asked_at)
     IS DISTINCT FROM
     (NEW.id, NEW.loan_id, NEW.kind, NEW.effective_on, NEW.terms, NEW.reason, NEW.resolution, NEW.asked_by_id, NEW.asked_at)
     OR (OLD.decided_by_id IS NOT NULL AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id) THEN
    RAISE EXCEPTION 'a change of a loan is decided on as it was asked for, and once' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_change_keep BEFORE UPDATE ON loans_loanchange FOR EACH ROW EXECUTE FUNCTION loans_keep_change();
ALTER TABLE loans_loanchange ENABLE ALWAYS TRIGGER loans_change_keep;
REVOKE DELETE, TRUNCATE ON loans_loanchange FROM cooploan_app;

GRANT UPDATE (fee_paid, live) ON loans_installment TO cooploan_app;

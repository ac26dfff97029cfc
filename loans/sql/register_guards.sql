-- The register's guards, attacked in loans/tests/test_guards.py.
-- I10 a loan runs only when it was paid out · I13 registered as approved · I16 a repayment is explained by its
-- allocations · I20 own serials come from the counter · a repayment is reversed once and otherwise stays.

-- Terms voted are terms registered; a serial of ours is the one that the counter gave in this very transaction.
CREATE FUNCTION loans_check_registration() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE a loans_loanapproval; p loans_loanapplication; v loans_productversion; counted bigint;
BEGIN
  IF NEW.origin <> 'application' THEN RETURN NEW; END IF;
  SELECT * INTO a FROM loans_loanapproval WHERE application_id = NEW.application_id;
  SELECT * INTO p FROM loans_loanapplication WHERE id = NEW.application_id;
  SELECT * INTO v FROM loans_productversion WHERE id = p.version_id;
  IF (NEW.principal, NEW.term_months, NEW.member_id, NEW.product_id, NEW.version_id, NEW.annual_rate_percent, NEW.method)
     IS DISTINCT FROM (a.amount, a.term_months, p.member_id, p.product_id, v.id, v.annual_rate_percent, v.method) THEN
    RAISE EXCEPTION 'loan % is not registered as it was approved', NEW.serial USING ERRCODE = 'check_violation';
  END IF;
  SELECT last INTO counted FROM core_serialcounter WHERE document = 'loan' AND year = NEW.serial_year;
  IF counted IS DISTINCT FROM NEW.serial_number THEN
    RAISE EXCEPTION 'serial % did not come from the counter, which stands at %', NEW.serial, counted
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_loan_registration BEFORE INSERT ON loans_loan
  FOR EACH ROW EXECUTE FUNCTION loans_check_registration();

CREATE FUNCTION loans_check_running() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.origin = 'application' AND NEW.status IN ('active', 'closed')
     AND NOT EXISTS (SELECT 1 FROM loans_disbursement WHERE loan_id = NEW.id) THEN
    RAISE EXCEPTION 'loan % runs without having been paid out', NEW.serial USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER loans_loan_running AFTER INSERT OR UPDATE OF status ON loans_loan
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_running();

-- What is due never changes. When it is due may move until the money is paid out, as when a loan waited in the queue.
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

-- Money leaves only for what was approved, and never by a hand that approved it, voted on it or gains by it.
CREATE OR REPLACE FUNCTION loans_check_disbursement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE a loans_loanapproval; l loans_loan;
BEGIN
  SELECT * INTO a FROM loans_loanapproval WHERE application_id = NEW.approval_id;
  SELECT * INTO l FROM loans_loan WHERE id = NEW.loan_id;
  IF l.application_id IS DISTINCT FROM NEW.approval_id OR l.principal <> a.amount OR NEW.amount > l.principal
     OR a.approved_by_id = NEW.disbursed_by_id THEN
    RAISE EXCEPTION 'payment of loan % differs from its approval, or is made by who approved it', l.serial
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM loans_loanparty p JOIN members_member m ON m.id = p.member_id
              WHERE p.application_id = NEW.approval_id AND m.user_id = NEW.disbursed_by_id)
     OR EXISTS (SELECT 1 FROM members_member m WHERE m.id = l.member_id AND m.user_id = NEW.disbursed_by_id) THEN
    RAISE EXCEPTION 'payment of loan % is made by one of its own parties', l.serial USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION loans_check_repayment() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE CONSTRAINT TRIGGER loans_repayment_allocated AFTER INSERT ON loans_repayment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_repayment();
CREATE CONSTRAINT TRIGGER loans_allocation_counted AFTER INSERT ON loans_allocation
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_repayment();

CREATE FUNCTION loans_keep_repayment() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER loans_repayment_keep BEFORE UPDATE ON loans_repayment
  FOR EACH ROW EXECUTE FUNCTION loans_keep_repayment();
CREATE TRIGGER loans_repayment_no_delete BEFORE DELETE ON loans_repayment
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

ALTER TABLE loans_loan ENABLE ALWAYS TRIGGER loans_loan_registration;
ALTER TABLE loans_loan ENABLE ALWAYS TRIGGER loans_loan_running;
ALTER TABLE loans_repayment ENABLE ALWAYS TRIGGER loans_repayment_allocated;
ALTER TABLE loans_repayment ENABLE ALWAYS TRIGGER loans_repayment_keep;
ALTER TABLE loans_repayment ENABLE ALWAYS TRIGGER loans_repayment_no_delete;
ALTER TABLE loans_allocation ENABLE ALWAYS TRIGGER loans_allocation_counted;

GRANT UPDATE (due_on, interest_waived) ON loans_installment TO cooploan_app;

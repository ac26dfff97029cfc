-- The guards of lending, attacked in loans/tests/test_guards.py.
-- I10 no payment without approval, one payment each · I13 frozen terms · I18 instalments pay back the principal to the
-- kobo · I20 serials of their year, gapless · approvals, payments and repayments are never changed.

CREATE FUNCTION loans_check_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE CONSTRAINT TRIGGER loans_loan_schedule AFTER INSERT ON loans_loan
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_schedule();
CREATE CONSTRAINT TRIGGER loans_installment_schedule AFTER INSERT OR UPDATE OF principal, loan_id ON loans_installment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_schedule();

-- A serial that we give carries the year of its registration, whatever clock the caller had.
CREATE FUNCTION loans_check_serial() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.origin = 'application' AND (NEW.serial_year <> extract(year FROM NEW.registered_on)
     OR NEW.serial !~ ('/' || NEW.serial_year || '/0*' || NEW.serial_number || '$')) THEN
    RAISE EXCEPTION 'serial % does not belong to %', NEW.serial, NEW.registered_on USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_loan_serial BEFORE INSERT ON loans_loan FOR EACH ROW EXECUTE FUNCTION loans_check_serial();

CREATE FUNCTION loans_keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.serial, OLD.serial_year, OLD.serial_number, OLD.origin, OLD.application_id, OLD.member_id, OLD.product_id,
      OLD.version_id, OLD.principal, OLD.annual_rate_percent, OLD.method, OLD.term_months, OLD.instalment, OLD.granted_on,
      OLD.registered_on, OLD.scheduled_principal, OLD.account_id)
     IS DISTINCT FROM
     (NEW.id, NEW.serial, NEW.serial_year, NEW.serial_number, NEW.origin, NEW.application_id, NEW.member_id, NEW.product_id,
      NEW.version_id, NEW.principal, NEW.annual_rate_percent, NEW.method, NEW.term_months, NEW.instalment, NEW.granted_on,
      NEW.registered_on, NEW.scheduled_principal, NEW.account_id) THEN
    RAISE EXCEPTION 'the terms of loan % are frozen', OLD.serial USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_loan_terms BEFORE UPDATE ON loans_loan FOR EACH ROW EXECUTE FUNCTION loans_keep_terms();

CREATE FUNCTION loans_keep_installment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.loan_id, OLD.number, OLD.due_on, OLD.principal, OLD.interest)
     IS DISTINCT FROM (NEW.id, NEW.loan_id, NEW.number, NEW.due_on, NEW.principal, NEW.interest) THEN
    RAISE EXCEPTION 'what is due does not change, only what was paid of it' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_installment_terms BEFORE UPDATE ON loans_installment
  FOR EACH ROW EXECUTE FUNCTION loans_keep_installment();

-- Money leaves only for what was approved, to the kobo, and never by the hand that approved it.
CREATE FUNCTION loans_check_disbursement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE a loans_loanapproval; l loans_loan;
BEGIN
  SELECT * INTO a FROM loans_loanapproval WHERE application_id = NEW.approval_id;
  SELECT * INTO l FROM loans_loan WHERE id = NEW.loan_id;
  IF l.application_id IS DISTINCT FROM NEW.approval_id OR l.principal <> a.amount OR NEW.amount > l.principal
     OR a.approved_by_id = NEW.disbursed_by_id THEN
    RAISE EXCEPTION 'payment of loan % differs from its approval, or is made by who approved it', l.serial
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_disbursement_check BEFORE INSERT ON loans_disbursement
  FOR EACH ROW EXECUTE FUNCTION loans_check_disbursement();

CREATE TRIGGER loans_approval_final BEFORE UPDATE OR DELETE ON loans_loanapproval
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER loans_disbursement_final BEFORE UPDATE OR DELETE ON loans_disbursement
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER loans_party_final BEFORE UPDATE OR DELETE ON loans_loanparty
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER loans_allocation_final BEFORE UPDATE OR DELETE ON loans_allocation
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

DO $$
DECLARE guarded record;
BEGIN
  FOR guarded IN SELECT t.tgname, t.tgrelid::regclass AS tab FROM pg_trigger t
    WHERE NOT t.tgisinternal AND t.tgrelid IN ('loans_loan'::regclass, 'loans_installment'::regclass,
      'loans_disbursement'::regclass, 'loans_loanapproval'::regclass, 'loans_loanparty'::regclass, 'loans_allocation'::regclass)
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', guarded.tab, guarded.tgname);
  END LOOP;
END $$;

REVOKE DELETE, TRUNCATE ON loans_loanapplication, loans_guarantee, loans_loanparty, loans_loanapproval, loans_loan,
  loans_installment, loans_disbursement, loans_repayment, loans_allocation, loans_productversion FROM cooploan_app;
REVOKE UPDATE ON loans_loanparty, loans_loanapproval, loans_disbursement, loans_allocation, loans_installment, loans_repayment
  FROM cooploan_app;
GRANT UPDATE (principal_paid, interest_paid) ON loans_installment TO cooploan_app;
GRANT UPDATE (reversed_by_entry_id) ON loans_repayment TO cooploan_app;

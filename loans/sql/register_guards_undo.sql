DROP FUNCTION IF EXISTS loans_check_registration() CASCADE;
DROP FUNCTION IF EXISTS loans_check_running() CASCADE;
DROP FUNCTION IF EXISTS loans_check_repayment() CASCADE;
DROP FUNCTION IF EXISTS loans_keep_repayment() CASCADE;
DROP TRIGGER IF EXISTS loans_repayment_no_delete ON loans_repayment;
REVOKE UPDATE (due_on, interest_waived) ON loans_installment FROM cooploan_app;

CREATE OR REPLACE FUNCTION loans_keep_installment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.loan_id, OLD.number, OLD.due_on, OLD.principal, OLD.interest)
     IS DISTINCT FROM (NEW.id, NEW.loan_id, NEW.number, NEW.due_on, NEW.principal, NEW.interest) THEN
    RAISE EXCEPTION 'what is due does not change, only what was paid of it' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

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
  RETURN NEW;
END $$;

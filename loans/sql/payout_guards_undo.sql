-- Back to the guards of before, as guards.sql, register_guards.sql and servicing_guards.sql made them.
DROP FUNCTION IF EXISTS loans_check_added_fees() CASCADE;
DROP FUNCTION IF EXISTS loans_keep_version() CASCADE;
DROP FUNCTION IF EXISTS loans_add_to_version() CASCADE;
DROP FUNCTION IF EXISTS loans_keep_fee() CASCADE;
DROP FUNCTION IF EXISTS loans_keep_deferred() CASCADE;
DROP FUNCTION IF EXISTS loans_keep_goods() CASCADE;
DROP TRIGGER IF EXISTS loans_tier_final ON loans_ratetier;
DROP TRIGGER IF EXISTS loans_fee_final ON loans_productfee;
DROP TRIGGER IF EXISTS loans_loan_fee_no_delete ON loans_loanfee;
DROP TRIGGER IF EXISTS loans_deferred_no_delete ON loans_deferredincome;
DROP TRIGGER IF EXISTS loans_goods_no_delete ON loans_goodspurchase;
REVOKE UPDATE (principal, interest, fee) ON loans_installment FROM cooploan_app;

CREATE OR REPLACE FUNCTION loans_check_registration() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION loans_keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
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

DROP FUNCTION IF EXISTS loans_counts_days_unpaid(bigint);

-- The guards of products and payouts, attacked in loans/tests/test_guards_products.py.
-- I13 a loan has the rate of its version or of one of its tiers, and is paid out less what is kept back · I27 the rules of
-- a version never change; only its end may be set, and versions never overlap · a murabaha is sold when the society has
-- bought the goods and holds them, at their cost.

CREATE OR REPLACE FUNCTION loans_check_registration() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE a loans_loanapproval; p loans_loanapplication; v loans_productversion; counted bigint;
BEGIN
  IF NEW.origin <> 'application' THEN RETURN NEW; END IF;
  SELECT * INTO a FROM loans_loanapproval WHERE application_id = NEW.application_id;
  SELECT * INTO p FROM loans_loanapplication WHERE id = NEW.application_id;
  SELECT * INTO v FROM loans_productversion WHERE id = p.version_id;
  IF (NEW.principal - NEW.added_fees, NEW.term_months, NEW.member_id, NEW.product_id, NEW.version_id, NEW.method)
     IS DISTINCT FROM (a.amount, a.term_months, p.member_id, p.product_id, v.id, v.method)
     OR (NEW.annual_rate_percent <> v.annual_rate_percent AND NOT EXISTS (
       SELECT 1 FROM loans_ratetier t WHERE t.version_id = v.id AND t.annual_rate_percent = NEW.annual_rate_percent)) THEN
    RAISE EXCEPTION 'loan % is not registered as it was approved', NEW.serial USING ERRCODE = 'check_violation';
  END IF;
  SELECT last INTO counted FROM core_serialcounter WHERE document = 'loan' AND year = NEW.serial_year;
  IF counted IS DISTINCT FROM NEW.serial_number THEN
    RAISE EXCEPTION 'serial % did not come from the counter, which stands at %', NEW.serial, counted
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

-- What was lent on top is the fees that are added: no more, no less.
CREATE FUNCTION loans_check_added_fees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE which bigint; added numeric; said numeric;
BEGIN
  IF TG_TABLE_NAME = 'loans_loan' THEN which := NEW.id; ELSE which := NEW.loan_id; END IF;
  SELECT added_fees INTO said FROM loans_loan WHERE id = which;
  SELECT coalesce(sum(amount), 0) INTO added FROM loans_loanfee WHERE loan_id = which AND collected = 'added_to_loan';
  IF said <> added THEN
    RAISE EXCEPTION 'loan % lends % for fees that are %', which, said, added USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER loans_loan_added_fees AFTER INSERT ON loans_loan
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_added_fees();
CREATE CONSTRAINT TRIGGER loans_loan_fee_added AFTER INSERT ON loans_loanfee
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_added_fees();

CREATE OR REPLACE FUNCTION loans_keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.serial, OLD.serial_year, OLD.serial_number, OLD.origin, OLD.application_id, OLD.member_id, OLD.product_id,
      OLD.version_id, OLD.principal, OLD.added_fees, OLD.annual_rate_percent, OLD.method, OLD.term_months, OLD.granted_on,
      OLD.registered_on, OLD.scheduled_principal, OLD.account_id)
     IS DISTINCT FROM
     (NEW.id, NEW.serial, NEW.serial_year, NEW.serial_number, NEW.origin, NEW.application_id, NEW.member_id, NEW.product_id,
      NEW.version_id, NEW.principal, NEW.added_fees, NEW.annual_rate_percent, NEW.method, NEW.term_months, NEW.granted_on,
      NEW.registered_on, NEW.scheduled_principal, NEW.account_id)
     OR (OLD.instalment <> NEW.instalment AND NOT loans_counts_days_unpaid(OLD.id)) THEN
    RAISE EXCEPTION 'the terms of loan % are frozen', OLD.serial USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

-- Interest by days is known only when the money is paid out: until then its instalments are an estimate.
CREATE FUNCTION loans_counts_days_unpaid(which bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM loans_loan l JOIN loans_productversion v ON v.id = l.version_id
                  WHERE l.id = which AND l.status IN ('queued', 'registered') AND v.day_count <> 'equal_periods')
$$;

CREATE OR REPLACE FUNCTION loans_keep_installment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.loan_id, OLD.number, OLD.kind, OLD.generation)
     IS DISTINCT FROM (NEW.id, NEW.loan_id, NEW.number, NEW.kind, NEW.generation)
     OR ((OLD.principal, OLD.interest, OLD.fee) IS DISTINCT FROM (NEW.principal, NEW.interest, NEW.fee)
         AND NOT loans_counts_days_unpaid(OLD.loan_id)) THEN
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

-- Money leaves only for what was approved, less what is kept back, and never by a hand that approved it, voted on it or
-- gains by it. Goods are sold only when the society has bought them, has them, and asks what they cost.
CREATE OR REPLACE FUNCTION loans_check_disbursement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE a loans_loanapproval; l loans_loan; fees numeric;
BEGIN
  SELECT * INTO a FROM loans_loanapproval WHERE application_id = NEW.approval_id;
  SELECT * INTO l FROM loans_loan WHERE id = NEW.loan_id;
  SELECT coalesce(sum(amount), 0) INTO fees FROM loans_loanfee
    WHERE loan_id = l.id AND collected IN ('at_source', 'added_to_loan');
  IF l.application_id IS DISTINCT FROM NEW.approval_id OR l.principal - l.added_fees <> a.amount
     OR NEW.amount + NEW.kept_back + NEW.upfront_interest <> l.principal OR NEW.kept_back <> fees
     OR a.approved_by_id = NEW.disbursed_by_id THEN
    RAISE EXCEPTION 'payment of loan % differs from its approval, or is made by who approved it', l.serial
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM loans_loanparty p JOIN members_member m ON m.id = p.member_id
              WHERE p.application_id = NEW.approval_id AND m.user_id = NEW.disbursed_by_id)
     OR EXISTS (SELECT 1 FROM members_member m WHERE m.id = l.member_id AND m.user_id = NEW.disbursed_by_id) THEN
    RAISE EXCEPTION 'payment of loan % is made by one of its own parties', l.serial USING ERRCODE = 'check_violation';
  END IF;
  IF l.method = 'murabaha' AND NOT EXISTS (
       SELECT 1 FROM loans_goodspurchase g WHERE g.loan_id = l.id AND g.possessed_on <= NEW.disbursed_on
          AND g.cost = l.principal) THEN
    RAISE EXCEPTION 'goods of loan % are sold before the society has them', l.serial USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM loans_loanfee WHERE loan_id = l.id AND collected = 'paid_apart' AND entry_id IS NULL) THEN
    RAISE EXCEPTION 'fees of loan % were not paid', l.serial USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

-- A loan keeps the rules that it was granted under: they never change, a new version is another row. Only its end may be
-- set where it has none.
CREATE FUNCTION loans_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(OLD) - 'valid' <> to_jsonb(NEW) - 'valid' OR lower(OLD.valid) IS DISTINCT FROM lower(NEW.valid)
      OR (OLD.valid <> NEW.valid AND (NOT upper_inf(OLD.valid) OR isempty(NEW.valid))))
     AND EXISTS (SELECT 1 FROM loans_loan WHERE version_id = OLD.id) THEN
    RAISE EXCEPTION 'the rules of a product version are fixed; a new version begins another day'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_version_keep BEFORE UPDATE ON loans_productversion
  FOR EACH ROW EXECUTE FUNCTION loans_keep_version();

-- Tiers and fees belong to their version: they come with it, before anybody asked for a loan by it.
CREATE FUNCTION loans_add_to_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM loans_productversion WHERE id = NEW.version_id FOR KEY SHARE;
  IF EXISTS (SELECT 1 FROM loans_loanapplication WHERE version_id = NEW.version_id)
     OR EXISTS (SELECT 1 FROM loans_loan WHERE version_id = NEW.version_id) THEN
    RAISE EXCEPTION 'loans were asked for by this version: its rates and fees are fixed' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_TABLE_NAME = 'loans_ratetier' AND EXISTS (
       SELECT 1 FROM loans_productversion WHERE id = NEW.version_id AND method = 'interest_free') THEN
    RAISE EXCEPTION 'an interest-free product has no rates' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_tier_add BEFORE INSERT ON loans_ratetier FOR EACH ROW EXECUTE FUNCTION loans_add_to_version();
CREATE TRIGGER loans_fee_add BEFORE INSERT ON loans_productfee FOR EACH ROW EXECUTE FUNCTION loans_add_to_version();
CREATE TRIGGER loans_tier_final BEFORE UPDATE OR DELETE ON loans_ratetier
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER loans_fee_final BEFORE UPDATE OR DELETE ON loans_productfee
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

-- A fee is taken in once and given back once; income is earned once.
CREATE FUNCTION loans_keep_fee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - 'entry_id' - 'refund_entry_id' <> to_jsonb(NEW) - 'entry_id' - 'refund_entry_id'
     OR (OLD.entry_id IS NOT NULL AND NEW.entry_id IS DISTINCT FROM OLD.entry_id)
     OR (OLD.refund_entry_id IS NOT NULL AND NEW.refund_entry_id IS DISTINCT FROM OLD.refund_entry_id) THEN
    RAISE EXCEPTION 'a fee of a loan is fixed, taken in once and given back once' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_loan_fee_keep BEFORE UPDATE ON loans_loanfee FOR EACH ROW EXECUTE FUNCTION loans_keep_fee();
CREATE TRIGGER loans_loan_fee_no_delete BEFORE DELETE ON loans_loanfee FOR EACH ROW EXECUTE FUNCTION forbid_change();

CREATE FUNCTION loans_keep_deferred() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.entry_id IS NOT NULL
     OR (OLD.id, OLD.loan_id, OLD.earned_on, OLD.amount) IS DISTINCT FROM (NEW.id, NEW.loan_id, NEW.earned_on, NEW.amount)
     OR NEW.given_back < OLD.given_back THEN
    RAISE EXCEPTION 'unearned income is earned once, or given back' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_deferred_keep BEFORE UPDATE ON loans_deferredincome
  FOR EACH ROW EXECUTE FUNCTION loans_keep_deferred();
CREATE TRIGGER loans_deferred_no_delete BEFORE DELETE ON loans_deferredincome
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

CREATE FUNCTION loans_keep_goods() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.possessed_on IS NOT NULL
     OR to_jsonb(OLD) - 'possessed_on' - 'possessed_by_id' <> to_jsonb(NEW) - 'possessed_on' - 'possessed_by_id' THEN
    RAISE EXCEPTION 'a purchase is fixed, and its goods are received once' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_goods_keep BEFORE UPDATE ON loans_goodspurchase FOR EACH ROW EXECUTE FUNCTION loans_keep_goods();
CREATE TRIGGER loans_goods_no_delete BEFORE DELETE ON loans_goodspurchase
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

DO $$
DECLARE guarded record;
BEGIN
  FOR guarded IN SELECT t.tgname, t.tgrelid::regclass AS tab FROM pg_trigger t
    WHERE NOT t.tgisinternal AND t.tgname IN ('loans_loan_added_fees', 'loans_loan_fee_added', 'loans_version_keep',
      'loans_tier_add', 'loans_fee_add', 'loans_tier_final', 'loans_fee_final', 'loans_loan_fee_keep',
      'loans_loan_fee_no_delete', 'loans_deferred_keep', 'loans_deferred_no_delete', 'loans_goods_keep',
      'loans_goods_no_delete')
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', guarded.tab, guarded.tgname);
  END LOOP;
END $$;

REVOKE DELETE, TRUNCATE ON loans_ratetier, loans_productfee, loans_loanfee, loans_deferredincome, loans_goodspurchase
  FROM cooploan_app;
REVOKE UPDATE ON loans_ratetier, loans_productfee, loans_loanfee, loans_deferredincome, loans_goodspurchase
  FROM cooploan_app;
GRANT UPDATE (entry_id, refund_entry_id) ON loans_loanfee TO cooploan_app;
GRANT UPDATE (given_back, entry_id) ON loans_deferredincome TO cooploan_app;
GRANT UPDATE (possessed_on, possessed_by_id) ON loans_goodspurchase TO cooploan_app;
GRANT UPDATE (principal, interest, fee) ON loans_installment TO cooploan_app;

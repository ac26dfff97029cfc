-- The guards of promises and recourse, attacked in loans/tests/test_recourse_guards.py.
-- I13 a promise and a recourse stay what they were when they were made · I17 nothing is taken before the notice days are
-- over, nor beyond a promise · I19 a claim is the charge behind it and never repaid beyond · two people, own savings first.

-- A promise is what its guarantor agreed to: its amount and its person never change.
CREATE FUNCTION loans_keep_guarantee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.guarantor_id, OLD.amount, OLD.application_id) IS DISTINCT FROM
     (NEW.id, NEW.guarantor_id, NEW.amount, NEW.application_id) OR NEW.charged < OLD.charged THEN
    RAISE EXCEPTION 'a promise stays what its guarantor agreed to' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_guarantee_keep BEFORE UPDATE ON loans_guarantee
  FOR EACH ROW EXECUTE FUNCTION loans_keep_guarantee();

CREATE FUNCTION loans_keep_substitution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.old_id, OLD.guarantor_id, OLD.amount, OLD.why, OLD.asked_by_id, OLD.asked_at) IS DISTINCT FROM
     (NEW.id, NEW.old_id, NEW.guarantor_id, NEW.amount, NEW.why, NEW.asked_by_id, NEW.asked_at)
     OR (OLD.consented_at IS NOT NULL AND (OLD.consented_at, OLD.consent_text) IS DISTINCT FROM
         (NEW.consented_at, NEW.consent_text)) THEN
    RAISE EXCEPTION 'who takes whose place stays as it was agreed to' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_substitution_keep BEFORE UPDATE ON loans_substitution
  FOR EACH ROW EXECUTE FUNCTION loans_keep_substitution();

-- The notice days are the policy's of that day or more. They are copied, so a later policy shortens no notice.
CREATE FUNCTION loans_check_recourse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'notice_given' OR NEW.approved_by_id IS NOT NULL THEN
    RAISE EXCEPTION 'a recourse begins with its notice' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.notice_days < coalesce((SELECT notice_days FROM loans_lendingpolicy WHERE valid_from <= NEW.given_on
                                  ORDER BY valid_from DESC LIMIT 1), 1) THEN
    RAISE EXCEPTION 'the notice is shorter than the lending policy says' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_recourse_begins BEFORE INSERT ON loans_recourse
  FOR EACH ROW EXECUTE FUNCTION loans_check_recourse();

CREATE FUNCTION loans_keep_recourse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.loan_id, OLD.given_on, OLD.notice_days, OLD.owed, OLD.reason, OLD.proposed_by_id, OLD.proposed_at)
     IS DISTINCT FROM
     (NEW.id, NEW.loan_id, NEW.given_on, NEW.notice_days, NEW.owed, NEW.reason, NEW.proposed_by_id, NEW.proposed_at)
     OR (OLD.approved_by_id IS NOT NULL AND NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id) THEN
    RAISE EXCEPTION 'a recourse stays what its notice said' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_recourse_keep BEFORE UPDATE ON loans_recourse
  FOR EACH ROW EXECUTE FUNCTION loans_keep_recourse();

-- A notice carries the database's own clock, which its writer cannot choose.
CREATE FUNCTION loans_stamp_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.recorded_at := transaction_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER loans_recourse_notice_stamp BEFORE INSERT ON loans_recoursenotice
  FOR EACH ROW EXECUTE FUNCTION loans_stamp_notice();

-- On the practice site, where people move the calendar, the days are those of its calendar alone.
CREATE FUNCTION loans_days_are_over(told_at timestamptz, days integer) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT transaction_timestamp() >= told_at + make_interval(days => days)
      OR coalesce(shobj_description((SELECT oid FROM pg_database WHERE datname = current_database()), 'pg_database'), '')
         = 'cooploan practice site: invented people, no real money';
$$;

CREATE FUNCTION loans_check_charge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE r loans_recourse; n loans_recoursenotice; p loans_repayment; g loans_guarantee; savings bigint; borrower bigint;
BEGIN
  SELECT * INTO r FROM loans_recourse WHERE id = NEW.recourse_id FOR UPDATE;
  SELECT * INTO n FROM loans_recoursenotice WHERE recourse_id = NEW.recourse_id AND member_id = NEW.member_id;
  IF n.id IS NULL OR NEW.charged_on < r.given_on + r.notice_days::integer
     OR NOT loans_days_are_over(n.recorded_at, r.notice_days) THEN
    RAISE EXCEPTION 'the notice days of this person are not over' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'loans_charge_after_notice';
  END IF;
  IF r.approved_by_id IS NULL OR r.status <> (CASE WHEN NEW.guarantee_id IS NULL THEN 'notice_given'
                                                   ELSE 'savings_offset' END) THEN
    RAISE EXCEPTION 'own savings first, then the guarantors, approved by a second person'
      USING ERRCODE = 'check_violation';
  END IF;
  SELECT * INTO p FROM loans_repayment WHERE id = NEW.repayment_id;
  SELECT member_id INTO borrower FROM loans_loan WHERE id = r.loan_id;
  SELECT savings_account_id INTO savings FROM members_member WHERE id = NEW.member_id;
  IF p.loan_id <> r.loan_id OR p.amount <> NEW.amount OR p.received_on <> NEW.charged_on
     OR p.channel <> (CASE WHEN NEW.guarantee_id IS NULL THEN 'savings' ELSE 'guarantor' END)
     OR (SELECT coalesce(sum(debit), 0) FROM ledger_journalline
          WHERE entry_id = p.entry_id AND account_id = savings) <> NEW.amount THEN
    RAISE EXCEPTION 'a charge is what its payment took from this person' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.guarantee_id IS NULL THEN
    IF NEW.member_id <> borrower THEN
      RAISE EXCEPTION 'only a guarantor pays for another' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  SELECT * INTO g FROM loans_guarantee WHERE id = NEW.guarantee_id FOR UPDATE;
  IF g.guarantor_id <> NEW.member_id OR g.loan_id IS DISTINCT FROM r.loan_id OR g.status <> 'accepted'
     OR NEW.amount + (SELECT coalesce(sum(amount), 0) FROM loans_recoursecharge WHERE guarantee_id = g.id) > g.amount THEN
    RAISE EXCEPTION 'nobody pays more than he promised' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_recourse_charge_check BEFORE INSERT ON loans_recoursecharge
  FOR EACH ROW EXECUTE FUNCTION loans_check_charge();

-- A claim is the charge behind it; what is repaid of it is written by its payments and by nothing else.
CREATE FUNCTION loans_check_claim() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c loans_recoursecharge; borrower bigint; paid numeric;
BEGIN
  SELECT * INTO c FROM loans_recoursecharge WHERE id = NEW.charge_id;
  SELECT l.member_id INTO borrower FROM loans_recourse r JOIN loans_loan l ON l.id = r.loan_id WHERE r.id = c.recourse_id;
  SELECT coalesce(sum(amount), 0) INTO paid FROM loans_claimpayment WHERE claim_id = NEW.id;
  IF c.guarantee_id IS NULL OR (NEW.guarantor_id, NEW.borrower_id, NEW.amount) IS DISTINCT FROM
     (c.member_id, borrower, c.amount) OR NEW.repaid <> paid
     OR (TG_OP = 'UPDATE' AND (OLD.id, OLD.charge_id) IS DISTINCT FROM (NEW.id, NEW.charge_id)) THEN
    RAISE EXCEPTION 'a claim is what its guarantor paid, less what was paid back' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_claim_check BEFORE INSERT OR UPDATE ON loans_guarantorclaim
  FOR EACH ROW EXECUTE FUNCTION loans_check_claim();

CREATE FUNCTION loans_check_claim_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE credited numeric; used numeric;
BEGIN
  -- The claim is the lock under which one entry's credit is counted out to the claims of one guarantor.
  PERFORM 1 FROM loans_guarantorclaim WHERE id = NEW.claim_id FOR UPDATE;
  SELECT coalesce(sum(j.credit), 0) INTO credited FROM ledger_journalline j
    JOIN members_member m ON m.savings_account_id = j.account_id
    JOIN loans_guarantorclaim k ON k.guarantor_id = m.id AND k.id = NEW.claim_id
   WHERE j.entry_id = NEW.entry_id;
  SELECT coalesce(sum(o.amount), 0) INTO used FROM loans_claimpayment o
    JOIN loans_guarantorclaim k ON k.id = o.claim_id
   WHERE o.entry_id = NEW.entry_id
     AND k.guarantor_id = (SELECT guarantor_id FROM loans_guarantorclaim WHERE id = NEW.claim_id);
  IF NEW.amount + used > credited THEN
    RAISE EXCEPTION 'a claim is repaid by money that its guarantor received' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_claim_payment_check BEFORE INSERT ON loans_claimpayment
  FOR EACH ROW EXECUTE FUNCTION loans_check_claim_payment();

CREATE FUNCTION loans_count_claim_payment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE loans_guarantorclaim SET repaid = (SELECT sum(amount) FROM loans_claimpayment
    WHERE claim_id = NEW.claim_id) WHERE id = NEW.claim_id;
  RETURN NULL;
END $$;
CREATE TRIGGER loans_claim_payment_count AFTER INSERT ON loans_claimpayment
  FOR EACH ROW EXECUTE FUNCTION loans_count_claim_payment();

DO $$
DECLARE final text; guarded record;
BEGIN
  FOREACH final IN ARRAY ARRAY['loans_recoursenotice', 'loans_recourseanswer', 'loans_recoursecharge', 'loans_claimpayment']
  LOOP
    EXECUTE format('CREATE TRIGGER %s_final BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION forbid_change()',
                   final, final);
    EXECUTE format('CREATE TRIGGER %s_no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION forbid_change()',
                   final, final);
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM cooploan_app', final);
  END LOOP;
  FOREACH final IN ARRAY ARRAY['loans_recourse', 'loans_guarantorclaim', 'loans_substitution']
  LOOP
    EXECUTE format('CREATE TRIGGER %s_no_delete BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION forbid_change()',
                   final, final);
    EXECUTE format('REVOKE DELETE, TRUNCATE ON %I FROM cooploan_app', final);
  END LOOP;
  REVOKE UPDATE ON loans_guarantorclaim FROM cooploan_app;
  FOR guarded IN SELECT t.tgname, t.tgrelid::regclass AS tab FROM pg_trigger t
    WHERE NOT t.tgisinternal AND t.tgrelid IN ('loans_guarantee'::regclass, 'loans_substitution'::regclass,
      'loans_recourse'::regclass, 'loans_recoursenotice'::regclass, 'loans_recourseanswer'::regclass,
      'loans_recoursecharge'::regclass, 'loans_guarantorclaim'::regclass, 'loans_claimpayment'::regclass)
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', guarded.tab, guarded.tgname);
  END LOOP;
END $$;

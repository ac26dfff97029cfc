-- The payment that clears a loan frees its guarantors in the same transaction: the last of them is charged as one freed.
-- And a claim is locked by the trigger's owner, since the site's own role may not change it.

CREATE OR REPLACE FUNCTION loans_check_charge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE r loans_recourse; n loans_recoursenotice; p loans_repayment; g loans_guarantee; l loans_loan; savings bigint;
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
  SELECT * INTO l FROM loans_loan WHERE id = r.loan_id;
  SELECT savings_account_id INTO savings FROM members_member WHERE id = NEW.member_id;
  IF p.loan_id <> r.loan_id OR p.amount <> NEW.amount OR p.received_on <> NEW.charged_on
     OR p.reversed_by_entry_id IS NOT NULL
     OR p.channel <> (CASE WHEN NEW.guarantee_id IS NULL THEN 'savings' ELSE 'guarantor' END)
     OR (SELECT coalesce(sum(debit), 0) FROM ledger_journalline
          WHERE entry_id = p.entry_id AND account_id = savings) <> NEW.amount THEN
    RAISE EXCEPTION 'a charge is what its payment took from this person' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.guarantee_id IS NULL THEN
    IF NEW.member_id <> l.member_id THEN
      RAISE EXCEPTION 'only a guarantor pays for another' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  SELECT * INTO g FROM loans_guarantee WHERE id = NEW.guarantee_id FOR UPDATE;
  IF g.guarantor_id <> NEW.member_id OR g.loan_id IS DISTINCT FROM r.loan_id
     OR NOT (g.status = 'accepted' OR (g.status = 'released' AND l.status = 'closed' AND l.closed_on = NEW.charged_on))
     OR NEW.amount + (SELECT coalesce(sum(amount), 0) FROM loans_recoursecharge WHERE guarantee_id = g.id) > g.amount THEN
    RAISE EXCEPTION 'nobody pays more than he promised' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

ALTER FUNCTION loans_check_claim_payment() SECURITY DEFINER SET search_path = public, pg_temp;

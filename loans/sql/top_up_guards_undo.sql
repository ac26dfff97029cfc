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

-- What a change of a loan came to is told with the loan's story, and its people are not its borrower.
-- Attacked in loans/tests/test_change_guards.py.

-- As it was, and: a status moves on one way, results are told while the change is in force, an end is written once.
CREATE OR REPLACE FUNCTION loans_keep_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.loan_id, OLD.kind, OLD.effective_on, OLD.terms, OLD.reason, OLD.resolution, OLD.asked_by_id, OLD.asked_at)
     IS DISTINCT FROM
     (NEW.id, NEW.loan_id, NEW.kind, NEW.effective_on, NEW.terms, NEW.reason, NEW.resolution, NEW.asked_by_id, NEW.asked_at)
     OR (OLD.decided_by_id IS NOT NULL
         AND (NEW.decided_by_id, NEW.decided_at) IS DISTINCT FROM (OLD.decided_by_id, OLD.decided_at))
     OR (OLD.entry_id IS NOT NULL AND NEW.entry_id IS DISTINCT FROM OLD.entry_id) THEN
    RAISE EXCEPTION 'a change of a loan is decided on as it was asked for, and once' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN
     (('requested', 'approved'), ('requested', 'declined'), ('requested', 'withdrawn'), ('approved', 'reversed')) THEN
    RAISE EXCEPTION 'a change of a loan that is % does not become %', OLD.status, NEW.status
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.status <> 'approved'
     AND (OLD.interest_let_off, OLD.penalty_let_off, OLD.principal_lost)
         IS DISTINCT FROM (NEW.interest_let_off, NEW.penalty_let_off, NEW.principal_lost) THEN
    RAISE EXCEPTION 'what a change came to is told while it is in force' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status = NEW.status AND OLD.status <> 'requested'
     AND (OLD.why_ended, OLD.taken_back_by_id, OLD.taken_back_at)
         IS DISTINCT FROM (NEW.why_ended, NEW.taken_back_by_id, NEW.taken_back_at) THEN
    RAISE EXCEPTION 'how a change ended is written once' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION loans_check_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c loans_loanchange; found numeric; told numeric;
BEGIN
  SELECT * INTO c FROM loans_loanchange WHERE id = NEW.id;
  IF EXISTS (SELECT 1 FROM loans_loan l JOIN members_member m ON m.id = l.member_id
              WHERE l.id = c.loan_id AND m.user_id IN (c.asked_by_id, c.decided_by_id, c.taken_back_by_id)) THEN
    RAISE EXCEPTION 'nobody changes his own loan' USING ERRCODE = 'check_violation';
  END IF;
  SELECT coalesce(sum(interest_waived), 0) INTO found FROM loans_installment WHERE loan_id = c.loan_id AND live;
  SELECT coalesce(sum(interest_let_off), 0) INTO told FROM loans_loanchange
   WHERE loan_id = c.loan_id AND status = 'approved';
  told := told + (SELECT coalesce(sum(a.interest_waived), 0) FROM loans_allocation a
    JOIN loans_repayment r ON r.id = a.repayment_id WHERE r.loan_id = c.loan_id AND r.reversed_by_entry_id IS NULL);
  IF found <> told THEN
    RAISE EXCEPTION 'the schedule of loan % lets off %, its changes and payments %', c.loan_id, found, told
      USING ERRCODE = 'check_violation';
  END IF;
  SELECT penalty_waived INTO found FROM loans_loanstanding WHERE loan_id = c.loan_id;
  SELECT coalesce(sum(penalty_let_off), 0) INTO told FROM loans_loanchange
   WHERE loan_id = c.loan_id AND status = 'approved';
  IF coalesce(found, 0) <> told THEN
    RAISE EXCEPTION 'of the penalty of loan % is let off %, not %', c.loan_id, coalesce(found, 0), told
      USING ERRCODE = 'check_violation';
  END IF;
  SELECT coalesce(sum(j.credit), 0) INTO found FROM ledger_journalline j
    JOIN loans_loan l ON l.account_id = j.account_id WHERE l.id = c.loan_id AND j.entry_id = c.entry_id;
  IF c.principal_lost <> found THEN
    RAISE EXCEPTION 'the books write off % of loan %, not %', found, c.loan_id, c.principal_lost
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER loans_change_results AFTER INSERT OR UPDATE ON loans_loanchange
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_change();
ALTER TABLE loans_loanchange ENABLE ALWAYS TRIGGER loans_change_results;

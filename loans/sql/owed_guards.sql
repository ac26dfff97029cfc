-- I19 what a loan owes in the books is what its instalments leave unpaid, attacked in loans/tests/test_guards_owed.py.
-- It is asked at the end of the transaction, once its entries and its instalments are written, for each row that moved.
-- A loan that does not run owes nothing: one in the queue was not paid out, one that was written off was given up.

CREATE FUNCTION loans_check_owed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE l record; owed numeric; booked numeric;
BEGIN
  -- The lock makes two transactions that would each be right alone wait for one another.
  IF TG_TABLE_NAME = 'ledger_accountbalance' THEN
    SELECT id, serial, status, scheduled_principal, account_id INTO l
      FROM loans_loan WHERE account_id = NEW.account_id FOR SHARE;
  ELSIF TG_TABLE_NAME = 'loans_installment' THEN
    SELECT id, serial, status, scheduled_principal, account_id INTO l
      FROM loans_loan WHERE id = NEW.loan_id FOR SHARE;
  ELSE
    SELECT id, serial, status, scheduled_principal, account_id INTO l
      FROM loans_loan WHERE id = NEW.id FOR SHARE;
  END IF;
  IF NOT FOUND THEN RETURN NULL; END IF;  -- an account of something else
  SELECT balance INTO booked FROM ledger_accountbalance WHERE account_id = l.account_id;
  IF l.status IN ('active', 'closed') THEN
    SELECT l.scheduled_principal - coalesce(sum(principal_paid), 0) INTO owed
      FROM loans_installment WHERE loan_id = l.id AND live;
  ELSE
    owed := 0;
  END IF;
  IF booked IS DISTINCT FROM owed THEN
    RAISE EXCEPTION 'loan % owes % in the books and % by its instalments', l.serial, booked, owed
      USING ERRCODE = 'check_violation', CONSTRAINT = 'loans_check_owed';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER loans_owed_in_the_books AFTER UPDATE OF balance ON ledger_accountbalance
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.balance IS DISTINCT FROM NEW.balance)
  EXECUTE FUNCTION loans_check_owed();
-- New instalments come with a new loan or in the place of others that leave, and both are asked.
CREATE CONSTRAINT TRIGGER loans_installment_owed AFTER UPDATE OF principal_paid, live ON loans_installment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN ((OLD.principal_paid, OLD.live) IS DISTINCT FROM (NEW.principal_paid, NEW.live))
  EXECUTE FUNCTION loans_check_owed();
CREATE CONSTRAINT TRIGGER loans_loan_owed AFTER INSERT OR UPDATE OF status ON loans_loan
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_owed();

ALTER TABLE ledger_accountbalance ENABLE ALWAYS TRIGGER loans_owed_in_the_books;
ALTER TABLE loans_installment ENABLE ALWAYS TRIGGER loans_installment_owed;
ALTER TABLE loans_loan ENABLE ALWAYS TRIGGER loans_loan_owed;

-- I13 the terms that guarantors stood for and the committee voted on are the terms that are lent: the rules of a version
-- are fixed from the first request by it that was sent, not only from the first loan.
CREATE OR REPLACE FUNCTION loans_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(OLD) - 'valid' <> to_jsonb(NEW) - 'valid' OR lower(OLD.valid) IS DISTINCT FROM lower(NEW.valid)
      OR (OLD.valid <> NEW.valid AND (NOT upper_inf(OLD.valid) OR isempty(NEW.valid))))
     AND (EXISTS (SELECT 1 FROM loans_loan WHERE version_id = OLD.id)
          OR EXISTS (SELECT 1 FROM loans_loanapplication
                      WHERE version_id = OLD.id AND status IN ('awaiting_guarantors', 'under_review', 'approved'))) THEN
    RAISE EXCEPTION 'the rules of a product version are fixed; a new version begins another day'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

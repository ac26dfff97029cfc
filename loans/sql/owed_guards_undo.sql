DROP TRIGGER loans_owed_in_the_books ON ledger_accountbalance;
DROP TRIGGER loans_installment_owed ON loans_installment;
DROP TRIGGER loans_loan_owed ON loans_loan;
DROP FUNCTION loans_check_owed();

CREATE OR REPLACE FUNCTION loans_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(OLD) - 'valid' <> to_jsonb(NEW) - 'valid' OR lower(OLD.valid) IS DISTINCT FROM lower(NEW.valid)
      OR (OLD.valid <> NEW.valid AND (NOT upper_inf(OLD.valid) OR isempty(NEW.valid))))
     AND EXISTS (SELECT 1 FROM loans_loan WHERE version_id = OLD.id) THEN
    RAISE EXCEPTION 'the rules of a product version are fixed; a new version begins another day'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

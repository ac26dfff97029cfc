-- What was proposed stays as it was proposed: another person approves just that.
CREATE FUNCTION loans_keep_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.product_id, NEW.valid_from, NEW.numbers, NEW.tiers, NEW.fees, NEW.reason, NEW.proposed_by_id, NEW.proposed_at)
     IS DISTINCT FROM
     (OLD.product_id, OLD.valid_from, OLD.numbers, OLD.tiers, OLD.fees, OLD.reason, OLD.proposed_by_id, OLD.proposed_at)
     OR OLD.status <> 'proposed' THEN
    RAISE EXCEPTION 'a proposal of rules never changes' USING ERRCODE = 'integrity_constraint_violation',
      CONSTRAINT = 'loans_proposal_keep';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_proposal_keep BEFORE UPDATE ON loans_rulesproposal
  FOR EACH ROW EXECUTE FUNCTION loans_keep_proposal();
ALTER TABLE loans_rulesproposal ENABLE ALWAYS TRIGGER loans_proposal_keep;
CREATE TRIGGER loans_proposal_no_delete BEFORE DELETE ON loans_rulesproposal
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
ALTER TABLE loans_rulesproposal ENABLE ALWAYS TRIGGER loans_proposal_no_delete;

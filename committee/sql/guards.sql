-- The committee's guards, attacked in committee/tests/test_guards.py.
-- I09 no approval without its quorum and a majority · I11 no voter with an interest · I12 a vote stands as it was cast.
-- All take the application's row lock first, so that votes, approvals and withdrawals of one application queue up.

CREATE FUNCTION committee_vote_cast() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE standing text;
BEGIN
  SELECT status INTO standing FROM loans_loanapplication WHERE id = NEW.application_id FOR UPDATE;
  IF standing <> 'under_review' THEN
    RAISE EXCEPTION 'application % is not before the committee', NEW.application_id USING ERRCODE = 'check_violation';
  END IF;
  PERFORM 1 FROM committee_sitting WHERE id = NEW.sitting_id AND status = 'open' FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'sitting % is closed', NEW.sitting_id USING ERRCODE = 'check_violation';
  END IF;
  INSERT INTO loans_loanparty (application_id, member_id, stand, why)
    VALUES (NEW.application_id, NEW.voter_id, 'judge', 'votes on it');
  RETURN NEW;
END $$;
CREATE TRIGGER committee_vote_cast BEFORE INSERT ON committee_vote FOR EACH ROW EXECUTE FUNCTION committee_vote_cast();
CREATE TRIGGER committee_vote_final BEFORE UPDATE OR DELETE ON committee_vote
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER committee_decision_final BEFORE UPDATE OR DELETE ON committee_decision
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

CREATE FUNCTION committee_check_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE needed int; asked numeric; months int; standing text; yes int; no int; cast_votes int;
BEGIN
  SELECT quorum, amount, term_months, status INTO needed, asked, months, standing
    FROM loans_loanapplication WHERE id = NEW.application_id FOR UPDATE;
  SELECT count(*) FILTER (WHERE choice = 'approve'), count(*) FILTER (WHERE choice = 'decline'), count(*)
    INTO yes, no, cast_votes FROM committee_vote WHERE application_id = NEW.application_id;
  IF standing <> 'under_review' OR cast_votes < needed OR yes <= no THEN
    RAISE EXCEPTION 'application % has % of % votes, % for and % against', NEW.application_id, cast_votes, needed, yes, no
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.amount > asked OR NEW.term_months <> months THEN
    RAISE EXCEPTION 'application % was voted on with other terms', NEW.application_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER committee_approval_check BEFORE INSERT ON loans_loanapproval
  FOR EACH ROW EXECUTE FUNCTION committee_check_approval();

-- What the committee votes on does not change under its eyes.
CREATE FUNCTION committee_keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status NOT IN ('draft') AND
     (OLD.member_id, OLD.product_id, OLD.amount, OLD.term_months) IS DISTINCT FROM
     (NEW.member_id, NEW.product_id, NEW.amount, NEW.term_months) THEN
    RAISE EXCEPTION 'application % was sent in: its terms are fixed', OLD.number USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status NOT IN ('draft', 'awaiting_guarantors') AND OLD.quorum IS DISTINCT FROM NEW.quorum THEN
    RAISE EXCEPTION 'the quorum of application % is fixed', OLD.number USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER committee_application_terms BEFORE UPDATE ON loans_loanapplication
  FOR EACH ROW EXECUTE FUNCTION committee_keep_terms();

ALTER TABLE committee_vote ENABLE ALWAYS TRIGGER committee_vote_cast;
ALTER TABLE committee_vote ENABLE ALWAYS TRIGGER committee_vote_final;
ALTER TABLE committee_decision ENABLE ALWAYS TRIGGER committee_decision_final;
ALTER TABLE loans_loanapproval ENABLE ALWAYS TRIGGER committee_approval_check;
ALTER TABLE loans_loanapplication ENABLE ALWAYS TRIGGER committee_application_terms;

REVOKE UPDATE, DELETE, TRUNCATE ON committee_vote, committee_decision FROM cooploan_app;
REVOKE DELETE, TRUNCATE ON committee_sitting FROM cooploan_app;

DROP TRIGGER loans_proposal_no_delete ON loans_rulesproposal;
DROP TRIGGER loans_proposal_keep ON loans_rulesproposal;
DROP FUNCTION loans_keep_proposal();

DROP FUNCTION IF EXISTS committee_vote_cast() CASCADE;
DROP FUNCTION IF EXISTS committee_check_approval() CASCADE;
DROP FUNCTION IF EXISTS committee_keep_terms() CASCADE;
DROP TRIGGER IF EXISTS committee_vote_final ON committee_vote;
DROP TRIGGER IF EXISTS committee_decision_final ON committee_decision;

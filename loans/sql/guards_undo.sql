DROP FUNCTION IF EXISTS loans_check_schedule() CASCADE;
DROP FUNCTION IF EXISTS loans_check_serial() CASCADE;
DROP FUNCTION IF EXISTS loans_keep_terms() CASCADE;
DROP FUNCTION IF EXISTS loans_keep_installment() CASCADE;
DROP FUNCTION IF EXISTS loans_check_disbursement() CASCADE;
DROP TRIGGER IF EXISTS loans_approval_final ON loans_loanapproval;
DROP TRIGGER IF EXISTS loans_disbursement_final ON loans_disbursement;
DROP TRIGGER IF EXISTS loans_party_final ON loans_loanparty;
DROP TRIGGER IF EXISTS loans_allocation_final ON loans_allocation;

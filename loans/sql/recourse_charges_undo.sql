ALTER FUNCTION loans_check_claim_payment() SECURITY INVOKER RESET search_path;

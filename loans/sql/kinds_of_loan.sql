-- The products by code and name.
SELECT code, name FROM loans_loanproduct ORDER BY id

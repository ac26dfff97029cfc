-- Loans that run, each with 12 instalments: 0 to 11 of them due, most paid up, a quarter late by one to four of them, some of
-- those with a part paid. Loaded with triggers and indexes off: loading is not what is measured.
SET session_replication_role = replica;
ALTER TABLE loans_loan DISABLE TRIGGER USER;
ALTER TABLE loans_installment DISABLE TRIGGER USER;
DROP INDEX loans_installment_open, loans_installment_history, loans_installment_once;
INSERT INTO loans_loan (id, serial, serial_year, serial_number, origin, principal, annual_rate_percent, method, term_months,
    instalment, granted_on, registered_on, scheduled_principal, months_paid_before, status, account_id, member_id,
    product_id, version_id)
OVERRIDING SYSTEM VALUE
SELECT g, 'B/2026/' || g, 2026, g, 'opening', 12 * (5000 + g %% 37 * 250), 12, 'reducing', 12, 1.1 * (5000 + g %% 37 * 250),
       %(on)s::date - 400, %(on)s::date - 400, 12 * (5000 + g %% 37 * 250), 0, 'active', g, g, 1,
       (%(versions)s::bigint[])[1 + g %% 2]
  FROM generate_series(1, %(loans)s) g;
INSERT INTO loans_installment (loan_id, number, due_on, principal, interest, principal_paid, interest_paid, interest_waived,
    fee, fee_paid, kind, live)
SELECT g, n, (%(on)s::date - g %% 28 + (n - due) * interval '1 month')::date, base, base / 10,
       CASE WHEN n <= paid THEN base WHEN n = paid + 1 AND n <= due AND g %% 10 = 3 THEN base / 4 ELSE 0 END,
       CASE WHEN n <= paid THEN base / 10 WHEN n = paid + 1 AND n <= due AND g %% 10 = 3 THEN base / 10 ELSE 0 END,
       0, 0, 0, 'scheduled', true
  FROM generate_series(1, %(loans)s) g
 CROSS JOIN LATERAL (SELECT g * 7919::bigint %% 12 AS due, 5000 + g %% 37 * 250 AS base) loan
 CROSS JOIN LATERAL (SELECT greatest(0, due - CASE WHEN g %% 100 < 75 THEN (g %% 28 = 0)::int ELSE 1 + g %% 4 END) AS paid) told
 CROSS JOIN generate_series(1, 12) n
 -- As they come in life: those of one loan together.
 ORDER BY g, n;
CREATE INDEX loans_installment_open ON loans_installment (due_on, loan_id) WHERE live AND unpaid_amount > 0;
CREATE INDEX loans_installment_history ON loans_installment (loan_id, number);
CREATE UNIQUE INDEX loans_installment_once ON loans_installment (loan_id, number) WHERE live;
ALTER TABLE loans_loan ENABLE TRIGGER USER;
ALTER TABLE loans_installment ENABLE TRIGGER USER;
SET session_replication_role = DEFAULT;
CREATE TABLE floor_standing (
  loan_id bigint, as_of date, accrued_through date, oldest_due_on date, days_past_due int, late_class_id bigint,
  outstanding_principal numeric(14,2), overdue_principal numeric(14,2), overdue_interest numeric(14,2),
  overdue_fee numeric(14,2), accruing numeric(14,2), late_naira_days numeric(20,2), penalty_charged numeric(14,2),
  provision numeric(14,2), suspended_interest numeric(14,2));
CREATE TABLE floor_history (
  loan_id bigint, from_on date, oldest_due_on date, late_class_id bigint, outstanding_principal numeric(14,2),
  overdue_principal numeric(14,2), overdue_interest numeric(14,2), overdue_fee numeric(14,2), accruing numeric(14,2),
  late_naira_days numeric(20,2), penalty_charged numeric(14,2), provision numeric(14,2),
  suspended_interest numeric(14,2));

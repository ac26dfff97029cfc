-- The functions take their triggers with them; the shared one stays, so its triggers go one by one.
DROP FUNCTION IF EXISTS reconciliation_check_remittance() CASCADE;
DROP FUNCTION IF EXISTS reconciliation_keep_remittance() CASCADE;
DROP FUNCTION IF EXISTS reconciliation_keep_line() CASCADE;
DROP FUNCTION IF EXISTS reconciliation_check_parts() CASCADE;
DROP FUNCTION IF EXISTS reconciliation_check_suspense() CASCADE;
DROP FUNCTION IF EXISTS reconciliation_keep_suspense() CASCADE;
DROP FUNCTION IF EXISTS reconciliation_check_schedule() CASCADE;
DROP FUNCTION IF EXISTS reconciliation_keep_schedule() CASCADE;
DROP FUNCTION IF EXISTS reconciliation_line_of_draft() CASCADE;
DO $$
DECLARE guarded record;
BEGIN
  FOR guarded IN SELECT t.tgname, t.tgrelid::regclass AS tab FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relname LIKE 'reconciliation\_%'
  LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', guarded.tgname, guarded.tab);
  END LOOP;
END $$;
GRANT UPDATE, DELETE ON reconciliation_deductionschedule, reconciliation_deductionline, reconciliation_deductionitem,
  reconciliation_remittance, reconciliation_remittanceline, reconciliation_remittancepart, reconciliation_suspenseitem
  TO cooploan_app;

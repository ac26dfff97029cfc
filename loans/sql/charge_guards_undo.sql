REVOKE UPDATE (repayment_id) ON loans_recoursecharge FROM cooploan_app;
DROP TRIGGER loans_charge_keep ON loans_recoursecharge;
DROP TRIGGER loans_recoursecharge_final ON loans_recoursecharge;
CREATE TRIGGER loans_recoursecharge_final BEFORE UPDATE OR DELETE ON loans_recoursecharge
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
ALTER TABLE loans_recoursecharge ENABLE ALWAYS TRIGGER loans_recoursecharge_final;
DROP FUNCTION loans_keep_charge();

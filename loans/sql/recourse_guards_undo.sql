DROP TRIGGER loans_guarantee_keep ON loans_guarantee;
DROP TRIGGER loans_substitution_keep ON loans_substitution;
DROP TRIGGER loans_recourse_begins ON loans_recourse;
DROP TRIGGER loans_recourse_keep ON loans_recourse;
DROP TRIGGER loans_recourse_notice_stamp ON loans_recoursenotice;
DROP TRIGGER loans_recourse_charge_check ON loans_recoursecharge;
DROP TRIGGER loans_claim_check ON loans_guarantorclaim;
DROP TRIGGER loans_claim_payment_check ON loans_claimpayment;
DROP TRIGGER loans_claim_payment_count ON loans_claimpayment;
DO $$
DECLARE final text;
BEGIN
  FOREACH final IN ARRAY ARRAY['loans_recoursenotice', 'loans_recourseanswer', 'loans_recoursecharge', 'loans_claimpayment']
  LOOP
    EXECUTE format('DROP TRIGGER %s_final ON %I', final, final);
    EXECUTE format('DROP TRIGGER %s_no_truncate ON %I', final, final);
  END LOOP;
  FOREACH final IN ARRAY ARRAY['loans_recourse', 'loans_guarantorclaim', 'loans_substitution']
  LOOP
    EXECUTE format('DROP TRIGGER %s_no_delete ON %I', final, final);
  END LOOP;
END $$;
DROP FUNCTION loans_keep_guarantee(), loans_keep_substitution(), loans_check_recourse(), loans_keep_recourse(),
  loans_stamp_notice(), loans_check_charge(), loans_check_claim(), loans_check_claim_payment(),
  loans_count_claim_payment(), loans_days_are_over(timestamptz, integer);
GRANT UPDATE, DELETE ON loans_recoursenotice, loans_recourseanswer, loans_recoursecharge, loans_claimpayment,
  loans_recourse, loans_guarantorclaim, loans_substitution TO cooploan_app;

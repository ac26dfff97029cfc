DROP FUNCTION IF EXISTS onboarding_keep_import() CASCADE;
DROP TRIGGER IF EXISTS onboarding_import_no_delete ON onboarding_bookimport;
DROP TRIGGER IF EXISTS onboarding_member_final ON onboarding_importedmember;

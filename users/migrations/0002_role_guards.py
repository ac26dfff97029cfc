"""The auditor apart from the audited; grants are never rewritten; secrets kept from the auditor's database role."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("users", "0001_users_roles_invitations")]

    operations = [migrations.RunSQL(load_sql("users", "role_grants"), load_sql("users", "role_grants_undo"))]

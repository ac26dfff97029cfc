"""What a loan that is open again has still to earn: rows of a later telling, beside those of the first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loans", "0026_top_up"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="deferredincome", name="loans_earned_once"),
        migrations.AddField(
            model_name="deferredincome",
            name="telling",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="deferredincome",
            constraint=models.UniqueConstraint(fields=("loan", "earned_on", "telling"), name="loans_earned_once"),
        ),
        migrations.RunSQL(
            """CREATE OR REPLACE FUNCTION loans_keep_deferred() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF OLD.entry_id IS NOT NULL
                 OR (OLD.id, OLD.loan_id, OLD.earned_on, OLD.amount, OLD.telling)
                    IS DISTINCT FROM (NEW.id, NEW.loan_id, NEW.earned_on, NEW.amount, NEW.telling)
                 OR NEW.given_back < OLD.given_back THEN
                RAISE EXCEPTION 'unearned income is earned once, or given back' USING ERRCODE = 'restrict_violation';
              END IF;
              RETURN NEW;
            END $$;""",
            """CREATE OR REPLACE FUNCTION loans_keep_deferred() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF OLD.entry_id IS NOT NULL
                 OR (OLD.id, OLD.loan_id, OLD.earned_on, OLD.amount)
                    IS DISTINCT FROM (NEW.id, NEW.loan_id, NEW.earned_on, NEW.amount)
                 OR NEW.given_back < OLD.given_back THEN
                RAISE EXCEPTION 'unearned income is earned once, or given back' USING ERRCODE = 'restrict_violation';
              END IF;
              RETURN NEW;
            END $$;""",
        ),
    ]

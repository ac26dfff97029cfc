"""A loan with new terms is watched: for a while it is classed as at least as late as it was."""

from django.db import migrations, models
from django.db.models import F, Q

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("loans", "0027_earned_anew")]

    operations = [
        migrations.AddField("loanchange", "watched_until", models.DateField(blank=True, null=True)),
        migrations.AddField("loanchange", "watch_days", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField("loanstanding", "watch_days", models.PositiveIntegerField(db_default=0, default=0)),
        migrations.AddField("standinghistory", "watch_days", models.PositiveIntegerField(db_default=0, default=0)),
        migrations.AddConstraint(
            model_name="loanchange",
            constraint=models.CheckConstraint(
                name="loans_change_watched",
                condition=Q(watched_until__isnull=True, watch_days__isnull=True)
                | Q(
                    kind="restructure",
                    status__in=["approved", "reversed"],
                    watched_until__isnull=False,
                    watch_days__isnull=False,
                    watch_days__gte=1,
                    watched_until__gte=F("effective_on"),
                ),
            ),
        ),
        migrations.RunSQL(load_sql("loans", "watch_guards"), load_sql("loans", "watch_guards_undo")),
        migrations.RunSQL(
            load_sql("loans", "standing_on_watched"),
            "DROP FUNCTION loans_standing_on(date);" + load_sql("loans", "standing_on"),
        ),
    ]

from django.db import migrations, models

# The table of Django's database cache, which holds the throttle counters when there is no Redis. Unlogged: it is
# emptied by a crash of the server, which costs a guesser's count and saves a write to the log at each request.
CACHE_TABLE = """
CREATE UNLOGGED TABLE cooploan_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX cooploan_cache_expires ON cooploan_cache (expires);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("beat_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(CACHE_TABLE, "DROP TABLE cooploan_cache"),
    ]

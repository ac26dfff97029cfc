"""What gunicorn serves. It asks the database first: a site on the wrong database does not start."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cooploan.settings")
os.environ.setdefault("COOPLOAN_WORK", "web")
application = get_wsgi_application()

connection.ensure_connection()
connection.close()
# What is loaded now stays: the collector need not walk over it again while pages are drawn.
gc.collect()
gc.freeze()

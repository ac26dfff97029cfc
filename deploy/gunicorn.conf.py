"""How gunicorn serves the site: ``gunicorn -c deploy/gunicorn.conf.py cooploan.wsgi``.

Two processes of four threads: a page is mostly computing, so more processes than
cores only queue elsewhere. Each thread keeps one database connection.
"""

import os

bind = os.environ.get("GUNICORN_BIND", "0.0.0.0:8000")
workers = int(os.environ.get("GUNICORN_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("GUNICORN_THREADS", "4"))
# Longer than the proxy keeps its connections, or the proxy meets a closed one now and then.
keepalive = 75
timeout = 60
graceful_timeout = 30
# A worker is replaced now and then, so that a slow leak never grows old; the jitter keeps them from going together.
max_requests = 2000
max_requests_jitter = 200
# The heartbeat file must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
accesslog = None
errorlog = "-"
loglevel = "warning"

"""The WSGI application. Served by threads, never under ASGI: its views are synchronous."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qinglian.hall.settings")
application = get_wsgi_application()

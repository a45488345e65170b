"""The processes that run tasks: Celery, django-q2, threads of the web process, and what runs beside requests."""

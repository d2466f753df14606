"""What may compute a run: engines embedded here, a PostgreSQL server, Spark."""

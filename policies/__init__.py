"""The law as data: one folder a year, each complete in itself."""

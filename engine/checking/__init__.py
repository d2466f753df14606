"""What each condition of a record must have seen, from the facts the record holds; beside `engine/checker.py`."""

"""What people read of a decision, made of titled parts and sentences; nothing is decided here."""

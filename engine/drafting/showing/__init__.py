"""The rules in plain words, with no dossier in sight."""

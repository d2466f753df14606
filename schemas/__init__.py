"""The JSON Schemas that every policy, dossier, finding and decision must follow."""

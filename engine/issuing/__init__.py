"""Records that prove themselves: sealed, signed, kept in a journal, checked, decided again, compared."""

"""How each automated rate is counted from raw flows: as data, as written, and interpreted."""

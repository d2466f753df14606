"""The register of control: what was done in each case, by whom and when, chained; kept by SQL, nothing erased."""

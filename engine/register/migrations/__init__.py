"""How the tables of a register are made, and brought from one version of the product to the next, by alembic."""

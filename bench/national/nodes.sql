-- One flat row a doctor for `by_sql_nodes.py`: everything that conditions look at, for doctors who have one row of each
-- thing. A number with one bit a thing tells what is there just once: rows that come in twos leave their bit unset.

CREATE MACRO rows_of(name) AS TABLE
    SELECT * FROM read_parquet(getvariable('data') || '/' || name || '.parquet') WHERE "year" = 2023;
CREATE MACRO has(bits, place) AS ((coalesce(bits, 0) >> place) & 1) = 1;

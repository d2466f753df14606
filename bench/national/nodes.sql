-- What `by_sql_nodes.py` has beside `rules.sql`. Of one flat row a doctor, a number with two bits a thing counts the rows
-- that tell of it. Reasons and grades are words of one type.

CREATE MACRO has(bits, place) AS ((coalesce(bits, 0) >> (2 * place)) & 3) = 1;
CREATE MACRO twice(bits, place) AS ((coalesce(bits, 0) >> (2 * place)) & 3) > 1;

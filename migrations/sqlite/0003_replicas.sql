-- How far a replica has come is asked of MySQL only: a file has no replicas.
SELECT 1;

-- How far a replica has come: it reads of itself what the primary wrote here.

-- One row, written anew about every second.
CREATE TABLE beats (
    id BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO beats (id, at) VALUES (1, 0);

-- How many units of work a member has written. No foreign key: it would lock the member's row.
CREATE TABLE member_writes (
    member_id BIGINT NOT NULL PRIMARY KEY,
    writes BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What pictures look like, and which show what another member had put up before.

-- The earlier picture may be deleted: no foreign key, ids are never used twice.
ALTER TABLE products ADD COLUMN duplicate_of BIGINT;
ALTER TABLE products ADD COLUMN duplicate_told BOOLEAN NOT NULL DEFAULT FALSE;

-- floats: 32-bit, little-endian
CREATE TABLE embeddings (
    product_id BIGINT NOT NULL PRIMARY KEY,
    model VARCHAR(64) NOT NULL,
    written BIGINT NOT NULL,
    floats VARBINARY(16384) NOT NULL,
    FOREIGN KEY (product_id) REFERENCES products (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX embeddings_written ON embeddings (written, model, product_id);
CREATE INDEX embeddings_model ON embeddings (model, product_id);

-- What pictures look like, and which show what another member had put up before.

-- The earlier picture may be deleted: no foreign key, ids are never used twice.
ALTER TABLE products ADD COLUMN duplicate_of BIGINT;
ALTER TABLE products ADD COLUMN duplicate_told BOOLEAN NOT NULL DEFAULT FALSE;

-- floats: 32-bit, little-endian
CREATE TABLE embeddings (
    product_id INTEGER NOT NULL PRIMARY KEY REFERENCES products (id),
    model TEXT NOT NULL,
    written BIGINT NOT NULL,
    floats BLOB NOT NULL
);
CREATE INDEX embeddings_written ON embeddings (written, model, product_id);
CREATE INDEX embeddings_model ON embeddings (model, product_id);

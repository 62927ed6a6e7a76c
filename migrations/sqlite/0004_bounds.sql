-- How many keys a sale has.
CREATE INDEX sale_keys_sale ON sale_keys (sale_id);

-- Who was told of whose copy of which image: once for each pair, and not too often a day.
CREATE TABLE copy_notices (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    product_id BIGINT NOT NULL,
    copier_id BIGINT NOT NULL,
    recipient_id BIGINT NOT NULL,
    time BIGINT NOT NULL
);
CREATE UNIQUE INDEX copy_notices_product_copier ON copy_notices (product_id, copier_id);
CREATE INDEX copy_notices_recipient_time ON copy_notices (recipient_id, time);

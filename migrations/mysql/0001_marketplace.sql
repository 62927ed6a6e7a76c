-- The marketplace. Instants are microseconds since the epoch, money is cents; ids are never used twice.

CREATE TABLE users (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    username VARCHAR(30) NOT NULL,
    username_key VARCHAR(30) NOT NULL,
    email VARCHAR(254),
    email_key VARCHAR(254),
    pending_email VARCHAR(254),
    pending_email_key VARCHAR(254),
    password_hash VARCHAR(255) NOT NULL,
    role VARCHAR(20) NOT NULL,
    bio VARCHAR(400) NOT NULL,
    avatar VARCHAR(255),
    stamp BINARY(16) NOT NULL,
    joined BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX users_username_key ON users (username_key);
CREATE UNIQUE INDEX users_email_key ON users (email_key);
CREATE INDEX users_pending ON users (pending_email_key, id);
CREATE INDEX users_unconfirmed ON users (email_key, joined);

CREATE TABLE sessions (
    id BINARY(16) NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    stamp BINARY(16) NOT NULL,
    generation BIGINT NOT NULL,
    rotated BIGINT NOT NULL,
    used BIGINT,
    last_used BIGINT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    revoked BIGINT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE mail_tokens (
    hash BINARY(32) NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    purpose VARCHAR(20) NOT NULL,
    address VARCHAR(254) NOT NULL,
    expires BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX mail_tokens_user ON mail_tokens (user_id, purpose);
CREATE INDEX mail_tokens_expires ON mail_tokens (expires);

CREATE TABLE products (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    owner_id BIGINT NOT NULL,
    title VARCHAR(100) NOT NULL,
    description VARCHAR(400) NOT NULL,
    private BOOLEAN NOT NULL,
    for_sale BOOLEAN NOT NULL,
    archived BOOLEAN NOT NULL,
    price BIGINT NOT NULL,
    discount BIGINT NOT NULL,
    final_price BIGINT NOT NULL,
    currency VARCHAR(3) NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    format VARCHAR(10) NOT NULL,
    size BIGINT NOT NULL,
    placeholder VARBINARY(64) NOT NULL,
    perceptual_hash BIGINT NOT NULL,
    sha256 BINARY(32) NOT NULL,
    original_key VARCHAR(255) NOT NULL,
    thumbnail_key VARCHAR(255) NOT NULL,
    preview_key VARCHAR(255) NOT NULL,
    watermarked_key VARCHAR(255) NOT NULL,
    FOREIGN KEY (owner_id) REFERENCES users (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX products_created ON products (created, id);
CREATE INDEX products_final_price ON products (final_price, id);
CREATE INDEX products_discount ON products (discount, id);
CREATE INDEX products_owner ON products (owner_id, created, id);
CREATE INDEX products_currency ON products (currency);

CREATE TABLE product_labels (
    product_id BIGINT NOT NULL,
    position SMALLINT NOT NULL,
    label VARCHAR(50) NOT NULL,
    PRIMARY KEY (product_id, label),
    FOREIGN KEY (product_id) REFERENCES products (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX product_labels_label ON product_labels (label, product_id);

-- field: 0 title, 1 description, 2 labels
CREATE TABLE search_words (
    product_id BIGINT NOT NULL,
    field TINYINT NOT NULL,
    word VARBINARY(1024) NOT NULL,
    PRIMARY KEY (product_id, field, word),
    FOREIGN KEY (product_id) REFERENCES products (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX search_words_word ON search_words (word, product_id, field);

-- Buyer and seller are no foreign keys: those would lock the members' rows on every purchase.
CREATE TABLE sales (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    product_id BIGINT NOT NULL,
    buyer_id BIGINT NOT NULL,
    seller_id BIGINT NOT NULL,
    time BIGINT NOT NULL,
    title VARCHAR(100) NOT NULL,
    price BIGINT NOT NULL,
    list_price BIGINT NOT NULL,
    discount BIGINT NOT NULL,
    currency VARCHAR(3) NOT NULL,
    FOREIGN KEY (product_id) REFERENCES products (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX sales_buyer_product ON sales (buyer_id, product_id);
CREATE INDEX sales_buyer ON sales (buyer_id, time, id);
CREATE INDEX sales_seller ON sales (seller_id, time, id);
CREATE INDEX sales_product ON sales (product_id);

CREATE TABLE sale_keys (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    buyer_id BIGINT NOT NULL,
    idempotency_key VARBINARY(255) NOT NULL,
    product_id BIGINT NOT NULL,
    expected BIGINT,
    sale_id BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX sale_keys_buyer_key ON sale_keys (buyer_id, idempotency_key);

CREATE TABLE outbox (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind VARCHAR(20) NOT NULL,
    payload TEXT NOT NULL,
    created BIGINT NOT NULL,
    due BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    owner VARCHAR(100),
    lease_until BIGINT NOT NULL,
    last_error TEXT,
    dead BOOLEAN NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX outbox_due ON outbox (dead, due, id);
CREATE INDEX outbox_created ON outbox (dead, created);

CREATE TABLE journal (
    object_key VARCHAR(255) NOT NULL PRIMARY KEY,
    created BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX journal_created ON journal (created);

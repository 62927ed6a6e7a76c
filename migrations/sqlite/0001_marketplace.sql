-- The marketplace. Instants are microseconds since the epoch, money is cents; ids are never used twice.

CREATE TABLE users (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL,
    email TEXT,
    email_key TEXT,
    pending_email TEXT,
    pending_email_key TEXT,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    bio TEXT NOT NULL,
    avatar TEXT,
    stamp BLOB NOT NULL,
    joined BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_username_key ON users (username_key);
CREATE UNIQUE INDEX users_email_key ON users (email_key);
CREATE INDEX users_pending ON users (pending_email_key, id);
CREATE INDEX users_unconfirmed ON users (email_key, joined);

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    stamp BLOB NOT NULL,
    generation BIGINT NOT NULL,
    rotated BIGINT NOT NULL,
    used BIGINT,
    last_used BIGINT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    revoked BIGINT
) WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE mail_tokens (
    hash BLOB NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    address TEXT NOT NULL,
    expires BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX mail_tokens_user ON mail_tokens (user_id, purpose);
CREATE INDEX mail_tokens_expires ON mail_tokens (expires);

CREATE TABLE products (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    owner_id BIGINT NOT NULL REFERENCES users (id),
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    private BOOLEAN NOT NULL,
    for_sale BOOLEAN NOT NULL,
    archived BOOLEAN NOT NULL,
    price BIGINT NOT NULL,
    discount BIGINT NOT NULL,
    final_price BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    format TEXT NOT NULL,
    size BIGINT NOT NULL,
    placeholder BLOB NOT NULL,
    perceptual_hash BIGINT NOT NULL,
    sha256 BLOB NOT NULL,
    original_key TEXT NOT NULL,
    thumbnail_key TEXT NOT NULL,
    preview_key TEXT NOT NULL,
    watermarked_key TEXT NOT NULL
);
CREATE INDEX products_created ON products (created, id);
CREATE INDEX products_final_price ON products (final_price, id);
CREATE INDEX products_discount ON products (discount, id);
CREATE INDEX products_owner ON products (owner_id, created, id);
CREATE INDEX products_currency ON products (currency);

CREATE TABLE product_labels (
    product_id BIGINT NOT NULL REFERENCES products (id),
    position BIGINT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (product_id, label)
) WITHOUT ROWID;
CREATE INDEX product_labels_label ON product_labels (label, product_id);

-- field: 0 title, 1 description, 2 labels
CREATE TABLE search_words (
    product_id BIGINT NOT NULL REFERENCES products (id),
    field BIGINT NOT NULL,
    word BLOB NOT NULL,
    PRIMARY KEY (product_id, field, word)
) WITHOUT ROWID;
CREATE INDEX search_words_word ON search_words (word, product_id, field);

-- Buyer and seller are no foreign keys: those would lock the members' rows on every purchase.
CREATE TABLE sales (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    product_id BIGINT NOT NULL REFERENCES products (id),
    buyer_id BIGINT NOT NULL,
    seller_id BIGINT NOT NULL,
    time BIGINT NOT NULL,
    title TEXT NOT NULL,
    price BIGINT NOT NULL,
    list_price BIGINT NOT NULL,
    discount BIGINT NOT NULL,
    currency TEXT NOT NULL
);
CREATE UNIQUE INDEX sales_buyer_product ON sales (buyer_id, product_id);
CREATE INDEX sales_buyer ON sales (buyer_id, time, id);
CREATE INDEX sales_seller ON sales (seller_id, time, id);
CREATE INDEX sales_product ON sales (product_id);

CREATE TABLE sale_keys (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    buyer_id BIGINT NOT NULL,
    idempotency_key BLOB NOT NULL,
    product_id BIGINT NOT NULL,
    expected BIGINT,
    sale_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX sale_keys_buyer_key ON sale_keys (buyer_id, idempotency_key);

CREATE TABLE outbox (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    created BIGINT NOT NULL,
    due BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    owner TEXT,
    lease_until BIGINT NOT NULL,
    last_error TEXT,
    dead BOOLEAN NOT NULL
);
CREATE INDEX outbox_due ON outbox (dead, due, id);
CREATE INDEX outbox_created ON outbox (dead, created);

CREATE TABLE journal (
    object_key TEXT NOT NULL PRIMARY KEY,
    created BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX journal_created ON journal (created);

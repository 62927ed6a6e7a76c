-- What a member's quota counts besides the originals. Pictures from before count as they did.
ALTER TABLE products ADD COLUMN renditions BIGINT NOT NULL DEFAULT 0;

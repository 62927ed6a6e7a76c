//! Rows of `products`.

use crate::adapters::sql::error::corrupt;
use crate::domain::id::{ProductId, UserId};
use crate::domain::money::{Cents, Currency, Percent};
use crate::domain::picture::{ImageFormat, PictureFacts};
use crate::domain::product::{Listing, ObjectKeys, Product, Seen};
use crate::domain::text::{Description, Title};
use crate::domain::timestamp::Timestamp;
use crate::ports::store::{StoreError, StoreResult};

/// The columns of a [`ProductRow`], of a table called `p`.
pub(super) const PRODUCT: &str = "p.id, p.owner_id, p.title, p.description, p.private, p.for_sale, p.archived, \
    p.price, p.discount, p.currency, p.created, p.updated, p.width, p.height, p.format, p.size, p.renditions, p.placeholder, \
    p.perceptual_hash, p.sha256, p.original_key, p.thumbnail_key, p.preview_key, p.watermarked_key, \
    p.duplicate_of, p.duplicate_told";

#[expect(
    clippy::struct_excessive_bools,
    reason = "the columns of a table, as they are"
)]
#[derive(sqlx::FromRow)]
pub(super) struct ProductRow {
    id: i64,
    owner_id: i64,
    title: String,
    description: String,
    private: bool,
    for_sale: bool,
    archived: bool,
    price: i64,
    discount: i64,
    currency: String,
    created: i64,
    updated: i64,
    width: i64,
    height: i64,
    format: String,
    size: i64,
    renditions: i64,
    placeholder: Vec<u8>,
    perceptual_hash: i64,
    sha256: Vec<u8>,
    original_key: String,
    thumbnail_key: String,
    preview_key: String,
    watermarked_key: String,
    duplicate_of: Option<i64>,
    duplicate_told: bool,
}

impl TryFrom<ProductRow> for Product {
    type Error = StoreError;

    fn try_from(row: ProductRow) -> StoreResult<Self> {
        Ok(Self {
            id: ProductId::new(row.id),
            owner: UserId::new(row.owner_id),
            facts: facts(&row)?,
            listing: Listing {
                title: Title::from_stored(row.title),
                description: Description::from_stored(row.description),
                private: row.private,
                for_sale: row.for_sale,
                archived: row.archived,
                price: Cents::from_stored(row.price),
                discount: Percent::from_stored(row.discount),
            },
            currency: Currency::from_stored(row.currency),
            created: Timestamp::from_micros(row.created),
            updated: Timestamp::from_micros(row.updated),
            keys: ObjectKeys {
                original: row.original_key,
                thumbnail: row.thumbnail_key,
                preview: row.preview_key,
                watermarked: row.watermarked_key,
            },
            duplicate_of: row.duplicate_of.map(ProductId::new),
            duplicate_told: row.duplicate_told,
        })
    }
}

fn facts(row: &ProductRow) -> StoreResult<PictureFacts> {
    let broken = |column| corrupt("products", column, row.id);
    let sha256 = row.sha256.as_slice().try_into();
    Ok(PictureFacts {
        width: u32::try_from(row.width).map_err(|_| broken("width"))?,
        height: u32::try_from(row.height).map_err(|_| broken("height"))?,
        format: ImageFormat::parse(&row.format).ok_or_else(|| broken("format"))?,
        size: u64::try_from(row.size).map_err(|_| broken("size"))?,
        renditions: u64::try_from(row.renditions).map_err(|_| broken("renditions"))?,
        placeholder: row.placeholder.clone(),
        perceptual_hash: row.perceptual_hash.cast_unsigned(),
        sha256: sha256.map_err(|_| broken("sha256"))?,
    })
}

/// The columns of a [`KeysRow`].
pub(super) const KEYS: &str = "id, original_key, thumbnail_key, preview_key, watermarked_key";

#[derive(sqlx::FromRow)]
pub(super) struct KeysRow {
    id: i64,
    original_key: String,
    thumbnail_key: String,
    preview_key: String,
    watermarked_key: String,
}

impl From<KeysRow> for (ProductId, ObjectKeys) {
    fn from(row: KeysRow) -> Self {
        let keys = ObjectKeys {
            original: row.original_key,
            thumbnail: row.thumbnail_key,
            preview: row.preview_key,
            watermarked: row.watermarked_key,
        };
        (ProductId::new(row.id), keys)
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct SeenRow {
    #[sqlx(flatten)]
    product: ProductRow,
    bought: bool,
}

impl TryFrom<SeenRow> for Seen {
    type Error = StoreError;

    fn try_from(row: SeenRow) -> StoreResult<Self> {
        Ok(Self {
            product: row.product.try_into()?,
            bought: row.bought,
        })
    }
}

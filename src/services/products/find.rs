//! Finding products: nothing that the viewer may not see leaves here.

use unicode_normalization::UnicodeNormalization;

use super::{ImageSearch, Products, SearchError};
use crate::domain::cursor::Cursor;
use crate::domain::id::ProductId;
use crate::domain::invalid::Invalid;
use crate::domain::label::LabelCount;
use crate::domain::page::{self, Page, PageRequest, RawPage};
use crate::domain::product::Seen;
use crate::domain::search::{ProductFilter, ProductOrder};
use crate::domain::viewer::Viewer;
use crate::ports::store::StoreError;
use crate::services::similarity::{Alike, Look, SIMILARITY_ORDER, SimilarError};

/// One product by id; one that is hidden costs and answers what a missing one does (Z7).
pub(super) async fn get(
    this: &Products,
    viewer: &Viewer,
    id: &str,
) -> Result<Option<Seen>, StoreError> {
    let Some(id) = ProductId::parse(id) else {
        return Ok(None);
    };
    let found = this.store.products().find(viewer.user, id).await?;
    Ok(found.filter(|seen| seen.access(viewer.user).see))
}

pub(super) async fn by_ids(
    this: &Products,
    viewer: &Viewer,
    ids: &[ProductId],
) -> Result<Vec<Seen>, StoreError> {
    let mut found = this.store.products().find_all(viewer.user, ids).await?;
    found.retain(|seen| seen.access(viewer.user).see);
    Ok(found)
}

/// A product in its place of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The product.
    pub seen: Seen,
    /// The place, for the pages before and behind it.
    pub cursor: Cursor,
}

impl Found {
    fn ordered(seen: Seen, order: ProductOrder) -> Self {
        let cursor = Cursor {
            order: order.symbol(),
            key: order.key(&seen.product),
            id: seen.product.id.get(),
        };
        Self { seen, cursor }
    }

    fn alike(alike: Alike) -> Self {
        Self {
            cursor: alike.cursor(),
            seen: alike.seen,
        }
    }
}

pub(super) async fn list(
    this: &Products,
    viewer: &Viewer,
    search: &ImageSearch,
    first: i64,
) -> Result<Vec<Seen>, SearchError> {
    let size = page::size("first", first)?;
    let page = run(
        this,
        viewer,
        search,
        ProductOrder::Newest,
        &PageRequest::front(size),
    )
    .await?;
    Ok(page.rows.into_iter().map(|found| found.seen).collect())
}

pub(super) async fn search(
    this: &Products,
    viewer: &Viewer,
    search: &ImageSearch,
    order: ProductOrder,
    raw: &RawPage,
) -> Result<Page<Found>, SearchError> {
    let symbol = match search.image {
        Some(_) => SIMILARITY_ORDER,
        None => order.symbol(),
    };
    let request = PageRequest::parse(raw, symbol)?;
    run(this, viewer, search, order, &request).await
}

async fn run(
    this: &Products,
    viewer: &Viewer,
    search: &ImageSearch,
    order: ProductOrder,
    request: &PageRequest,
) -> Result<Page<Found>, SearchError> {
    let filter = search.parse().map_err(SearchError::Filter)?;
    if let Some(look) = &search.image {
        let similar = &this.duplicates.similar;
        let page = similar.page(viewer, &filter, look, request).await?;
        return Ok(page.map(Found::alike));
    }
    if filter.finds_nothing() {
        return Ok(request.page(Vec::new()));
    }
    let rows = this
        .store
        .products()
        .page(viewer.user, &filter, order, request)
        .await?;
    let page = request.page(rows);
    Ok(page.map(|seen| Found::ordered(seen, order)))
}

pub(super) async fn similar(
    this: &Products,
    viewer: &Viewer,
    id: &str,
    first: i64,
) -> Result<Vec<Alike>, SearchError> {
    let size = page::size("first", first)?;
    let product = get(this, viewer, id).await?.ok_or(SearchError::NotFound)?;
    let product = product.product;
    let similar = &this.duplicates.similar;
    // One that was put up before there was a model is described soon.
    let embedding = similar.embedding(product.id).await?;
    let embedding = embedding.ok_or(SimilarError::NotReady)?;
    let look = Look {
        embedding,
        sha256: Some(product.facts.sha256),
        except: Some(product.id),
    };
    let (all, request) = (ProductFilter::default(), PageRequest::front(size));
    let page = similar.page(viewer, &all, &look, &request).await?;
    Ok(page.rows)
}

pub(super) async fn count(
    this: &Products,
    viewer: &Viewer,
    search: &ImageSearch,
) -> Result<i64, SearchError> {
    let filter = search.parse().map_err(SearchError::Filter)?;
    if let Some(look) = &search.image {
        let similar = &this.duplicates.similar;
        return Ok(similar.count(viewer, &filter, look).await?);
    }
    if filter.finds_nothing() {
        return Ok(0);
    }
    Ok(this.store.products().count(viewer.user, &filter).await?)
}

pub(super) async fn label_counts(
    this: &Products,
    viewer: &Viewer,
    prefix: Option<&str>,
    first: i64,
) -> Result<Vec<LabelCount>, SearchError> {
    let size = page::size("first", first)?;
    let prefix = prefix.unwrap_or_default();
    if prefix.chars().count() > 50 {
        return Err(Invalid::new("prefix", "must have at most 50 characters").into());
    }
    let folded: String = prefix.trim_start().nfc().collect::<String>().to_lowercase();
    Ok(this
        .store
        .products()
        .label_counts(viewer.user, &folded, size)
        .await?)
}

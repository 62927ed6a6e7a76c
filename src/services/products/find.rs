//! Finding products: nothing that the viewer may not see leaves here.

use unicode_normalization::UnicodeNormalization;

use super::{ImageSearch, Products, SearchError};
use crate::domain::id::ProductId;
use crate::domain::invalid::Invalid;
use crate::domain::label::LabelCount;
use crate::domain::page::{self, Page, PageRequest, RawPage};
use crate::domain::product::Seen;
use crate::domain::search::ProductOrder;
use crate::domain::viewer::Viewer;
use crate::ports::store::StoreError;

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
    Ok(page.rows)
}

pub(super) async fn search(
    this: &Products,
    viewer: &Viewer,
    search: &ImageSearch,
    order: ProductOrder,
    raw: &RawPage,
) -> Result<Page<Seen>, SearchError> {
    let request = PageRequest::parse(raw, order.symbol())?;
    run(this, viewer, search, order, &request).await
}

async fn run(
    this: &Products,
    viewer: &Viewer,
    search: &ImageSearch,
    order: ProductOrder,
    request: &PageRequest,
) -> Result<Page<Seen>, SearchError> {
    let filter = search.parse().map_err(SearchError::Filter)?;
    if filter.finds_nothing() {
        return Ok(request.page(Vec::new()));
    }
    let rows = this
        .store
        .products()
        .page(viewer.user, &filter, order, request)
        .await?;
    Ok(request.page(rows))
}

pub(super) async fn count(
    this: &Products,
    viewer: &Viewer,
    search: &ImageSearch,
) -> Result<i64, SearchError> {
    let filter = search.parse().map_err(SearchError::Filter)?;
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

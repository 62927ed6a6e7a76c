//! Connections: pages of a list with cursors, after the Relay specification.

use async_graphql::{Context, Object, SimpleObject};

use super::{Image, Sale};
use crate::domain::cursor::Cursor;
use crate::domain::page::Page;
use crate::domain::sale;
use crate::domain::viewer::Viewer;
use crate::graphql::context::Resolver;
use crate::graphql::error::ApiResult;
use crate::graphql::schema::Services;
use crate::services::products::{Found, ImageSearch};
use crate::services::sales::PURCHASES;

/// Where a page stands in its list.
#[derive(SimpleObject, Clone)]
pub struct PageInfo {
    /// Rows stand before this page.
    has_previous_page: bool,
    /// Rows stand behind this page.
    has_next_page: bool,
    /// Of the first row.
    start_cursor: Option<String>,
    /// Of the last row.
    end_cursor: Option<String>,
}

impl PageInfo {
    fn new<T>(page: &Page<T>, cursor: impl Fn(&T) -> String) -> Self {
        Self {
            has_previous_page: page.has_previous,
            has_next_page: page.has_next,
            start_cursor: page.rows.first().map(&cursor),
            end_cursor: page.rows.last().map(&cursor),
        }
    }
}

/// An image in its place.
#[derive(SimpleObject)]
pub struct ImageEdge {
    /// The place, for after and before.
    cursor: String,
    /// The image.
    node: Image,
}

/// A page of images.
pub struct ImageConnection {
    page: Page<Found>,
    search: ImageSearch,
    viewer: Viewer,
}

impl ImageConnection {
    /// A page that was found by `search`.
    pub fn new(page: Page<Found>, search: ImageSearch, viewer: Viewer) -> Self {
        Self {
            page,
            search,
            viewer,
        }
    }

    fn image(&self, found: &Found) -> Image {
        Image::new(found.seen.clone(), self.viewer)
    }
}

/// A page of images.
#[Object]
impl ImageConnection {
    /// The images in their places.
    async fn edges(&self) -> Vec<ImageEdge> {
        let edge = |found: &Found| ImageEdge {
            cursor: found.cursor.encode(),
            node: self.image(found),
        };
        self.page.rows.iter().map(edge).collect()
    }

    /// The images.
    async fn nodes(&self) -> Vec<Image> {
        let rows = self.page.rows.iter();
        rows.map(|found| self.image(found)).collect()
    }

    /// Where the page stands.
    async fn page_info(&self) -> PageInfo {
        PageInfo::new(&self.page, |found| found.cursor.encode())
    }

    /// Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
        ctx.get::<Services>()?
            .products
            .count(&self.viewer, self.search.clone())
            .await
            .api()
    }
}

/// A sale in its place.
#[derive(SimpleObject)]
pub struct SaleEdge {
    /// The place, for after and before.
    cursor: String,
    /// The sale.
    node: Sale,
}

/// A page of sales.
pub struct SaleConnection {
    page: Page<sale::Sale>,
    viewer: Viewer,
}

impl SaleConnection {
    /// A page of the viewer's purchases.
    pub fn new(page: Page<sale::Sale>, viewer: Viewer) -> Self {
        Self { page, viewer }
    }

    fn cursor(sale: &sale::Sale) -> String {
        Cursor {
            order: PURCHASES,
            key: sale.of.time.micros(),
            id: sale.id.get(),
        }
        .encode()
    }
}

/// A page of sales.
#[Object]
impl SaleConnection {
    /// The sales in their places.
    async fn edges(&self) -> Vec<SaleEdge> {
        let edge = |sale: &sale::Sale| SaleEdge {
            cursor: Self::cursor(sale),
            node: Sale::new(sale.clone(), self.viewer),
        };
        self.page.rows.iter().map(edge).collect()
    }

    /// The sales.
    async fn nodes(&self) -> Vec<Sale> {
        self.page
            .rows
            .iter()
            .map(|sale| Sale::new(sale.clone(), self.viewer))
            .collect()
    }

    /// Where the page stands.
    async fn page_info(&self) -> PageInfo {
        PageInfo::new(&self.page, Self::cursor)
    }

    /// Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
        ctx.get::<Services>()?
            .sales
            .count_purchases(&self.viewer)
            .await
            .api()
    }
}

//! From a filter to SQL. The access rule of `domain::product` is said here once more, for the database:
//! a product is seen by everyone while it is public, and always by its owner and its buyers.

use super::row::PRODUCT;
use crate::adapters::sql::keyset::Keyset;
use crate::adapters::sql::statement::{Sql, Value, behind_prefix};
use crate::domain::id::UserId;
use crate::domain::label::Label;
use crate::domain::search::{ProductFilter, ProductOrder};
use crate::domain::words::{Word, WordQuery};

const BOUGHT: &str = "EXISTS (SELECT 1 FROM sales s WHERE s.buyer_id = ? AND s.product_id = p.id)";
/// The field of `search_words` that holds words of the title.
pub(super) const TITLE: i64 = 0;

/// Pushes the columns of a `SeenRow`.
pub(super) fn push_seen(sql: &mut Sql, viewer: UserId) {
    sql.push(PRODUCT)
        .with(&format!(", {BOUGHT} AS bought"), viewer);
}

/// Pushes the access rule for products `p`.
pub(super) fn push_visible(sql: &mut Sql, viewer: UserId) {
    sql.with(
        "((p.private = FALSE AND p.archived = FALSE) OR p.owner_id = ?",
        viewer,
    )
    .with(&format!(" OR {BOUGHT})"), viewer);
}

/// The index-backed order of a list.
pub(super) const fn keyset(order: ProductOrder) -> Keyset {
    let key = match order {
        ProductOrder::Newest | ProductOrder::Oldest => "p.created",
        ProductOrder::PriceAsc | ProductOrder::PriceDesc => "p.final_price",
        ProductOrder::DiscountDesc => "p.discount",
    };
    Keyset {
        key,
        id: "p.id",
        descending: order.descending(),
    }
}

/// Pushes FROM and WHERE: what passes the filter of what the viewer may see.
pub(super) fn push_found(sql: &mut Sql, viewer: UserId, filter: &ProductFilter) {
    push_source(sql, viewer, filter);
    push_flags(sql, filter);
    if let Some(id) = filter.id.flatten() {
        sql.with(" AND p.id = ?", id);
    }
    if let Some(owner) = filter.owner.flatten() {
        sql.with(" AND p.owner_id = ?", owner);
    }
    if let Some(limit) = filter.price_limit {
        sql.with(" AND p.final_price <= ?", limit.get());
    }
    if let Some(limit) = filter.discount_limit {
        sql.with(" AND p.discount <= ?", limit);
    }
    if filter.purchased == Some(false) {
        sql.with(&format!(" AND NOT {BOUGHT}"), viewer);
    }
    push_labels(sql, &filter.labels, filter.match_all);
    push_title(sql, &filter.title);
    push_text(sql, &filter.text);
}

/// Hidden products are few and the viewer's own or bought: they are reached from there, not by a walk over all.
fn push_source(sql: &mut Sql, viewer: UserId, filter: &ProductFilter) {
    let hidden = filter.private == Some(true) || filter.archived == Some(true);
    if filter.purchased == Some(true) {
        sql.with(
            " FROM sales b JOIN products p ON p.id = b.product_id WHERE b.buyer_id = ?",
            viewer,
        );
    } else if hidden {
        sql.with(
            " FROM (SELECT id FROM products WHERE owner_id = ? UNION ",
            viewer,
        )
        .with("SELECT product_id FROM sales WHERE buyer_id = ?)", viewer)
        .push(" AS mine JOIN products p ON p.id = mine.id WHERE 1 = 1");
    } else if filter.owner == Some(Some(viewer)) {
        sql.push(" FROM products p WHERE 1 = 1");
    } else {
        sql.push(" FROM products p WHERE ");
        push_visible(sql, viewer);
    }
}

fn push_flags(sql: &mut Sql, filter: &ProductFilter) {
    let flags = [
        (" AND p.private = ?", filter.private),
        (" AND p.archived = ?", filter.archived),
        (" AND p.for_sale = ?", filter.for_sale),
    ];
    for (condition, flag) in flags {
        if let Some(flag) = flag {
            sql.with(condition, flag);
        }
    }
}

fn push_labels(sql: &mut Sql, labels: &[Label], all: bool) {
    const LABELLED: &str = " AND p.id IN (SELECT product_id FROM product_labels WHERE label";
    if all {
        for label in labels {
            sql.with(&format!("{LABELLED} = ?)"), label.as_str());
        }
    } else if !labels.is_empty() {
        sql.push(LABELLED)
            .push(" IN ")
            .list(labels.iter().map(Label::as_str))
            .push(")");
    }
}

/// Every word is the beginning of a word of the title.
fn push_title(sql: &mut Sql, query: &WordQuery) {
    for word in words(query) {
        sql.with(
            " AND p.id IN (SELECT product_id FROM search_words WHERE word >= ?",
            bytes(word.as_str()),
        );
        if let Some(end) = behind_prefix(word.as_str()) {
            sql.with(" AND word < ?", bytes(&end));
        }
        sql.with(" AND field = ?)", TITLE);
    }
}

/// Every word stands in any field.
fn push_text(sql: &mut Sql, query: &WordQuery) {
    for word in words(query) {
        sql.with(
            " AND p.id IN (SELECT product_id FROM search_words WHERE word = ?)",
            bytes(word.as_str()),
        );
    }
}

fn words(query: &WordQuery) -> &[Word] {
    match query {
        WordQuery::All(words) => words,
        WordQuery::Any | WordQuery::Nothing => &[],
    }
}

fn bytes(word: &str) -> Value {
    Value::from(word.as_bytes())
}

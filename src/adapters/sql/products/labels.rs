//! Labels of products.

use super::search::push_visible;
use crate::adapters::sql::statement::{Sql, behind_prefix};
use crate::domain::id::{ProductId, UserId};
use crate::domain::label::Label;

/// The labels of products, each product's in its order; nothing to ask without ids.
pub(super) fn of(ids: &[ProductId]) -> Option<Sql> {
    if ids.is_empty() {
        return None;
    }
    let mut sql = Sql::new("SELECT product_id, label FROM product_labels WHERE product_id IN ");
    sql.list(ids.iter().copied())
        .push(" ORDER BY product_id, position");
    Some(sql)
}

pub(super) fn read(rows: Vec<(i64, String)>) -> Vec<(ProductId, Label)> {
    let label = |(id, label)| (ProductId::new(id), Label::from_stored(label));
    rows.into_iter().map(label).collect()
}

/// Labels by use.
pub(super) fn counts(viewer: UserId, prefix: &str, limit: u32) -> Sql {
    let mut sql = Sql::new(
        "SELECT l.label, COUNT(*) AS uses FROM product_labels l JOIN products p ON p.id = l.product_id WHERE ",
    );
    push_visible(&mut sql, viewer);
    if !prefix.is_empty() {
        // No label ends in a space, but for MySQL "a" = "a ": the label "a" must not be found by "a ".
        let from = if prefix.ends_with(' ') { ">" } else { ">=" };
        sql.with(&format!(" AND l.label {from} ?"), prefix);
    }
    if let Some(end) = behind_prefix(prefix) {
        sql.with(" AND l.label < ?", end);
    }
    sql.with(
        " GROUP BY l.label ORDER BY uses DESC, l.label LIMIT ?",
        limit,
    );
    sql
}

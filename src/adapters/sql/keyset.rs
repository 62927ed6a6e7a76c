//! A page by keyset: only what lies behind and before its cursors, in its direction, one row more than wanted.

use super::database::Engine;
use super::statement::Sql;
use crate::domain::page::PageRequest;

/// An order by (key, id), both in the same direction, for which there is an index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keyset {
    pub(super) key: &'static str,
    pub(super) id: &'static str,
    pub(super) descending: bool,
}

impl Keyset {
    /// Pushes the bounds, ORDER BY and LIMIT behind a WHERE clause.
    pub(super) fn push<M, S>(self, engine: &Engine<M, S>, sql: &mut Sql, page: &PageRequest) {
        let bounds = [
            (page.after, self.descending),
            (page.before, !self.descending),
        ];
        for (cursor, less) in bounds {
            if let Some(at) = cursor {
                sql.push(" AND ");
                engine.push_beyond(sql, self.key, self.id, less, (at.key, at.id));
            }
        }
        let direction = if self.descending == page.backward {
            "ASC"
        } else {
            "DESC"
        };
        sql.push(&format!(
            " ORDER BY {} {direction}, {} {direction}",
            self.key, self.id
        ))
        .with(" LIMIT ?", page.size.saturating_add(1));
    }
}

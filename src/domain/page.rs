//! Pages of a list, by keyset.

use super::cursor::Cursor;
use super::invalid::Invalid;

/// Rows of a page when neither `first` nor `last` is given.
pub const DEFAULT_SIZE: i64 = 50;
/// Most rows of a page.
pub const MAX_SIZE: i64 = 100;

/// The arguments of a connection as they arrive.
#[derive(Debug, Clone, Default)]
pub struct RawPage {
    /// Rows from the front.
    pub first: Option<i64>,
    /// Only behind this cursor.
    pub after: Option<String>,
    /// Rows from the end.
    pub last: Option<i64>,
    /// Only before this cursor.
    pub before: Option<String>,
}

/// A checked request for one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows wanted, 1 to 100.
    pub size: u32,
    /// Taken from the end of the range instead of its front.
    pub backward: bool,
    /// Only behind this place.
    pub after: Option<Cursor>,
    /// Only before this place.
    pub before: Option<Cursor>,
}

impl PageRequest {
    /// Checks the arguments; cursors must belong to `order`.
    pub fn parse(raw: &RawPage, order: char) -> Result<Self, Invalid> {
        let (size, backward) = match (raw.first, raw.last) {
            (Some(_), Some(_)) => {
                return Err(Invalid::new("first", "cannot be given together with last"));
            }
            (None, Some(last)) => (size("last", last)?, true),
            (first, None) => (size("first", first.unwrap_or(DEFAULT_SIZE))?, false),
        };
        let cursor = |field, text: &Option<String>| match text {
            Some(text) => Cursor::parse(text, order)
                .map(Some)
                .ok_or_else(|| Invalid::new(field, "is not a cursor of this list")),
            None => Ok(None),
        };
        Ok(Self {
            size,
            backward,
            after: cursor("after", &raw.after)?,
            before: cursor("before", &raw.before)?,
        })
    }

    /// The first page of `size` rows.
    #[must_use]
    pub const fn front(size: u32) -> Self {
        Self {
            size,
            backward: false,
            after: None,
            before: None,
        }
    }

    /// Makes the page of the rows found. `rows` come in the direction of the walk, one more than
    /// wanted where there are more.
    #[must_use]
    pub fn page<T>(&self, mut rows: Vec<T>) -> Page<T> {
        let more = rows.len() > self.size as usize;
        rows.truncate(self.size as usize);
        if self.backward {
            rows.reverse();
            return Page {
                rows,
                has_previous: more,
                has_next: self.before.is_some(),
            };
        }
        Page {
            rows,
            has_previous: self.after.is_some(),
            has_next: more,
        }
    }
}

/// Checks the `first` of a plain list: 1 to 100.
pub fn size(field: &str, rows: i64) -> Result<u32, Invalid> {
    let checked = u32::try_from(rows)
        .ok()
        .filter(|n| (1..=MAX_SIZE).contains(&i64::from(*n)));
    checked.ok_or_else(|| Invalid::new(field, format!("must be 1 to {MAX_SIZE}")))
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows in the list's order.
    pub rows: Vec<T>,
    /// Rows stand before these.
    pub has_previous: bool,
    /// Rows stand behind these.
    pub has_next: bool,
}

impl<T> Page<T> {
    /// The same page of other rows.
    #[must_use]
    pub fn map<U>(self, row: impl FnMut(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(row).collect(),
            has_previous: self.has_previous,
            has_next: self.has_next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(first: Option<i64>, last: Option<i64>) -> RawPage {
        RawPage {
            first,
            last,
            ..RawPage::default()
        }
    }

    /// G9
    #[test]
    fn sizes_are_one_to_a_hundred() {
        assert_eq!(PageRequest::parse(&raw(None, None), 'n').unwrap().size, 50);
        assert_eq!(
            PageRequest::parse(&raw(Some(100), None), 'n').unwrap().size,
            100
        );
        for (first, last, field) in [
            (Some(0), None, "first"),
            (Some(101), None, "first"),
            (Some(-1), None, "first"),
            (None, Some(0), "last"),
            (None, Some(101), "last"),
            (Some(1), Some(1), "first"),
        ] {
            assert_eq!(
                PageRequest::parse(&raw(first, last), 'n')
                    .unwrap_err()
                    .field,
                field
            );
        }
    }

    #[test]
    fn both_sizes_at_once_are_refused_by_a_sentence() {
        let refused = PageRequest::parse(&raw(Some(1), Some(1)), 'n').unwrap_err();
        assert_eq!(
            format!("{} {}.", refused.field, refused.message),
            "first cannot be given together with last."
        );
    }

    #[test]
    fn a_broken_cursor_names_its_field() {
        let raw = RawPage {
            before: Some("zzz".into()),
            ..RawPage::default()
        };
        assert_eq!(PageRequest::parse(&raw, 'n').unwrap_err().field, "before");
    }

    #[test]
    fn a_page_knows_whether_more_stands_on_either_side() {
        let request = PageRequest::front(2);
        assert_eq!(
            request.page(vec![1, 2, 3]),
            Page {
                rows: vec![1, 2],
                has_previous: false,
                has_next: true
            }
        );
        let back = PageRequest {
            backward: true,
            ..request
        };
        assert_eq!(
            back.page(vec![3, 2, 1]),
            Page {
                rows: vec![2, 3],
                has_previous: true,
                has_next: false
            }
        );
    }
}

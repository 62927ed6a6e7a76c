//! Cursors: a place in an order, opaque to clients.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A place in a list that is ordered by (key, id). It holds nothing that its reader could not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Which order it belongs to.
    pub order: char,
    /// The sort key of the row.
    pub key: i64,
    /// The row's id, which breaks ties.
    pub id: i64,
}

impl Cursor {
    /// The text that clients send back.
    #[must_use]
    pub fn encode(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{}.{}", self.order, self.key, self.id))
    }

    /// Reads a cursor of the order `order`; one of another order, or a text that [`Cursor::encode`] never wrote, is none.
    #[must_use]
    pub fn parse(text: &str, order: char) -> Option<Self> {
        let bytes = (text.len() <= 80).then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
        let plain = String::from_utf8(bytes).ok()?;
        let mut parts = plain.splitn(3, '.');
        let mut symbol = parts.next()?.chars();
        let cursor = Self {
            order: symbol.next()?,
            key: parts.next()?.parse().ok()?,
            id: parts.next()?.parse().ok()?,
        };
        (cursor.order == order && cursor.encode() == text).then_some(cursor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_of_another_order_is_none() {
        let text = Cursor {
            order: 'n',
            key: 5,
            id: 6,
        }
        .encode();
        assert!(Cursor::parse(&text, 'n').is_some());
        assert!(Cursor::parse(&text, 'p').is_none());
    }

    proptest! {
        #[test]
        fn cursors_read_back(key: i64, id: i64) {
            let cursor = Cursor { order: 'p', key, id };
            prop_assert_eq!(Cursor::parse(&cursor.encode(), 'p'), Some(cursor));
        }

        #[test]
        fn any_text_is_read_without_harm(text in "\\PC{0,100}") {
            if let Some(cursor) = Cursor::parse(&text, 'n') {
                prop_assert_eq!(cursor.encode(), text);
            }
        }
    }
}

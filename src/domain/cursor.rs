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

    /// G9
    #[test]
    fn a_cursor_written_in_another_way_is_none() {
        for plain in [
            "n.5.+6",
            "n.05.6",
            "n.5.6.",
            "n.5",
            "nn.5.6",
            " n.5.6",
            "n.-0.6",
            "n.5.9223372036854775808",
        ] {
            assert_eq!(
                Cursor::parse(&URL_SAFE_NO_PAD.encode(plain), 'n'),
                None,
                "{plain}"
            );
        }
        for text in ["bi41LjY=", "bi41LjY ", "bi41LjZ", "", "."] {
            assert_eq!(Cursor::parse(text, 'n'), None, "{text:?}");
        }
        assert!(Cursor::parse("bi41LjY", 'n').is_some());
    }

    proptest! {
        /// G9
        #[test]
        fn a_cursor_with_a_bit_flipped_is_none_or_another_place(key: i64, id: i64, place: prop::sample::Index, bit in 0..7_u32) {
            let whole = Cursor { order: 'n', key, id };
            let mut bytes = whole.encode().into_bytes();
            *place.get_mut(&mut bytes) ^= 1_u8 << bit;
            let text = String::from_utf8(bytes).unwrap();
            let read = Cursor::parse(&text, 'n');
            prop_assert_ne!(read, Some(whole));
            prop_assert!(read.is_none_or(|cursor| cursor.encode() == text));
        }

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

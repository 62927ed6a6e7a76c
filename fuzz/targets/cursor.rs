//! Cursors: what is no cursor is none, and what is one reads back as it was written.

use shotify::domain::cursor::Cursor;
use shotify::domain::page::{PageRequest, RawPage};
use shotify::domain::search::ProductOrder;

/// Reads these bytes as a cursor of every order.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for order in ProductOrder::ALL {
        let symbol = order.symbol();
        let read = Cursor::parse(&text, symbol);
        if let Some(cursor) = read {
            assert_eq!((cursor.order, cursor.encode()), (symbol, text.to_string()));
        }
        let raw = RawPage {
            first: Some(1),
            after: Some(text.to_string()),
            ..RawPage::default()
        };
        let page = PageRequest::parse(&raw, symbol).ok();
        assert_eq!(
            page.and_then(|page| page.after),
            read,
            "a page takes what is a cursor, and nothing else"
        );
    }
}

/// Places at both ends and in the middle.
pub fn seeds() -> Vec<Vec<u8>> {
    let places = [(i64::MIN, i64::MAX), (0, 1), (1_700_000_000_000_000, 42)];
    let orders = ProductOrder::ALL.map(ProductOrder::symbol);
    let cursors = places.iter().flat_map(|(key, id)| {
        orders.map(|order| {
            Cursor {
                order,
                key: *key,
                id: *id,
            }
            .encode()
            .into_bytes()
        })
    });
    cursors.collect()
}

//! The access table of rules.md, cell by cell.

use super::*;
use crate::domain::picture::ImageFormat;

const OWNER: UserId = UserId::new(1);
const BUYER: UserId = UserId::new(2);
const STRANGER: UserId = UserId::new(3);

fn product(private: bool, archived: bool, for_sale: bool) -> Product {
    let key = |name: &str| format!("key/{name}");
    Product {
        id: ProductId::new(7),
        owner: OWNER,
        listing: Listing {
            title: Title::parse("Dawn").unwrap(),
            description: Description::parse("").unwrap(),
            private,
            for_sale,
            archived,
            price: Cents::from_stored(1000),
            discount: Percent::from_stored(10),
        },
        currency: Currency::parse("USD").unwrap(),
        created: Timestamp::from_micros(0),
        updated: Timestamp::from_micros(0),
        facts: PictureFacts {
            width: 1,
            height: 1,
            format: ImageFormat::Jpeg,
            size: 1,
            renditions: 0,
            placeholder: vec![],
            perceptual_hash: 0,
            sha256: [0; 32],
        },
        keys: ObjectKeys {
            original: key("o"),
            thumbnail: key("t"),
            preview: key("p"),
            watermarked: key("w"),
        },
        duplicate_of: None,
        duplicate_told: false,
    }
}

/// The letters of the table in rules.md for one cell.
fn letters(access: Access) -> String {
    let flags = [
        (access.see, 'M'),
        (access.original, 'O'),
        (access.manage, 'U'),
        (access.buy, 'B'),
        (access.bought, 'I'),
    ];
    flags
        .into_iter()
        .filter_map(|(on, letter)| on.then_some(letter))
        .collect()
}

/// Z1
#[test]
fn every_cell_of_the_access_table_holds() {
    // (private, archived, for sale) -> owner, buyer, member
    let table = [
        (false, false, true, ["MOU", "MOI", "MB"]),
        (false, false, false, ["MOU", "MOI", "MO"]),
        (true, false, true, ["MOU", "MOI", ""]),
        (true, false, false, ["MOU", "MOI", ""]),
        (false, true, true, ["MOU", "MOI", ""]),
        (false, true, false, ["MOU", "MOI", ""]),
        (true, true, true, ["MOU", "MOI", ""]),
        (true, true, false, ["MOU", "MOI", ""]),
    ];
    for (private, archived, for_sale, expected) in table {
        let product = product(private, archived, for_sale);
        let found = [(OWNER, false), (BUYER, true), (STRANGER, false)]
            .map(|(who, bought)| letters(product.access(who, bought)));
        assert_eq!(
            found, expected,
            "private {private}, archived {archived}, for sale {for_sale}"
        );
    }
}

#[test]
fn for_sale_selects_the_watermarked_preview() {
    assert_eq!(
        product(false, false, true).object_key(Rendition::Preview),
        "key/w"
    );
    assert_eq!(
        product(false, false, false).object_key(Rendition::Preview),
        "key/p"
    );
    assert_eq!(
        product(false, false, true).object_key(Rendition::Original),
        "key/o"
    );
}

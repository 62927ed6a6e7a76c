//! Searches: any filter is a statement that the database takes, and finds nothing that its viewer may not see.

use std::sync::OnceLock;
use std::time::Duration;

use shotify::adapters::sql::{SqlConfig, SqlStore};
use shotify::domain::cursor::Cursor;
use shotify::domain::email::Email;
use shotify::domain::id::{ProductId, UserId};
use shotify::domain::label::Label;
use shotify::domain::money::{Cents, Currency, Percent};
use shotify::domain::page::PageRequest;
use shotify::domain::picture::{ImageFormat, PictureFacts};
use shotify::domain::product::{Listing, NewProduct, ObjectKeys};
use shotify::domain::search::{ProductFilter, ProductOrder};
use shotify::domain::text::{Bio, Description, Title};
use shotify::domain::timestamp::Timestamp;
use shotify::domain::user::{Stamp, Username};
use shotify::domain::words::{Word, WordQuery};
use shotify::ports::products::SearchWords;
use shotify::ports::store::Store;
use shotify::ports::users::NewUser;
use tempfile::TempDir;

use super::transport::wait;

/// Words that are there, and what SQL might take for something else.
pub const PIECES: &[&str] = &[
    "sea", "boat", "%", "_", "'", "\"", "\\", "--", ";", "?", "\0", "ß", "日", " ",
];

struct Shelf {
    store: SqlStore,
    members: [UserId; 2],
    _folder: TempDir,
}

fn shelf() -> &'static Shelf {
    static SHELF: OnceLock<Shelf> = OnceLock::new();
    SHELF.get_or_init(|| wait(filled()))
}

async fn filled() -> Shelf {
    let folder = TempDir::new().expect("a folder");
    let config = SqlConfig {
        url: format!("sqlite://{}", folder.path().join("fuzz.db").display()),
        read_connections: 1,
        write_connections: 1,
        acquire_timeout: Duration::from_secs(30),
        replicas: Vec::new(),
    };
    let store = SqlStore::connect(&config).await.expect("a database");
    store.migrate().await.expect("its tables");
    let members = [member(&store, "anna").await, member(&store, "bert").await];
    for n in 0..24 {
        put_up(&store, members[n % 2], n).await;
    }
    Shelf {
        store,
        members,
        _folder: folder,
    }
}

async fn member(store: &SqlStore, name: &str) -> UserId {
    let address = Email::parse(&format!("{name}@example.com")).expect("an address");
    let user = NewUser {
        username: Username::parse(name).expect("a name"),
        pending_email: address.clone(),
        password_hash: String::new(),
        stamp: Stamp([1; 16]),
        bio: Bio::parse("").expect("a text"),
        avatar: None,
        joined: Timestamp::from_seconds(1),
    };
    let mut unit = store.begin().await.expect("a unit of work");
    let id = unit.users().add(&user).await.expect("a member");
    unit.users()
        .confirm(id, &address)
        .await
        .expect("an address");
    unit.commit().await.expect("both");
    id
}

/// Every state of a product, every few of them.
async fn put_up(store: &SqlStore, owner: UserId, n: usize) {
    let title = ["sea", "sea boat", "boat 日", "50% ß"][n % 4];
    let key = |part: &str| format!("{n}/{part}");
    let product = NewProduct {
        owner,
        listing: Listing {
            title: Title::parse(title).expect("a title"),
            description: Description::parse("").expect("a text"),
            private: n.is_multiple_of(3),
            for_sale: n.is_multiple_of(5),
            archived: n.is_multiple_of(7),
            price: Cents::from_stored(100),
            discount: Percent::from_stored(10),
        },
        currency: Currency::parse("USD").expect("a currency"),
        created: Timestamp::from_seconds(i64::try_from(n / 3).expect("small")),
        facts: PictureFacts {
            width: 4,
            height: 3,
            format: ImageFormat::Png,
            size: 5,
            renditions: 0,
            placeholder: vec![1],
            perceptual_hash: 1,
            sha256: [2; 32],
        },
        keys: ObjectKeys {
            original: key("o"),
            thumbnail: key("t"),
            preview: key("p"),
            watermarked: key("w"),
        },
    };
    let words = SearchWords {
        title: Word::all(title),
        ..SearchWords::default()
    };
    let mut unit = store.begin().await.expect("a unit of work");
    let id = unit.products().add(&product).await.expect("a product");
    unit.products()
        .set_labels(id, &Label::parse_all(&["boat"]).expect("a label"))
        .await
        .expect("a label");
    unit.products().set_words(id, &words).await.expect("words");
    unit.commit().await.expect("all of it");
}

/// Takes a filter from the bytes, a byte or a text at a time.
struct Taker<'a>(&'a [u8]);

impl Taker<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn flag(&mut self) -> Option<bool> {
        [None, None, Some(false), Some(true)][usize::from(self.byte() % 4)]
    }

    fn number(&mut self) -> i64 {
        let bytes = [(); 8].map(|()| self.byte());
        i64::from_be_bytes(bytes) >> (self.byte() % 64)
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::from(self.byte()).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        (length > 0).then(|| String::from_utf8_lossy(text).into_owned())
    }

    fn filter(&mut self) -> ProductFilter {
        let labels: Vec<String> = (0..self.byte() % 4).filter_map(|_| self.text()).collect();
        ProductFilter {
            private: self.flag(),
            archived: self.flag(),
            for_sale: self.flag(),
            purchased: self.flag(),
            match_all: self.flag() == Some(true),
            id: self
                .flag()
                .map(|some| some.then(|| ProductId::new(self.number()))),
            owner: self
                .flag()
                .map(|some| some.then(|| UserId::new(self.number()))),
            price_limit: self.flag().map(|_| Cents::from_stored(self.number())),
            discount_limit: self.flag().map(|_| self.number()),
            title: WordQuery::parse(self.text().as_deref()),
            text: WordQuery::parse(self.text().as_deref()),
            labels: Label::parse_all(&labels).unwrap_or_default(),
        }
    }

    fn page(&mut self, order: ProductOrder) -> PageRequest {
        let mut place = || {
            let there = self.flag()?;
            there.then(|| Cursor {
                order: order.symbol(),
                key: self.number(),
                id: self.number(),
            })
        };
        let (after, before) = (place(), place());
        PageRequest {
            size: u32::from(self.byte() % 100) + 1,
            backward: self.flag().is_some(),
            after,
            before,
        }
    }
}

/// Searches by what these bytes come to.
pub fn run(data: &[u8]) {
    let shelf = shelf();
    let mut taker = Taker(data);
    let viewer = shelf.members[usize::from(taker.byte() % 2)];
    let order = ProductOrder::ALL[usize::from(taker.byte() % 5)];
    let page = taker.page(order);
    let filter = taker.filter();
    let products = shelf.store.products();
    let rows = wait(products.page(viewer, &filter, order, &page)).expect("a page");
    let count = wait(products.count(viewer, &filter)).expect("a count");
    assert!(
        rows.len() <= page.size as usize + 1
            && i64::try_from(rows.len()).is_ok_and(|rows| rows <= count)
    );
    for row in rows {
        let listing = &row.product.listing;
        assert!(row.access(viewer).see, "{filter:?} shows what is hidden");
        assert!(filter.private.is_none_or(|flag| flag == listing.private));
        assert!(filter.archived.is_none_or(|flag| flag == listing.archived));
        assert!(filter.for_sale.is_none_or(|flag| flag == listing.for_sale));
        assert!(filter.purchased != Some(true), "nobody has bought anything");
    }
}

/// Filters by words, by flags, and by numbers at their ends.
pub fn seeds() -> Vec<Vec<u8>> {
    let none = [0_u8; 40];
    vec![
        Vec::new(),
        none.to_vec(),
        [
            &[1, 2, 0, 0, 9, 0, 0][..],
            &[3; 5],
            &[0; 4],
            b"\x03sea\x08boat sea",
        ]
        .concat(),
        [
            &[0, 4, 0, 0, 9, 0, 2, 4],
            &b"boat\x01%"[..],
            &[1, 2, 3, 0, 3, 0, 0, 0, 0],
            b"\x04' OR",
        ]
        .concat(),
        [&[0, 3, 3][..], &[0xFF; 9], &[0x7F; 9], &[3; 30]].concat(),
    ]
}

//! Lists by way of a replica. A second database stands in for it, to which a test copies the primary's rows when it
//! wants: it lags for as long as the test needs, to the row.

use std::time::Duration;

use shotify::adapters::sql::{SqlConfig, SqlStore};
use shotify::domain::cursor::Cursor;
use shotify::domain::id::{ProductId, UserId};
use shotify::domain::money::Cents;
use shotify::domain::page::PageRequest;
use shotify::domain::product::Listing;
use shotify::domain::search::{ProductFilter, ProductOrder};
use shotify::ports::products::ProductReader as _;
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection};

use crate::support::databases::{EmptyDatabase, config};
use crate::support::{Draft, at, confirmed, mysql_url, put_up, sell, unit};

/// What a replica is told of.
const TABLES: [&str; 7] = [
    "users",
    "products",
    "product_labels",
    "search_words",
    "sales",
    "member_writes",
    "beats",
];

/// A primary with a replica that is told of nothing by itself.
struct Pair {
    store: SqlStore,
    primary: String,
    replica: String,
}

impl Pair {
    /// Copies everything, so that the replica is where the primary is.
    async fn replicate(&self) {
        let [primary, replica] = [&self.primary, &self.replica].map(|url| name_of(url));
        let copies = TABLES.map(|table| {
            format!(
                "DELETE FROM {replica}.{table}; INSERT INTO {replica}.{table} SELECT * FROM {primary}.{table};"
            )
        });
        let sql = format!("SET foreign_key_checks = 0; {}", copies.concat());
        run(&self.replica, &sql).await;
    }

    /// Copies everything until the store asks the replica, which the watch sees to within seconds.
    async fn until_used(&self, viewer: UserId) {
        for _ in 0..300 {
            self.replicate().await;
            if self.is_used(viewer).await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the replica is not asked");
    }

    /// Whether the replica chooses: it is made to lack a product for a moment.
    async fn is_used(&self, viewer: UserId) -> bool {
        let absent = "UPDATE products SET private = NOT private";
        run(&self.replica, absent).await;
        let ids = self.newest(viewer, 100).await;
        run(&self.replica, absent).await;
        ids.is_empty()
    }

    async fn newest(&self, viewer: UserId, size: u32) -> Vec<ProductId> {
        self.page(viewer, ProductOrder::Newest, &PageRequest::front(size))
            .await
    }

    async fn page(
        &self,
        viewer: UserId,
        order: ProductOrder,
        page: &PageRequest,
    ) -> Vec<ProductId> {
        let filter = ProductFilter::default();
        let rows = self.store.page(viewer, &filter, order, page).await;
        rows.unwrap().iter().map(|seen| seen.product.id).collect()
    }
}

fn name_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

async fn run(url: &str, sql: &str) {
    let mut connection = MySqlConnection::connect(url).await.unwrap();
    let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    sql.execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// Runs a body on a pair; leaves itself out without a server.
async fn on_pair<F>(body: impl FnOnce(Pair) -> F + Send + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Some(server) = mysql_url() else {
        return;
    };
    let databases = [
        EmptyDatabase::create(server.clone()).await,
        EmptyDatabase::create(server).await,
    ];
    let [primary, replica] = databases.each_ref().map(EmptyDatabase::url);
    let outcome = tokio::spawn(async move {
        migrate(&replica).await;
        let store = connect(&primary, &replica).await;
        store.migrate().await.unwrap();
        let pair = Pair {
            store: store.clone(),
            primary,
            replica,
        };
        body(pair).await;
        store.close().await;
    });
    let outcome = outcome.await;
    for database in databases {
        database.drop().await;
    }
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic.into_panic());
    }
}

async fn migrate(url: &str) {
    let store = SqlStore::connect(&config(url.to_owned())).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
}

async fn connect(primary: &str, replica: &str) -> SqlStore {
    let config = SqlConfig {
        replicas: vec![replica.to_owned()],
        ..config(primary.to_owned())
    };
    SqlStore::connect(&config).await.unwrap()
}

/// Three images of one member, newest first, another who looks at them, and the replica in use.
async fn gallery(pair: &Pair) -> (UserId, UserId, Vec<ProductId>) {
    let store = &pair.store;
    let owner = confirmed(store, "anna").await;
    let viewer = confirmed(store, "ben").await;
    let mut ids = Vec::new();
    for (second, title) in [(0, "one"), (1, "two"), (2, "three")] {
        let draft = Draft::of(owner, title).created(at(second));
        ids.insert(0, put_up(store, &draft.priced(100 * second, 0)).await);
    }
    pair.until_used(viewer).await;
    (owner, viewer, ids)
}

async fn change(store: &SqlStore, id: ProductId, change: impl FnOnce(&mut Listing)) {
    let mut unit = unit(store).await;
    let mut product = unit.products().lock(&[id]).await.unwrap().remove(0);
    change(&mut product.listing);
    let products = unit.products();
    products
        .update(id, &product.listing, at(100))
        .await
        .unwrap();
    unit.commit().await.unwrap();
}

/// Runs each body on a pair of databases.
macro_rules! on_pairs {
    ($($test:ident),+ $(,)?) => {
        mod mysql {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::on_pair(super::$test).await;
            })+
        }
    };
}

on_pairs! {
    what_was_hidden_a_moment_ago_is_not_shown_and_the_page_is_filled_up,
    what_changed_its_place_is_not_shown_at_the_old_one,
    a_page_is_walked_in_both_directions,
    a_member_sees_at_once_what_they_wrote,
    a_purchase_is_seen_at_once_by_its_buyer,
    counts_are_those_of_the_replica_but_for_whoever_wrote,
    a_replica_that_lags_is_left_out_until_it_has_caught_up,
    a_replica_that_does_not_answer_is_left_out,
}

/// Z6
async fn what_was_hidden_a_moment_ago_is_not_shown_and_the_page_is_filled_up(pair: Pair) {
    let (_, viewer, ids) = gallery(&pair).await;
    change(&pair.store, ids[0], |listing| listing.private = true).await;
    assert!(pair.is_used(viewer).await);
    // A page of one asks for two keys, of which one is gone: one more row is wanted, to know whether there are more.
    assert_eq!(pair.newest(viewer, 1).await, ids[1..]);
    change(&pair.store, ids[1], |listing| listing.archived = true).await;
    assert_eq!(pair.newest(viewer, 1).await, ids[2..]);
    assert_eq!(pair.newest(viewer, 3).await, ids[2..]);
}

async fn what_changed_its_place_is_not_shown_at_the_old_one(pair: Pair) {
    let (_, viewer, ids) = gallery(&pair).await;
    let dearest = Cents::from_stored(99_999);
    change(&pair.store, ids[2], |listing| listing.price = dearest).await;
    let cheapest = PageRequest::front(3);
    let found = pair.page(viewer, ProductOrder::PriceAsc, &cheapest).await;
    assert_eq!(found, [ids[1], ids[0]]);
    pair.replicate().await;
    let found = pair.page(viewer, ProductOrder::PriceAsc, &cheapest).await;
    assert_eq!(found, [ids[1], ids[0], ids[2]]);
}

async fn a_page_is_walked_in_both_directions(pair: Pair) {
    let (_, viewer, ids) = gallery(&pair).await;
    change(&pair.store, ids[1], |listing| listing.private = true).await;
    let back = PageRequest {
        backward: true,
        ..PageRequest::front(1)
    };
    let found = pair.page(viewer, ProductOrder::Newest, &back).await;
    assert_eq!(found, [ids[2], ids[0]], "the oldest first");
    let behind = PageRequest {
        after: Some(Cursor {
            order: 'n',
            key: at(2).micros(),
            id: ids[0].get(),
        }),
        ..PageRequest::front(2)
    };
    let found = pair.page(viewer, ProductOrder::Newest, &behind).await;
    assert_eq!(found, [ids[2]]);
}

async fn a_member_sees_at_once_what_they_wrote(pair: Pair) {
    let (owner, viewer, ids) = gallery(&pair).await;
    let new = put_up(&pair.store, &Draft::of(owner, "new").created(at(9))).await;
    assert_eq!(pair.newest(owner, 1).await[0], new);
    assert!(pair.is_used(viewer).await);
    assert_eq!(pair.newest(viewer, 1).await[0], ids[0], "others wait");
    pair.replicate().await;
    assert_eq!(pair.newest(viewer, 1).await[0], new);
    change(&pair.store, new, |listing| listing.archived = true).await;
    let filter = ProductFilter {
        archived: Some(true),
        ..ProductFilter::default()
    };
    let front = PageRequest::front(5);
    let found = pair
        .store
        .page(owner, &filter, ProductOrder::Newest, &front);
    assert_eq!(found.await.unwrap().len(), 1, "an update is a write, too");
}

async fn a_purchase_is_seen_at_once_by_its_buyer(pair: Pair) {
    let (owner, viewer, ids) = gallery(&pair).await;
    let filter = ProductFilter {
        purchased: Some(true),
        ..ProductFilter::default()
    };
    assert_eq!(pair.store.count(viewer, &filter).await.unwrap(), 0);
    sell(&pair.store, ids[0], viewer, owner, at(5)).await;
    assert_eq!(pair.store.count(viewer, &filter).await.unwrap(), 1);
    let front = PageRequest::front(5);
    let found = pair
        .store
        .page(viewer, &filter, ProductOrder::Newest, &front);
    assert_eq!(found.await.unwrap()[0].product.id, ids[0]);
}

async fn counts_are_those_of_the_replica_but_for_whoever_wrote(pair: Pair) {
    let (owner, viewer, _) = gallery(&pair).await;
    put_up(&pair.store, &Draft::of(owner, "new")).await;
    let all = ProductFilter::default();
    assert_eq!(pair.store.count(viewer, &all).await.unwrap(), 3);
    assert_eq!(pair.store.count(owner, &all).await.unwrap(), 4);
}

async fn a_replica_that_lags_is_left_out_until_it_has_caught_up(pair: Pair) {
    let (owner, viewer, _) = gallery(&pair).await;
    // Ten seconds ago, by the primary's clock.
    let stale = "UPDATE beats SET at = at - 10000000";
    run(&pair.replica, stale).await;
    let new = put_up(&pair.store, &Draft::of(owner, "new").created(at(9))).await;
    assert_eq!(pair.newest(viewer, 1).await[0], new);
    assert!(!pair.is_used(viewer).await);
    pair.until_used(viewer).await;
}

async fn a_replica_that_does_not_answer_is_left_out(pair: Pair) {
    let (_, viewer, ids) = gallery(&pair).await;
    // Without its tables it answers with errors; with none of its rows it would have to show nothing.
    run(&pair.replica, "RENAME TABLE products TO gone").await;
    assert_eq!(pair.newest(viewer, 3).await, ids);
    run(&pair.replica, "RENAME TABLE gone TO products").await;
    pair.until_used(viewer).await;
    let nobody = connect(&pair.primary, "mysql://nobody@127.0.0.1:1/nothing").await;
    let front = PageRequest::front(3);
    let all = ProductFilter::default();
    let found = nobody.page(viewer, &all, ProductOrder::Newest, &front);
    let found: Vec<_> = found.await.unwrap().iter().map(|s| s.product.id).collect();
    assert_eq!(found, ids);
    nobody.close().await;
}

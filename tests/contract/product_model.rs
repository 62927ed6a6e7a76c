//! Pages and counts against a model: every product in memory, judged by `Product::access` and plain filters.

use std::collections::HashSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use shotify::adapters::sql::SqlStore;
use shotify::domain::cursor::Cursor;
use shotify::domain::id::{ProductId, UserId};
use shotify::domain::label::Label;
use shotify::domain::money::Cents;
use shotify::domain::page::PageRequest;
use shotify::domain::product::{Product, Seen};
use shotify::domain::search::{ProductFilter, ProductOrder};
use shotify::domain::words::{Word, WordQuery};
use shotify::ports::store::Store;

use crate::support::{Draft, at, confirmed, contract, put_up, sell};

mod paths;

use paths::every_way_to_products_leads_where_the_model_says;

contract! {
    pages_and_counts_hold_exactly_what_the_model_says,
    every_way_to_products_leads_where_the_model_says,
}

const WORDS: [&str; 6] = ["sea", "seagull", "boat", "Straße", "50%", "b_t"];

struct Entry {
    product: Product,
    draft: Draft,
}

struct Model {
    members: Vec<UserId>,
    entries: Vec<Entry>,
    sales: HashSet<(UserId, ProductId)>,
}

impl Model {
    /// What the rules say: the rows of the list in order.
    fn list(&self, viewer: UserId, filter: &ProductFilter, order: ProductOrder) -> Vec<Seen> {
        let mut found: Vec<Seen> = self
            .entries
            .iter()
            .filter(|entry| self.sees(viewer, entry) && self.passes(viewer, entry, filter))
            .map(|entry| Seen {
                product: entry.product.clone(),
                bought: self.sales.contains(&(viewer, entry.product.id)),
            })
            .collect();
        found.sort_by_key(|seen| (order.key(&seen.product), seen.product.id));
        if order.descending() {
            found.reverse();
        }
        found
    }

    fn sees(&self, viewer: UserId, entry: &Entry) -> bool {
        let bought = self.sales.contains(&(viewer, entry.product.id));
        entry.product.access(viewer, bought).see
    }

    fn passes(&self, viewer: UserId, entry: &Entry, filter: &ProductFilter) -> bool {
        let (product, listing) = (&entry.product, &entry.product.listing);
        let bought = self.sales.contains(&(viewer, product.id));
        filter.id.is_none_or(|id| id == Some(product.id))
            && filter
                .owner
                .is_none_or(|owner| owner == Some(product.owner))
            && filter.private.is_none_or(|flag| flag == listing.private)
            && filter.archived.is_none_or(|flag| flag == listing.archived)
            && filter.for_sale.is_none_or(|flag| flag == listing.for_sale)
            && filter.purchased.is_none_or(|flag| flag == bought)
            && filter
                .price_limit
                .is_none_or(|limit| listing.final_price() <= limit)
            && filter
                .discount_limit
                .is_none_or(|limit| listing.discount.get() <= limit)
            && words_fit(entry, filter)
            && labels_fit(&entry.draft.labels, filter)
    }
}

fn labels_fit(labels: &[Label], filter: &ProductFilter) -> bool {
    let carried = |label: &Label| labels.contains(label);
    let asked = &filter.labels;
    asked.is_empty()
        || if filter.match_all {
            asked.iter().all(carried)
        } else {
            asked.iter().any(carried)
        }
}

fn words_fit(entry: &Entry, filter: &ProductFilter) -> bool {
    let words = entry.draft.words();
    let begins = |word: &Word| {
        words
            .title
            .iter()
            .any(|w| w.as_str().starts_with(word.as_str()))
    };
    let anywhere = [&words.title, &words.description, &words.labels];
    let stands = |word: &Word| anywhere.iter().any(|field| field.contains(word));
    all(&filter.title, begins) && all(&filter.text, stands)
}

fn all(query: &WordQuery, fits: impl Fn(&Word) -> bool) -> bool {
    match query {
        WordQuery::Any => true,
        WordQuery::Nothing => false,
        WordQuery::All(words) => words.iter().all(fits),
    }
}

/// Chance with a fixed seed, so that a failure can be repeated.
struct Dice(TestRunner);

impl Dice {
    fn roll<T: std::fmt::Debug>(&mut self, strategy: impl Strategy<Value = T>) -> T {
        strategy.new_tree(&mut self.0).unwrap().current()
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.roll(0..n) == 0
    }

    fn some<T>(&mut self, n: u32, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(n).then(|| value(self))
    }

    fn words(&mut self, most: usize) -> Vec<&'static str> {
        self.roll(prop::collection::vec(
            prop::sample::select(&WORDS[..]),
            0..=most,
        ))
    }
}

async fn filled(store: &SqlStore, dice: &mut Dice) -> Model {
    let mut members = Vec::new();
    for name in ["anna", "berta", "clara"] {
        members.push(confirmed(store, name).await);
    }
    let mut model = Model {
        members,
        entries: Vec::new(),
        sales: HashSet::new(),
    };
    for _ in 0..60 {
        let owner = dice.roll(prop::sample::select(model.members.clone()));
        let draft = draft(dice, owner);
        let id = put_up(store, &draft).await;
        let product = store.products().find_for_link(id).await.unwrap().unwrap();
        for buyer in model.members.clone() {
            if buyer != owner && dice.one_in(4) {
                sell(store, id, buyer, owner, at(100)).await;
                model.sales.insert((buyer, id));
            }
        }
        model.entries.push(Entry { product, draft });
    }
    model
}

fn draft(dice: &mut Dice, owner: UserId) -> Draft {
    let title = format!("T {}", dice.words(3).join(" "));
    let mut draft = Draft::of(owner, title.trim())
        .described(&dice.words(3).join(" "))
        .labelled(&dice.words(4))
        // Few values, so that ties are many.
        .created(at(dice.roll(0_i64..5)))
        .priced(dice.roll(0_i64..4) * 250, dice.roll(0_i64..3) * 50);
    let listing = &mut draft.new.listing;
    listing.for_sale = dice.one_in(2);
    listing.private = dice.one_in(3);
    listing.archived = dice.one_in(4);
    draft
}

fn filter(dice: &mut Dice, model: &Model) -> ProductFilter {
    let query = |words: Vec<&str>| WordQuery::parse(Some(&words.join(" ")));
    let entry = dice.roll(0..model.entries.len());
    let member = dice.roll(0..model.members.len());
    let labels = dice.some(5, |dice| dice.words(2)).unwrap_or_default();
    ProductFilter {
        id: dice.some(20, |dice| dice.some(2, |_| model.entries[entry].product.id)),
        owner: dice.some(4, |dice| dice.some(2, |_| model.members[member])),
        title: dice
            .some(6, |dice| query(dice.words(2)))
            .unwrap_or_default(),
        text: dice
            .some(6, |dice| query(dice.words(2)))
            .unwrap_or_default(),
        labels: Label::parse_all(&labels).unwrap(),
        match_all: dice.one_in(2),
        private: dice.some(4, |dice| dice.one_in(2)),
        archived: dice.some(4, |dice| dice.one_in(2)),
        for_sale: dice.some(4, |dice| dice.one_in(2)),
        price_limit: dice.some(5, |dice| Cents::from_stored(dice.roll(0_i64..800))),
        discount_limit: dice.some(5, |dice| dice.roll(-1_i64..101)),
        purchased: dice.some(4, |dice| dice.one_in(2)),
    }
}

/// A part of the list between two of its places, from one end.
fn request(dice: &mut Dice, list: &[Seen], order: ProductOrder) -> PageRequest {
    let place = |dice: &mut Dice| {
        let at = (!list.is_empty() && dice.one_in(2)).then(|| dice.roll(0..list.len()))?;
        Some(Cursor {
            order: order.symbol(),
            key: order.key(&list[at].product),
            id: list[at].product.id.get(),
        })
    };
    PageRequest {
        after: place(dice),
        before: place(dice),
        size: dice.roll(1_u32..12),
        backward: dice.one_in(2),
    }
}

/// The rows of a page in the direction of the walk, by the model.
fn cut(list: &[Seen], page: &PageRequest) -> Vec<Seen> {
    let index = |cursor: Cursor| {
        list.iter()
            .position(|seen| seen.product.id.get() == cursor.id)
            .unwrap()
    };
    let from = page.after.map_or(0, |cursor| index(cursor) + 1);
    let to = page.before.map_or(list.len(), index);
    let mut rows = list.get(from..to).unwrap_or_default().to_vec();
    if page.backward {
        rows.reverse();
    }
    rows.truncate(page.size as usize + 1);
    rows
}

/// Z3
async fn pages_and_counts_hold_exactly_what_the_model_says(store: SqlStore) {
    let mut dice = Dice(TestRunner::deterministic());
    let model = filled(&store, &mut dice).await;
    let stranger = confirmed(&store, "stranger").await;
    let viewers = [model.members.clone(), vec![stranger]].concat();
    let mut met = 0;
    for _ in 0..400 {
        let viewer = dice.roll(prop::sample::select(viewers.clone()));
        let order = dice.roll(prop::sample::select(&ProductOrder::ALL[..]));
        let filter = filter(&mut dice, &model);
        let list = model.list(viewer, &filter, order);
        let page = request(&mut dice, &list, order);
        let rows = store.products().page(viewer, &filter, order, &page).await;
        let told = format!("{viewer} {order:?} {filter:?} {page:?}");
        assert_eq!(rows.unwrap(), cut(&list, &page), "{told}");
        let count = store.products().count(viewer, &filter).await;
        assert_eq!(
            usize::try_from(count.unwrap()).unwrap(),
            list.len(),
            "{told}"
        );
        among(&store, &model, &mut dice, viewer, &filter, &list).await;
        met += usize::from(!list.is_empty());
    }
    assert!(met > 100, "the filters leave nothing to compare: {met}");
}

/// Of some products, a search finds those of its list.
async fn among(
    store: &SqlStore,
    model: &Model,
    dice: &mut Dice,
    viewer: UserId,
    filter: &ProductFilter,
    list: &[Seen],
) {
    let whole = dice.one_in(2);
    let all = model.entries.iter().map(|entry| entry.product.id);
    let mut ids: Vec<ProductId> = all.filter(|_| whole || dice.one_in(2)).collect();
    let mut expected = list.to_vec();
    expected.retain(|seen| ids.contains(&seen.product.id));
    expected.sort_by_key(|seen| seen.product.id);
    ids.push(ProductId::new(999_999));
    let found = store.products().among(viewer, filter, &ids).await;
    let mut found = found.unwrap();
    found.sort_by_key(|seen| seen.product.id);
    assert_eq!(found, expected, "{viewer} {filter:?} {ids:?}");
    let count = store.products().count_among(viewer, filter, &ids).await;
    let count = usize::try_from(count.unwrap()).unwrap();
    assert_eq!(count, expected.len(), "{viewer} {filter:?} {ids:?}");
}

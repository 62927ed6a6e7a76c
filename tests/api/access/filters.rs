//! Every filter narrows what the viewer may see; none widens it.

use serde_json::{Map, Value, json};

use super::{Actor, Market, State, ids, sorted};
use crate::corpus;

/// A catalogue of a member's own, beside the market's.
struct Entry {
    id: String,
    owner: Actor,
    state: State,
    /// Its number in its owner's catalogue: price 10 n, discount 10 n %, title "Picture n".
    number: i64,
}

impl Entry {
    fn visible(&self, viewer: Actor) -> bool {
        !self.state.hidden() || self.owner == viewer || self.bought(viewer)
    }

    fn bought(&self, viewer: Actor) -> bool {
        viewer == Actor::Buyer && self.owner == Actor::Owner
    }

    fn labels(&self) -> [String; 2] {
        [self.state.label(), "everything".into()]
    }

    /// In cents: price 10 n less 10 n percent.
    fn final_price(&self) -> i64 {
        1000 * self.number * (100 - 10 * self.number) / 100
    }

    fn passes(
        &self,
        filter: &Map<String, Value>,
        viewer: Actor,
        owners: &[(Actor, String)],
    ) -> bool {
        let all = filter.get("matchAll").is_some_and(|all| all == true);
        filter.iter().all(|(name, wanted)| match name.as_str() {
            "id" => *wanted == self.id,
            "userId" => owners
                .iter()
                .any(|(a, id)| *a == self.owner && wanted == id),
            "title" => {
                let number = self.number.to_string();
                let mut words = wanted.as_str().unwrap().split_whitespace();
                words.all(|word| "picture".starts_with(word) || number == word)
            }
            "text" => self.labels()[0].ends_with(wanted.as_str().unwrap()),
            "labels" => {
                let mut wanted = wanted.as_array().unwrap().iter();
                let has = |label: &Value| self.labels().iter().any(|own| label == own);
                if all {
                    wanted.all(has)
                } else {
                    wanted.any(has)
                }
            }
            "private" => *wanted == self.state.private,
            "archived" => *wanted == self.state.archived,
            "forSale" => *wanted == self.state.for_sale,
            "purchased" => *wanted == self.bought(viewer),
            "priceLimit" => self.final_price() <= 100 * wanted.as_i64().unwrap(),
            "discountPercentLimit" => 10 * self.number <= wanted.as_i64().unwrap(),
            _ => true,
        })
    }
}

/// A small generator, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

fn random_filter(
    dice: &mut Dice,
    entries: &[Entry],
    owners: &[(Actor, String)],
) -> Map<String, Value> {
    let label = |dice: &mut Dice| entries[dice.roll(entries.len())].state.label();
    let choices = [
        ("id", json!(entries[dice.roll(entries.len())].id)),
        ("userId", json!(owners[dice.roll(owners.len())].1)),
        (
            "title",
            json!(["pic", "picture 3", "pi 1", "nothing"][dice.roll(4)]),
        ),
        ("text", json!(["101", "000", "001"][dice.roll(3)])),
        (
            "labels",
            json!([
                label(dice),
                if dice.roll(2) == 0 {
                    "everything".into()
                } else {
                    label(dice)
                }
            ]),
        ),
        ("matchAll", json!(dice.roll(2) == 0)),
        ("private", json!(dice.roll(2) == 0)),
        ("archived", json!(dice.roll(2) == 0)),
        ("forSale", json!(dice.roll(2) == 0)),
        ("purchased", json!(dice.roll(2) == 0)),
        ("priceLimit", json!([0, 9, 21, 30][dice.roll(4)])),
        (
            "discountPercentLimit",
            json!([0, 20, 50, 100][dice.roll(4)]),
        ),
    ];
    // An id leaves one image at most: it is chosen seldom.
    let chosen = |dice: &mut Dice, name: &str| dice.roll(if name == "id" { 20 } else { 4 }) == 0;
    let filter = choices.into_iter().filter(|(name, _)| chosen(dice, name));
    filter
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The market's images and the buyer's own ones.
async fn catalogue(market: &Market) -> Vec<Entry> {
    let mut entries: Vec<Entry> = (0..)
        .zip(&market.items)
        .map(|(number, item)| Entry {
            id: item.id.clone(),
            owner: Actor::Owner,
            state: item.state,
            number,
        })
        .collect();
    for (number, state) in (0..).zip(State::all()) {
        let input = json!({
            "title": format!("Picture {number}"), "labels": [state.label(), "everything"], "private": state.private,
            "forSale": state.for_sale, "price": 10 * number, "discountPercent": 10 * number,
        });
        let id = market.buyer.put_up(input, corpus::png(8, 8)).await;
        market.buyer.change(&id, state.change()).await.data();
        entries.push(Entry {
            id,
            owner: Actor::Buyer,
            state,
            number,
        });
    }
    entries
}

/// Z3
#[tokio::test]
async fn filters_in_any_combination_find_exactly_what_passes_of_what_is_visible() {
    let market = Market::open().await;
    let entries = catalogue(&market).await;
    let mut owners = Vec::new();
    for actor in Actor::MEMBERS {
        owners.push((actor, market.client(actor).id().await));
    }
    let query = "query($f: ImageFilterInput) { images(input: $f, first: 100) { id } searchImages(filter: $f, first: 100) { totalCount nodes { id } } }";
    let (mut dice, mut found) = (Dice(20), 0);
    for _ in 0..250 {
        let filter = random_filter(&mut dice, &entries, &owners);
        for viewer in Actor::MEMBERS {
            let fits = |e: &&Entry| e.visible(viewer) && e.passes(&filter, viewer, &owners);
            let wanted = sorted(entries.iter().filter(fits).map(|e| e.id.clone()).collect());
            let answer = market
                .client(viewer)
                .gql(query, json!({ "f": filter }))
                .await;
            let page = &answer.data()["searchImages"];
            assert_eq!(ids(&page["nodes"]), wanted, "{viewer:?} {filter:?}");
            assert_eq!(
                ids(&answer.data()["images"]),
                wanted,
                "{viewer:?} {filter:?}"
            );
            assert_eq!(page["totalCount"], wanted.len(), "{viewer:?} {filter:?}");
            found += wanted.len();
        }
    }
    assert!(
        found > 200,
        "the filters leave something to look at: {found}"
    );
}

/// Z3: a page from the middle or the end shows no more than one from the front.
#[tokio::test]
async fn pages_show_what_is_visible_in_every_order() {
    let market = Market::open().await;
    for order in [
        "NEWEST",
        "OLDEST",
        "PRICE_ASC",
        "PRICE_DESC",
        "DISCOUNT_DESC",
    ] {
        for actor in Actor::MEMBERS {
            let (mut seen, mut after) = (Vec::new(), Value::Null);
            loop {
                let query = "query($o: ImageOrder, $a: String) { searchImages(orderBy: $o, first: 3, after: $a) { nodes { id } pageInfo { hasNextPage endCursor } } }";
                let variables = json!({ "o": order, "a": after });
                let answer = market.client(actor).gql(query, variables).await;
                let page = &answer.data()["searchImages"];
                seen.extend(ids(&page["nodes"]));
                after = page["pageInfo"]["endCursor"].clone();
                if page["pageInfo"]["hasNextPage"] == false {
                    break;
                }
            }
            assert_eq!(sorted(seen), market.visible_to(actor), "{actor:?} {order}");
        }
    }
}

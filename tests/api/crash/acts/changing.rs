//! Images changed and deleted by their owners.

use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use serde_json::{Value, json};

use super::uploading::price;
use crate::crash::ledger::{Fate, Listing};
use crate::crash::person::{Person, Reply, gql};

const CHANGE: &str = "mutation($i: UpdateImageInput!) { updateImage(input: $i) { id } }";
const DELETE: &str = "mutation($ids: [ID!]!) { deleteImages(input: $ids) }";
const LOOK: &str = "query($id: ID!) { image(id: $id) { archived } }";

impl Person {
    pub async fn change(&mut self, name: &str) {
        let owned = self.stage.know(|known| known.owned(name));
        let Some(id) = owned.choose(&mut self.rng).cloned() else {
            return;
        };
        let (input, after) = self.other_listing(&id);
        self.stage.know(|known| {
            known.images.get_mut(&id).unwrap().changing = true;
        });
        let variables = json!({ "i": input });
        // Said again, it is the same.
        let (reply, _) = self
            .insist("change", |client| gql(client, CHANGE, &variables))
            .await;
        if !matches!(reply, Reply::Answered(_)) {
            return self.surprise("change", &reply);
        }
        self.stage.know(|known| {
            let image = known.images.get_mut(&id).unwrap();
            image.listing = after;
            image.changing = false;
        });
    }

    /// A change of one field or two.
    fn other_listing(&mut self, id: &str) -> (Value, Listing) {
        let mut after = self.stage.know(|known| known.images[id].listing);
        let mut input = json!({ "id": id });
        match self.rng.random_range(0..10) {
            0..5 => {
                after.cents = self.rng.random_range(1..10_000);
                input["price"] = json!(price(after.cents));
            }
            5..7 => {
                after.private = !after.private;
                input["private"] = json!(after.private);
            }
            7..9 => {
                after.for_sale = !after.for_sale;
                input["forSale"] = json!(after.for_sale);
            }
            _ => {
                after.archived = true;
                input["archived"] = json!(true);
            }
        }
        (input, after)
    }

    /// Deletes one to three images, sold ones or not.
    pub async fn delete(&mut self, name: &str) {
        let mut owned = self.stage.know(|known| known.owned(name));
        // Somebody who deletes all has nothing to sell.
        if owned.len() < 4 {
            return;
        }
        let count = self.rng.random_range(1..=3);
        let ids: Vec<String> = (0..count)
            .map(|_| owned.swap_remove(self.rng.random_range(0..owned.len())))
            .collect();
        self.fate(&ids, Fate::Leaving);
        let variables = json!({ "ids": ids });
        loop {
            let asked = self.ask("delete", |client| gql(client, DELETE, &variables));
            match asked.await {
                Reply::Answered(_) => break,
                Reply::Refused(code) => {
                    return self.surprise("delete", &Reply::Refused(code));
                }
                Reply::Unknown => {}
            }
            match self.gone(&ids).await {
                gone if gone == ids.len() => break,
                // Nothing was done: who goes home lets it be.
                0 if self.stage.ends() => return self.fate(&ids, Fate::Here),
                0 => {}
                gone => {
                    let count = ids.len();
                    return self.stage.loss(format!(
                        "{gone} of {count} of one deletion {ids:?} are gone"
                    ));
                }
            }
        }
        self.fate(&ids, Fate::Deleted);
        self.stage.deleted();
    }

    fn fate(&self, ids: &[String], fate: Fate) {
        self.stage.know(|known| {
            for id in ids {
                known.images.get_mut(id).unwrap().fate = fate;
            }
        });
    }

    /// How many of these images, none of which was archived, are deleted: not there, or archived because they were sold.
    async fn gone(&mut self, ids: &[String]) -> usize {
        let mut gone = 0;
        for id in ids {
            let found = self.look(LOOK, json!({ "id": id })).await;
            let image = &found["image"];
            gone += usize::from(image.is_null() || image["archived"] == true);
        }
        gone
    }
}

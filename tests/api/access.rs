//! The table "Who may do what with an image" of rules.md, from outside and on every path.

mod changes;
mod filters;
mod lists;
mod media;
mod moments;
mod secrets;

use serde_json::{Value, json};

use crate::corpus;
use crate::support::{Answer, Client, Server};

/// The flags of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    private: bool,
    archived: bool,
    for_sale: bool,
}

impl State {
    /// The lines of the table, its "yes or no" written out.
    fn all() -> impl Iterator<Item = Self> {
        (0..8).map(|bits| Self {
            private: bits & 4 != 0,
            archived: bits & 2 != 0,
            for_sale: bits & 1 != 0,
        })
    }

    fn hidden(self) -> bool {
        self.private || self.archived
    }

    /// A label that no other state has.
    fn label(self) -> String {
        let bit = u8::from;
        format!(
            "state-{}{}{}",
            bit(self.private),
            bit(self.archived),
            bit(self.for_sale)
        )
    }

    fn change(self) -> Value {
        json!({ "private": self.private, "archived": self.archived, "forSale": self.for_sale })
    }
}

/// The columns of the table, and whoever has no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Actor {
    Owner,
    Buyer,
    Member,
    Guest,
}

impl Actor {
    const MEMBERS: [Self; 3] = [Self::Owner, Self::Buyer, Self::Member];
    const ALL: [Self; 4] = [Self::Owner, Self::Buyer, Self::Member, Self::Guest];

    /// A cell of the table.
    fn letters(self, state: State) -> &'static str {
        match (self, state.hidden(), state.for_sale) {
            (Self::Owner, _, _) => "MOU",
            (Self::Buyer, _, _) => "MOI",
            (Self::Member, false, true) => "MB",
            (Self::Member, false, false) => "MO",
            (Self::Member, true, _) | (Self::Guest, _, _) => "",
        }
    }

    fn may(self, letter: char, state: State) -> bool {
        self.letters(state).contains(letter)
    }
}

/// An image in one of the states.
struct Item {
    id: String,
    state: State,
    /// The id of the buyer's sale.
    sale: String,
    /// The query of its signed links of thumbnail and preview, from when it was public.
    proofs: [String; 2],
}

/// One image in each state, all put up by the owner and bought by the buyer.
struct Market {
    server: Server,
    owner: Client,
    buyer: Client,
    member: Client,
    guest: Client,
    items: Vec<Item>,
}

impl Market {
    async fn open() -> Self {
        let server = Server::start().await;
        let owner = server.member("owner").await;
        let buyer = server.member("buyer").await;
        let member = server.member("member").await;
        let guest = server.guest();
        let items = stock(&owner, &buyer).await;
        Self {
            server,
            owner,
            buyer,
            member,
            guest,
            items,
        }
    }

    fn client(&self, actor: Actor) -> &Client {
        match actor {
            Actor::Owner => &self.owner,
            Actor::Buyer => &self.buyer,
            Actor::Member => &self.member,
            Actor::Guest => &self.guest,
        }
    }

    fn item(&self, private: bool, archived: bool, for_sale: bool) -> &Item {
        let state = State {
            private,
            archived,
            for_sale,
        };
        self.items.iter().find(|item| item.state == state).unwrap()
    }

    /// Ids of what an actor may see, in order.
    fn visible_to(&self, actor: Actor) -> Vec<String> {
        let seen = self
            .items
            .iter()
            .filter(|item| actor.may('M', item.state))
            .map(|item| item.id.clone());
        sorted(seen.collect())
    }
}

/// Put up public and for sale, bought, then brought into the states.
async fn stock(owner: &Client, buyer: &Client) -> Vec<Item> {
    let picture = corpus::png(40, 30);
    let input = |(index, state): (usize, State)| {
        let input = json!({
            "title": format!("Picture {index}"), "labels": [state.label(), "everything"],
            "forSale": true, "price": 10 * index, "discountPercent": 10 * index,
        });
        (input, picture.clone())
    };
    let put_up = owner
        .upload_all(State::all().enumerate().map(input).collect())
        .await;
    let images = put_up.data()["uploadImages"].as_array().unwrap();
    let mut items = Vec::new();
    for (image, state) in images.iter().zip(State::all()) {
        let id = text(&image["id"]);
        let sale = text(&buyer.buy(&id).await.data()["buyImage"]["id"]);
        owner.change(&id, state.change()).await.data();
        let proofs = [&image["thumbnailUrl"], &image["previewUrl"]];
        let proofs = proofs.map(|link| text(link).split_once('?').unwrap().1.to_owned());
        items.push(Item {
            id,
            state,
            sale,
            proofs,
        });
    }
    items
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not a text: {value}"))
        .to_owned()
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

/// The ids of a list of images, in order.
fn ids(images: &Value) -> Vec<String> {
    let images = images.as_array().unwrap();
    sorted(images.iter().map(|image| text(&image["id"])).collect())
}

/// `OK`, or the code of the first error.
fn outcome(answer: &Answer) -> String {
    match answer.body.get("errors") {
        None => "OK".to_owned(),
        Some(_) => answer.code().to_owned(),
    }
}

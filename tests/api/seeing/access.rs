//! What is hidden is never found by its look, and what changes counts at once.

use serde_json::{Value, json};

use super::{found, similar};
use crate::corpus;
use crate::support::{Client, Server};

/// Three of the owner's images and one of the stranger's, all the same picture. The buyer bought the second.
struct Market {
    _server: Server,
    owner: Client,
    buyer: Client,
    stranger: Client,
    /// Of the owner's.
    ids: Vec<String>,
    /// Of the stranger's.
    own: String,
}

async fn market() -> Market {
    let server = Server::start().await;
    let owner = server.member("owner").await;
    let buyer = server.member("buyer").await;
    let stranger = server.member("stranger").await;
    let inputs = ["First", "Second", "Third"].map(|t| json!({ "title": t, "forSale": true }));
    let ids = owner.put_up_all(&inputs).await;
    buyer.buy(&ids[1]).await.data();
    let own = stranger.put_up_one(json!({ "title": "Own" })).await;
    Market {
        _server: server,
        owner,
        buyer,
        stranger,
        ids,
        own,
    }
}

impl Market {
    /// Who finds what, by the picture and by an image that looks like it.
    async fn assert_finds(&self, owner: &[&str], buyer: &[&str], stranger: &[&str]) {
        let all = [
            (&self.owner, owner),
            (&self.buyer, buyer),
            (&self.stranger, stranger),
        ];
        for (client, expected) in all {
            let with_own = [expected, &["Own"]].concat();
            assert_eq!(found(client, &corpus::png(8, 8)).await, with_own);
            assert_eq!(similar(client, &self.own).await, expected);
        }
    }

    /// What the stranger's image is said to repeat.
    async fn original(&self, client: &Client) -> Value {
        let query = "query($id: ID!) { image(id: $id) { duplicateOf { title } } }";
        let answer = client.gql(query, json!({ "id": self.own })).await;
        answer.data()["image"]["duplicateOf"]["title"].clone()
    }
}

#[tokio::test]
async fn what_is_hidden_is_found_by_its_owner_and_its_buyers_alone_and_at_once() {
    let market = market().await;
    let all: &[&str] = &["First", "Second", "Third"];
    market.assert_finds(all, all, all).await;
    for hidden in [json!({ "private": true }), json!({ "archived": true })] {
        for id in &market.ids[..2] {
            market.owner.change(id, hidden.clone()).await.data();
        }
        market
            .assert_finds(all, &["Second", "Third"], &["Third"])
            .await;
        let shown = json!({ "private": false, "archived": false });
        for id in &market.ids[..2] {
            market.owner.change(id, shown.clone()).await.data();
        }
        market.assert_finds(all, all, all).await;
    }
}

#[tokio::test]
async fn what_is_deleted_is_gone_at_once_but_stays_with_its_buyers() {
    let market = market().await;
    let ids = [market.ids[0].as_str(), &market.ids[1]];
    market.owner.delete(&ids).await.data();
    let left: &[&str] = &["Second", "Third"];
    market.assert_finds(left, left, &["Third"]).await;
}

#[tokio::test]
async fn an_original_that_is_hidden_is_not_named() {
    let market = market().await;
    let Market {
        owner,
        buyer,
        stranger,
        ids,
        ..
    } = &market;
    for client in [owner, buyer, stranger] {
        assert_eq!(market.original(client).await, "First");
    }
    for hidden in [json!({ "private": true }), json!({ "archived": true })] {
        owner.change(&ids[0], hidden).await.data();
        assert_eq!(market.original(owner).await, "First");
        assert_eq!(market.original(buyer).await, Value::Null);
        assert_eq!(market.original(stranger).await, Value::Null);
        let shown = json!({ "private": false, "archived": false });
        owner.change(&ids[0], shown).await.data();
        assert_eq!(market.original(stranger).await, "First");
    }
    buyer.buy(&ids[0]).await.data();
    owner
        .change(&ids[0], json!({ "private": true }))
        .await
        .data();
    assert_eq!(market.original(buyer).await, "First");
    assert_eq!(market.original(stranger).await, Value::Null);
}

#[tokio::test]
async fn an_original_that_is_deleted_is_not_named() {
    let market = market().await;
    market.owner.delete(&[&market.ids[0]]).await.data();
    for client in [&market.owner, &market.buyer, &market.stranger] {
        assert_eq!(market.original(client).await, Value::Null);
    }
}

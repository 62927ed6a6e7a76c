//! Changing, deleting and buying.

use serde_json::{Value, json};

use super::{Actor, Item, Market, outcome, text};

/// What an operation that only owners may do answers.
fn for_owners(actor: Actor, item: &Item) -> &'static str {
    match actor {
        Actor::Guest => "UNAUTHENTICATED",
        _ if actor.may('U', item.state) => "OK",
        _ if actor.may('M', item.state) => "FORBIDDEN",
        _ => "NOT_FOUND",
    }
}

fn for_buyers(actor: Actor, item: &Item) -> &'static str {
    match actor {
        Actor::Guest => "UNAUTHENTICATED",
        Actor::Owner => "FORBIDDEN",
        _ if actor.may('B', item.state) || actor.may('I', item.state) => "OK",
        _ if actor.may('M', item.state) => "NOT_FOR_SALE",
        _ => "NOT_FOUND",
    }
}

async fn data(market: &Market, item: &Item) -> Value {
    let query = "query($id: ID!) { image(id: $id) { title description labels price private forSale archived discountPercent updated } }";
    let answer = market.owner.gql(query, json!({ "id": item.id })).await;
    answer.data()["image"].clone()
}

/// Z1
#[tokio::test]
async fn only_its_owner_changes_an_image() {
    let market = Market::open().await;
    for item in &market.items {
        let before = data(&market, item).await;
        for actor in [Actor::Guest, Actor::Member, Actor::Buyer] {
            let client = market.client(actor);
            for change in [
                json!({ "description": "mine" }),
                json!({ "labels": ["mine"] }),
                json!({ "price": 0.01, "discountPercent": 100 }),
                json!({ "private": false, "archived": false, "forSale": false }),
                json!({}),
            ] {
                let answer = client.change(&item.id, change).await;
                assert_eq!(
                    outcome(&answer),
                    for_owners(actor, item),
                    "{actor:?} {:?}",
                    item.state
                );
            }
        }
        assert_eq!(data(&market, item).await, before);
        let change = json!({ "description": "new", "labels": ["New"] });
        market.owner.change(&item.id, change).await.data();
        let after = data(&market, item).await;
        assert_eq!(
            (&after["description"], &after["labels"]),
            (&json!("new"), &json!(["new"]))
        );
    }
}

/// Z1, C8
#[tokio::test]
async fn only_its_owner_deletes_an_image_and_the_buyer_keeps_it() {
    let market = Market::open().await;
    for item in &market.items {
        for actor in [Actor::Guest, Actor::Member, Actor::Buyer, Actor::Owner] {
            let answer = market.client(actor).delete(&[&item.id]).await;
            assert_eq!(
                outcome(&answer),
                for_owners(actor, item),
                "{actor:?} {:?}",
                item.state
            );
        }
        let kept = data(&market, item).await;
        assert_eq!(kept["archived"], true);
        assert_eq!(kept["private"], item.state.private);
        let original = format!("/media/{}/original", item.id);
        assert_eq!(market.buyer.get(&original).await.status(), 200);
        assert_eq!(market.member.get(&original).await.status(), 404);
    }
    assert_eq!(market.server.objects().len(), 32);
}

/// Z1: one image that is not the caller's spoils the whole deletion.
#[tokio::test]
async fn a_deletion_is_all_or_none() {
    let market = Market::open().await;
    let own = market
        .member
        .put_up(json!({ "title": "Own" }), crate::corpus::png(8, 8))
        .await;
    let query = "mutation($ids: [ID!]!) { deleteImages(input: $ids) }";
    let open = &market.item(false, false, true).id;
    let hidden = &market.item(true, false, true).id;
    for (others, code) in [
        (vec![open], "FORBIDDEN"),
        (vec![hidden], "NOT_FOUND"),
        (vec![open, hidden], "NOT_FOUND"),
    ] {
        let ids: Vec<&String> = others.into_iter().chain([&own]).collect();
        let answer = market.member.gql(query, json!({ "ids": ids })).await;
        assert_eq!(answer.code(), code);
    }
    let twice = json!({ "ids": [own, own] });
    market.member.gql(query, twice).await.data();
    let gone = market.member.delete(&[&own]).await;
    assert_eq!(gone.code(), "NOT_FOUND");
    market.server.wait_for_objects(32).await;
}

/// Z1
#[tokio::test]
async fn an_image_is_bought_as_the_table_says() {
    let market = Market::open().await;
    for item in &market.items {
        for actor in Actor::ALL {
            let answer = market.client(actor).buy(&item.id).await;
            assert_eq!(
                outcome(&answer),
                for_buyers(actor, item),
                "{actor:?} {:?}",
                item.state
            );
            if actor == Actor::Buyer {
                assert_eq!(text(&answer.data()["buyImage"]["id"]), item.sale);
            }
        }
    }
    for (actor, count) in [(Actor::Buyer, 8), (Actor::Member, 1), (Actor::Owner, 0)] {
        let answer = market
            .client(actor)
            .gql("{ purchases { totalCount } }", Value::Null);
        assert_eq!(answer.await.data()["purchases"]["totalCount"], count);
    }
}

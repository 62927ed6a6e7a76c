//! Labels that the labeller sees: asked for by the owner, or ordered with an upload.

use serde_json::{Value, json};

use super::until;
use crate::corpus;
use crate::support::{Answer, Client, Server};

async fn label(client: &Client, id: &str) -> Answer {
    let query = "mutation($id: ID!) { autoGenerateLabels(id: $id) }";
    client.gql(query, json!({ "id": id })).await
}

fn texts(list: &Value) -> Vec<String> {
    let texts = list.as_array().unwrap().iter();
    texts
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

async fn labels(client: &Client, id: &str) -> Vec<String> {
    let query = "query($id: ID!) { image(id: $id) { labels } }";
    let answer = client.gql(query, json!({ "id": id })).await;
    texts(&answer.data()["image"]["labels"])
}

async fn ids_of_text(client: &Client, text: &str) -> Vec<String> {
    let query = "query($t: String) { images(input: { text: $t }) { id } }";
    let answer = client.gql(query, json!({ "t": text })).await;
    let images = answer.data()["images"].as_array().unwrap().iter();
    images
        .map(|image| image["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn what_the_labeller_sees_is_added_behind_the_owners_labels_once() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let input = json!({ "title": "Minka", "labels": ["whiskers", "pet"] });
    let id = anna.put_up(input, corpus::CAT.to_vec()).await;
    assert_eq!(ids_of_text(&anna, "cat").await, [""; 0]);
    let answer = label(&anna, &id).await;
    let all = texts(&answer.data()["autoGenerateLabels"]);
    assert_eq!(all[..2], ["whiskers", "pet"]);
    assert!(all.contains(&"cat".to_owned()), "{all:?}");
    assert_eq!(labels(&anna, &id).await, all);
    for word in ["cat", "feline", "animal", "whiskers", "minka"] {
        assert_eq!(ids_of_text(&anna, word).await, [id.as_str()], "{word}");
    }
    let again = label(&anna, &id).await;
    assert_eq!(texts(&again.data()["autoGenerateLabels"]), all);
    assert_eq!(labels(&anna, &id).await, all);

    // The owner has the last word.
    anna.change(&id, json!({ "labels": ["pet"] })).await.data();
    assert_eq!(labels(&anna, &id).await, ["pet"]);
    assert_eq!(ids_of_text(&anna, "feline").await, [""; 0]);
}

#[tokio::test]
async fn an_image_never_has_more_than_thirty_labels() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    for (own, more) in [(29, 1), (30, 0)] {
        let names: Vec<String> = (0..own).map(|n| format!("own {n}")).collect();
        let input = json!({ "title": "Full", "labels": names });
        let id = anna.put_up(input, corpus::CAT.to_vec()).await;
        let answer = label(&anna, &id).await;
        let all = texts(&answer.data()["autoGenerateLabels"]);
        assert_eq!((all.len(), &all[..own]), (own + more, &names[..]));
    }
}

#[tokio::test]
async fn only_the_owner_has_an_image_labelled() {
    let server = Server::start().await;
    let (anna, bob) = (server.member("anna").await, server.member("bob").await);
    let shown = anna
        .put_up(json!({ "title": "Shown" }), corpus::CAT.to_vec())
        .await;
    let hidden = anna
        .put_up_one(json!({ "title": "Hidden", "private": true }))
        .await;
    assert_eq!(label(&bob, &shown).await.code(), "FORBIDDEN");
    let unknown = label(&bob, "999999").await;
    assert_eq!(unknown.code(), "NOT_FOUND");
    assert_eq!(label(&bob, &hidden).await.body, unknown.body);
    assert_eq!(label(&bob, "x").await.body, unknown.body);
    assert_eq!(
        label(&server.guest(), &shown).await.code(),
        "UNAUTHENTICATED"
    );
    let tab = anna.another_tab();
    tab.csrf.lock().unwrap().take();
    assert_eq!(label(&tab, &shown).await.code(), "CSRF_FAILED");
    assert_eq!(labels(&anna, &shown).await, [""; 0]);
}

#[tokio::test]
async fn labels_ordered_with_an_upload_come_soon_after_it() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let input = json!({ "title": "Minka", "labels": ["pet"], "autoLabel": true });
    let id = anna.put_up(input, corpus::CAT.to_vec()).await;
    let plain = anna
        .put_up(json!({ "title": "Plain" }), corpus::CAT.to_vec())
        .await;
    let all = until("labels", async || {
        let all = labels(&anna, &id).await;
        (all.len() > 1).then_some(all)
    })
    .await;
    assert_eq!(all[0], "pet");
    assert!(all.contains(&"cat".to_owned()), "{all:?}");
    assert_eq!(ids_of_text(&anna, "feline").await, [id.as_str()]);
    server.wait_for_outbox().await;
    assert_eq!(labels(&anna, &plain).await, [""; 0]);
}

/// D6
#[tokio::test]
async fn a_member_has_so_many_pictures_labelled_and_no_more() {
    let server = Server::with(&[("LABELLINGS_PER_MEMBER", "1")]).await;
    let (anna, bob) = (server.member("anna").await, server.member("bob").await);
    let cat = || corpus::CAT.to_vec();
    let first = anna.put_up(json!({ "title": "First" }), cat()).await;
    let second = anna.put_up(json!({ "title": "Second" }), cat()).await;
    label(&anna, &first).await.data();
    let refused = label(&anna, &second).await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    let seconds = refused.error()["extensions"]["retryAfter"]
        .as_u64()
        .unwrap();
    assert!((1..=3600).contains(&seconds), "{seconds}");
    assert_eq!(labels(&anna, &second).await, [""; 0]);
    let bobs = bob.put_up(json!({ "title": "Bob's" }), cat()).await;
    label(&bob, &bobs).await.data();
}

/// D6
#[tokio::test]
async fn what_was_ordered_beyond_the_limit_is_labelled_later() {
    let settings = [("LABELLINGS_PER_MEMBER", "1"), ("LABELLINGS_WINDOW", "2s")];
    let server = Server::with(&settings).await;
    let anna = server.member("anna").await;
    let input = json!({ "title": "Minka", "autoLabel": true });
    let both = [
        (input.clone(), corpus::CAT.to_vec()),
        (input, corpus::CAT.to_vec()),
    ];
    anna.upload_all(both.to_vec()).await.data();
    until("both labelled", async || {
        (ids_of_text(&anna, "feline").await.len() == 2).then_some(())
    })
    .await;
}

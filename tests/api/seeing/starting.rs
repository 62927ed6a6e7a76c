//! A server that starts on what another one left finds it by its look.

use serde_json::json;

use super::{ask, found, similar, titles, until};
use crate::corpus;
use crate::support::{PASSWORD, Server};

#[tokio::test]
async fn pictures_of_an_earlier_run_are_found_and_recognised() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    server.member("bob").await;
    let id = anna
        .put_up(json!({ "title": "Bear" }), corpus::BEAR.to_vec())
        .await;
    let gone = anna
        .put_up(json!({ "title": "Gone" }), corpus::BEAR.to_vec())
        .await;
    anna.delete(&[&gone]).await.data();
    let server = Server::on(server.kill(), &[]).await;
    let bob = server.guest();
    bob.sign_in("bob@example.com", PASSWORD).await.data();
    assert_eq!(found(&bob, corpus::BEAR).await, ["Bear"]);
    assert_eq!(similar(&bob, &id).await, [""; 0]);
    let copy = bob
        .put_up(json!({ "title": "Copy" }), corpus::BEAR.to_vec())
        .await;
    let query = "query($id: ID!) { image(id: $id) { duplicateOf { title } } }";
    let answer = bob.gql(query, json!({ "id": copy })).await;
    assert_eq!(answer.data()["image"]["duplicateOf"]["title"], "Bear");
}

#[tokio::test]
async fn pictures_that_were_never_looked_at_are_found_soon() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let input = json!({ "title": "Bear", "labels": ["goldfish"] });
    anna.put_up(input, corpus::BEAR.to_vec()).await;
    server.wait_for_outbox().await;
    let data = server.kill();
    let server = Server::on(data.clone(), &[]).await;
    server.tamper("DELETE FROM embeddings").await;
    server
        .tamper("DELETE FROM search_words WHERE word = CAST('animal' AS BLOB)")
        .await;
    drop(server);
    let server = Server::on(data, &[]).await;
    let anna = server.guest();
    anna.sign_in("anna@example.com", PASSWORD).await.data();
    let query = "query($file: Upload!) { images(input: {image: $file}) { title } }";
    until("the bear", async || {
        let file = json!({ "file": null });
        let answer = ask(&anna, query, file, "variables.file", corpus::BEAR).await;
        (titles(&answer.data()["images"]) == ["Bear"]).then_some(())
    })
    .await;
    let query = "{ images(input: { text: \"animal\" }) { title } }";
    let answer = anna.gql(query, json!(null)).await;
    assert_eq!(answer.data()["images"], json!([{ "title": "Bear" }]));
}

//! The same picture put up by another member: it is accepted and flagged, and the earlier owner hears of it once.

use serde_json::{Value, json};

use super::{ask, encoded_again, found, jpeg, photo};
use crate::corpus;
use crate::support::{Client, Server};

const SUBJECT: &str = "Somebody has put up a picture like yours";

/// Anna put up a picture before; Bob comes later.
async fn anna_and_bob() -> (Server, Client, Client) {
    let server = Server::start().await;
    let (anna, bob) = (server.member("anna").await, server.member("bob").await);
    anna.put_up(json!({ "title": "Original" }), photo("scarlet-macaw"))
        .await;
    // From here on the index is filled.
    assert_eq!(found(&bob, &photo("scarlet-macaw")).await, ["Original"]);
    (server, anna, bob)
}

/// Puts a picture up: its id, and the title of what it is said to repeat.
async fn put_up(client: &Client, mut input: Value, picture: &[u8]) -> (String, Value) {
    input["file"] = Value::Null;
    let query = "mutation($input: [NewImageInput!]!) { uploadImages(input: $input) { id duplicateOf { title } } }";
    let variables = json!({ "input": [input] });
    let answer = ask(client, query, variables, "variables.input.0.file", picture).await;
    let image = &answer.data()["uploadImages"][0];
    (
        image["id"].as_str().unwrap().to_owned(),
        image["duplicateOf"]["title"].clone(),
    )
}

/// Texts of the notices to Anna, once nothing is under way any more.
async fn notices(server: &Server, client: &Client) -> Vec<String> {
    server.wait_for_outbox().await;
    let mails = client.mails("anna@example.com").await;
    let notices = mails.iter().filter(|mail| mail["subject"] == SUBJECT);
    notices
        .map(|mail| mail["text"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn another_members_copy_is_flagged_at_once_and_the_earlier_owner_is_told() {
    let (server, anna, bob) = anna_and_bob().await;
    let (id, original) = put_up(&bob, json!({ "title": "Copy" }), &photo("scarlet-macaw")).await;
    assert_eq!(original, "Original");
    let told = notices(&server, &anna).await;
    assert_eq!(told.len(), 1, "{told:?}");
    for part in ["Original", "bob", &id] {
        assert!(told[0].contains(part), "no {part} in {}", told[0]);
    }
    assert!(!told[0].contains("Copy"), "bob chose that: {}", told[0]);
    let bad = encoded_again(&photo("scarlet-macaw"), 40);
    let (_, original) = put_up(&bob, json!({ "title": "Bad copy" }), &bad).await;
    assert_eq!(original, "Original");
    assert_eq!(notices(&server, &anna).await.len(), 1, "of bob she knows");
    let to_bob = bob.mails("bob@example.com").await;
    assert!(
        to_bob.iter().all(|mail| mail["subject"] != SUBJECT),
        "{to_bob:?}"
    );
}

#[tokio::test]
async fn the_earlier_owner_hears_of_a_private_copy_when_it_gets_public_and_never_again() {
    let (server, anna, bob) = anna_and_bob().await;
    let private = json!({ "title": "Copy", "private": true });
    let (id, original) = put_up(&bob, private, &photo("scarlet-macaw")).await;
    assert_eq!(original, "Original");
    assert_eq!(notices(&server, &anna).await.len(), 0);
    bob.change(&id, json!({ "title": "Still private" }))
        .await
        .data();
    bob.change(&id, json!({ "archived": true, "private": false }))
        .await
        .data();
    assert_eq!(notices(&server, &anna).await.len(), 0);
    bob.change(&id, json!({ "archived": false })).await.data();
    assert_eq!(notices(&server, &anna).await.len(), 1);
    for private in [true, false, true, false] {
        bob.change(&id, json!({ "private": private })).await.data();
        assert_eq!(notices(&server, &anna).await.len(), 1);
    }
}

#[tokio::test]
async fn ones_own_second_upload_and_another_picture_are_not_flagged() {
    let (server, anna, bob) = anna_and_bob().await;
    let again = put_up(&anna, json!({ "title": "Again" }), &photo("scarlet-macaw")).await;
    assert_eq!(again.1, Value::Null);
    for (title, picture) in [
        ("Gate", photo("brandenburg-gate")),
        ("Memorial", photo("lincoln-memorial")),
        ("Bear", corpus::BEAR.to_vec()),
    ] {
        let (_, original) = put_up(&bob, json!({ "title": title }), &picture).await;
        assert_eq!(original, Value::Null, "{title}");
    }
    assert_eq!(notices(&server, &anna).await, [""; 0]);
    let query = "{ images { title duplicateOf { title } } }";
    let images = bob.gql(query, Value::Null).await;
    for image in images.data()["images"].as_array().unwrap() {
        assert_eq!(image["duplicateOf"], Value::Null, "{image}");
    }
}

#[tokio::test]
async fn a_copy_of_a_copy_repeats_the_earliest_and_a_mirrored_one_is_a_copy() {
    let (server, anna, bob) = anna_and_bob().await;
    let carla = server.member("carla").await;
    put_up(&bob, json!({ "title": "Copy" }), &photo("scarlet-macaw")).await;
    let mirrored = image::load_from_memory(&photo("scarlet-macaw")).unwrap();
    let mirrored = jpeg(&mirrored.fliph(), 85);
    for (title, picture) in [("Second", photo("scarlet-macaw")), ("Mirror", mirrored)] {
        let (_, original) = put_up(&carla, json!({ "title": title }), &picture).await;
        assert_eq!(original, "Original", "{title}");
    }
    assert_eq!(notices(&server, &anna).await.len(), 2, "bob and carla");
    let to_bob = bob.mails("bob@example.com").await;
    assert!(
        to_bob.iter().all(|mail| mail["subject"] != SUBJECT),
        "{to_bob:?}"
    );
}

#[tokio::test]
async fn nobody_hears_of_a_copy_whose_original_is_gone() {
    let (server, anna, bob) = anna_and_bob().await;
    let private = json!({ "title": "Copy", "private": true });
    let (id, original) = put_up(&bob, private, &photo("scarlet-macaw")).await;
    assert_eq!(original, "Original");
    let images = anna.gql("{ me { images { id } } }", Value::Null).await;
    let first = images.data()["me"]["images"][0]["id"].as_str().unwrap();
    anna.delete(&[first]).await.data();
    bob.change(&id, json!({ "private": false })).await.data();
    assert_eq!(notices(&server, &anna).await, [""; 0]);
    let (_, original) = put_up(&bob, json!({ "title": "Late" }), &photo("scarlet-macaw")).await;
    assert_eq!(original, Value::Null);
}

/// None of the uploads sees the other's row.
#[tokio::test]
async fn of_copies_that_come_at_the_same_time_the_later_one_is_flagged() {
    let server = Server::start().await;
    let (anna, bob) = (server.member("anna").await, server.member("bob").await);
    let picture = photo("giant-panda");
    let (one, other) = tokio::join!(
        put_up(&anna, json!({ "title": "Anna's" }), &picture),
        put_up(&bob, json!({ "title": "Bob's" }), &picture),
    );
    server.wait_for_outbox().await;
    let number = |id: &str| id.parse::<i64>().unwrap();
    let anna_first = number(&one.0) < number(&other.0);
    let (copy, original) = if anna_first {
        (other.0, "Anna's")
    } else {
        (one.0, "Bob's")
    };
    let query = "{ images { id duplicateOf { title } } }";
    let images = bob.gql(query, Value::Null).await;
    for image in images.data()["images"].as_array().unwrap() {
        let expected = if image["id"] == copy {
            json!(original)
        } else {
            Value::Null
        };
        assert_eq!(image["duplicateOf"]["title"], expected, "{image}");
    }
    let earlier = if anna_first {
        "anna@example.com"
    } else {
        "bob@example.com"
    };
    let mails = bob.mails(earlier).await;
    assert_eq!(
        mails
            .iter()
            .filter(|mail| mail["subject"] == SUBJECT)
            .count(),
        1
    );
}

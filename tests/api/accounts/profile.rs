//! Changing the own profile: name, words, picture, address.

use image::GenericImageView as _;
use serde_json::{Value, json};

use super::OTHER;
use crate::corpus;
use crate::support::{Client, File, PASSWORD, Server};

const ANNA: &str = "anna@example.com";
const NEW: &str = "new@example.com";

async fn moved(anna: &Client) {
    let change = json!({ "email": NEW, "currentPassword": PASSWORD });
    let answer = anna.update_user(change).await;
    let user = &answer.data()["updateUser"];
    assert_eq!(
        (&user["email"], &user["pendingEmail"]),
        (&json!(ANNA), &json!(NEW))
    );
}

#[tokio::test]
async fn only_the_fields_that_are_sent_change() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    anna.update_user(json!({ "bio": "  Hello.  " }))
        .await
        .data();
    let answer = anna.update_user(json!({ "username": "Anna.B" })).await;
    let user = &answer.data()["updateUser"];
    assert_eq!(
        (&user["username"], &user["bio"]),
        (&json!("Anna.B"), &json!("Hello."))
    );
    assert_eq!(anna.me().await.data()["me"]["username"], "Anna.B");
    let empty = anna.update_user(json!({})).await;
    assert_eq!(empty.data()["updateUser"]["username"], "Anna.B");
    let sent_along = anna
        .update_user(json!({ "email": "ANNA@example.com", "bio": "" }))
        .await;
    assert_eq!(
        sent_along.data()["updateUser"]["pendingEmail"],
        Value::Null,
        "no new address"
    );
}

#[tokio::test]
async fn a_refused_profile_names_its_field_and_changes_nothing() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    server.registered("bert").await;
    anna.me().await.data();
    let before = server.snapshot().await;
    for (input, code, field) in [
        (json!({ "username": "BERT" }), "CONFLICT", "input.username"),
        (
            json!({ "username": "b" }),
            "BAD_USER_INPUT",
            "input.username",
        ),
        (
            json!({ "bio": "x".repeat(401) }),
            "BAD_USER_INPUT",
            "input.bio",
        ),
        (json!({ "bio": "a\u{0}b" }), "BAD_USER_INPUT", "input.bio"),
        (json!({ "email": "a@b@c" }), "BAD_USER_INPUT", "input.email"),
        (
            json!({ "email": NEW }),
            "BAD_USER_INPUT",
            "input.currentPassword",
        ),
        (
            json!({ "email": NEW, "currentPassword": "" }),
            "BAD_USER_INPUT",
            "input.currentPassword",
        ),
        (
            json!({ "email": NEW, "currentPassword": OTHER }),
            "BAD_USER_INPUT",
            "input.currentPassword",
        ),
        (
            json!({ "email": NEW, "currentPassword": PASSWORD, "username": "bert" }),
            "CONFLICT",
            "input.username",
        ),
    ] {
        let answer = anna.update_user(input.clone()).await;
        assert_eq!((answer.code(), answer.field()), (code, field), "{input}");
    }
    for extra in ["role", "verified", "id", "password"] {
        let answer = anna.update_user(json!({ extra: "ADMIN" })).await;
        assert!(answer.body["errors"].is_array(), "{extra}");
    }
    assert_eq!(server.snapshot().await, before);
}

/// A9
#[tokio::test]
async fn a_new_address_waits_for_its_confirmation_and_the_old_one_is_told() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    moved(&anna).await;
    let token = anna.mailed_token(NEW, "/validate").await;
    server.wait_for_outbox().await;
    assert_eq!(
        anna.mails(ANNA).await[0]["subject"],
        "A new address for your account"
    );
    let guest = server.guest();
    assert_eq!(guest.sign_in(NEW, PASSWORD).await.code(), "UNAUTHENTICATED");
    guest.sign_in(ANNA, PASSWORD).await.data();

    server.guest().confirm(&token).await.data();
    let me = anna.me().await;
    assert_eq!(
        (&me.data()["me"]["email"], &me.data()["me"]["pendingEmail"]),
        (&json!(NEW), &Value::Null)
    );
    assert_eq!(
        server.guest().sign_in(ANNA, PASSWORD).await.code(),
        "UNAUTHENTICATED"
    );
    server.guest().sign_in(NEW, PASSWORD).await.data();
    server.wait_for_outbox().await;
    assert_eq!(
        anna.mails(ANNA).await[0]["subject"],
        "Your address was changed"
    );
    guest.register("late", ANNA).await.data();
    server.wait_for_outbox().await;
    let free = guest.mailed_token(ANNA, "/validate").await;
    guest.confirm(&free).await.data();
}

/// A9
#[tokio::test]
async fn only_the_newest_asked_for_address_can_be_confirmed() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    moved(&anna).await;
    let first = anna.mailed_token(NEW, "/validate").await;
    let change = json!({ "email": "newer@example.com", "currentPassword": PASSWORD });
    anna.update_user(change).await.data();
    let second = anna.mailed_token("newer@example.com", "/validate").await;
    assert_eq!(anna.confirm(&first).await.code(), "INVALID_TOKEN");
    anna.confirm(&second).await.data();
    assert_eq!(anna.me().await.data()["me"]["email"], "newer@example.com");
}

/// A5 A9
#[tokio::test]
async fn moving_to_a_used_address_looks_like_any_move_and_tells_its_owner() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let bert = server.member("bert").await;
    let change = json!({ "email": "bert@example.com", "currentPassword": PASSWORD });
    let answer = anna.update_user(change).await;
    assert_eq!(
        answer.data()["updateUser"]["pendingEmail"],
        "bert@example.com"
    );
    server.wait_for_outbox().await;
    let mails = bert.mails("bert@example.com").await;
    assert_eq!(mails[0]["subject"], "Your address was entered on Shotify");
    assert_eq!(mails.len(), 2);
    assert_eq!(bert.me().await.data()["me"]["email"], "bert@example.com");
}

#[tokio::test]
async fn an_avatar_becomes_a_square_of_256_pixels_that_replaces_the_last_one() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let mut links = Vec::new();
    for picture in [
        corpus::jpeg(640, 400),
        corpus::png(40, 300),
        corpus::webp(256, 256),
    ] {
        let answer = anna.update_avatar(picture).await;
        links.push(
            answer.data()["updateUser"]["avatar"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
        let face = anna.get(links.last().unwrap()).await;
        assert_eq!(face.status(), 200);
        let bytes = face.bytes().await.unwrap();
        let face = image::load_from_memory(&bytes).unwrap();
        assert_eq!(face.dimensions(), (256, 256));
    }
    assert_ne!(links[0], links[1], "the link changes with the picture");
    server.wait_for_objects(1).await;
    let refused = anna.update_avatar(b"<svg/>".to_vec()).await;
    assert_eq!(
        (refused.code(), refused.field()),
        ("UNSUPPORTED_IMAGE", "input.avatar")
    );
    assert_eq!(
        anna.me().await.data()["me"]["avatar"],
        *links.last().unwrap()
    );
    server.wait_for_objects(1).await;
}

#[tokio::test]
async fn an_avatar_may_come_with_the_registration() {
    let server = Server::start().await;
    let guest = server.guest();
    let query = "mutation($i: NewUserInput!) { registerUser(input: $i) { avatar } }";
    let send = async |name: &str, bytes: Vec<u8>| {
        let email = format!("{name}@example.com");
        let input =
            json!({ "username": name, "email": email, "password": PASSWORD, "avatar": null });
        let path = "variables.i.avatar";
        let file = File {
            path,
            name: "me",
            bytes,
        };
        guest.multipart(query, json!({ "i": input }), &[file]).await
    };
    let refused = send("bert", b"GIF89a".to_vec()).await;
    assert_eq!(
        (refused.code(), refused.field()),
        ("UNSUPPORTED_IMAGE", "input.avatar")
    );
    assert!(server.rows("SELECT username FROM users").await.is_empty());
    let answer = send("anna", corpus::jpeg(300, 300)).await;
    let link = answer.data()["registerUser"]["avatar"].as_str().unwrap();
    assert_eq!(guest.get(link).await.status(), 200);
    let taken = send("Anna", corpus::jpeg(300, 300)).await;
    assert_eq!(taken.code(), "CONFLICT");
    server.wait_for_objects(1).await;
}

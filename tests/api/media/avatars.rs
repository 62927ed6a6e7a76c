//! Faces of members.

use image::GenericImageView;
use serde_json::{Value, json};

use super::{fixed, header, wanted};
use crate::corpus::{self, SECRET};
use crate::support::{Answer, Client, File, PASSWORD, Server};

async fn change(client: &Client, bytes: Vec<u8>) -> Answer {
    let query = "mutation($input: UpdateUserInput!) { updateUser(input: $input) { avatar } }";
    let file = File {
        path: "variables.input.avatar",
        name: "me.gif",
        bytes,
    };
    let input = json!({ "input": { "avatar": null } });
    client.multipart(query, input, &[file]).await
}

fn link(answer: &Answer) -> String {
    answer.data()["updateUser"]["avatar"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// U11, U8
#[tokio::test]
async fn an_avatar_is_square_clean_and_shown_to_whoever_has_its_link() {
    let server = Server::start().await;
    let member = server.member("member").await;
    let other = server.member("other").await;
    let none = member.gql("{ me { avatar } }", Value::Null).await;
    assert_eq!(none.data()["me"]["avatar"], "");
    for (file, media_type) in [
        (
            corpus::tagged(corpus::CAT.to_vec(), 1, corpus::icc()),
            "image/jpeg",
        ),
        (
            corpus::file(corpus::sticker(300), image::ImageFormat::Png),
            "image/webp",
        ),
    ] {
        let link = link(&change(&member, file).await);
        let answer = server.guest().get(&link).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(fixed(&answer), wanted(media_type, "cross-origin", None));
        let bytes = answer.bytes().await.unwrap();
        assert!(!bytes.windows(SECRET.len()).any(|part| part == SECRET));
        assert_eq!(
            image::load_from_memory(&bytes).unwrap().dimensions(),
            (256, 256)
        );
        let bare = link.split_once('?').unwrap().0;
        assert_eq!(server.guest().get(bare).await.status(), 401);
        assert_eq!(
            header(&other.get(bare).await, "cross-origin-resource-policy"),
            "same-origin"
        );
    }
}

/// An old link shows the new face, and the old face is nowhere any more.
#[tokio::test]
async fn a_replaced_avatar_is_deleted() {
    let server = Server::start().await;
    let member = server.member("member").await;
    let old = link(&change(&member, corpus::CAT.to_vec()).await);
    let tag = header(&server.guest().get(&old).await, "etag");
    let new = link(&change(&member, corpus::SEA.to_vec()).await);
    assert_ne!(
        old, new,
        "a browser must not show the old one from its cache"
    );
    for link in [&old, &new] {
        let answer = server.guest().get(link).await;
        assert_eq!(answer.status(), 200);
        assert_ne!(header(&answer, "etag"), tag);
    }
    server.wait_for_objects(1).await;
}

/// K2: a face that no row names is not kept.
#[tokio::test]
async fn a_refused_change_leaves_no_avatar() {
    let server = Server::start().await;
    let member = server.member("member").await;
    server.member("taken").await;
    let bad = change(&member, b"GIF89a".to_vec()).await;
    assert_eq!(
        (bad.code(), bad.field()),
        ("UNSUPPORTED_IMAGE", "input.avatar")
    );
    let bomb = change(&member, corpus::lying_png(50_000, 50_000)).await;
    assert_eq!(bomb.code(), "PAYLOAD_TOO_LARGE");
    let query = "mutation($input: UpdateUserInput!) { updateUser(input: $input) { avatar } }";
    for (input, code) in [
        (json!({ "username": "taken", "avatar": null }), "CONFLICT"),
        (json!({ "username": "x", "avatar": null }), "BAD_USER_INPUT"),
        (
            json!({ "email": "new@example.com", "avatar": null }),
            "BAD_USER_INPUT",
        ),
    ] {
        let file = File {
            path: "variables.input.avatar",
            name: "me.jpg",
            bytes: corpus::CAT.to_vec(),
        };
        let answer = member
            .multipart(query, json!({ "input": input }), &[file])
            .await;
        assert_eq!(answer.code(), code, "{input}");
    }
    server.wait_for_objects(0).await;
}

/// Registering with a face: it is shown once the account is confirmed, and to nobody before.
#[tokio::test]
async fn the_avatar_of_a_registration_waits_for_the_confirmation() {
    let server = Server::start().await;
    let (guest, other) = (server.guest(), server.member("other").await);
    let query = "mutation($input: NewUserInput!) { registerUser(input: $input) { id } }";
    let input = json!({ "username": "new", "email": "new@example.com", "password": PASSWORD, "avatar": null });
    let file = File {
        path: "variables.input.avatar",
        name: "me.jpg",
        bytes: corpus::CAT.to_vec(),
    };
    let answer = guest
        .multipart(query, json!({ "input": input }), &[file])
        .await;
    let id = answer.data()["registerUser"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/media/avatars/{id}");
    assert_eq!(other.get(&path).await.status(), 404);
    let token = guest.mailed_token("new@example.com", "/validate").await;
    guest.confirm(&token).await.data();
    assert_eq!(other.get(&path).await.status(), 200);
    assert_eq!(server.objects().len(), 1);
}

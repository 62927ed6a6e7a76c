//! Registering: what is refused, whose name it is, and what a used address looks like.

use serde_json::{Value, json};

use super::{OTHER, cost, plain, quiet_server};
use crate::support::{Client, PASSWORD, Server};

async fn register(client: &Client, input: &Value) -> crate::support::Answer {
    let query =
        "mutation($i: NewUserInput!) { registerUser(input: $i) { id username email bio avatar } }";
    client.gql(query, json!({ "i": input })).await
}

fn good() -> Value {
    json!({ "username": "anna", "email": "anna@example.com", "password": PASSWORD, "bio": "" })
}

#[tokio::test]
async fn a_registration_answers_with_the_account_as_it_is() {
    let server = Server::start().await;
    let mut input = good();
    input["bio"] = json!("  I take pictures, cafe\u{301} ones.  ");
    let answer = register(&server.guest(), &input).await;
    let user = &answer.data()["registerUser"];
    assert_eq!(user["username"], "anna");
    assert_eq!(user["email"], "anna@example.com");
    assert_eq!(user["bio"], "I take pictures, caf\u{e9} ones.");
    assert_eq!(user["avatar"], "");
    assert!(
        answer.headers.get("set-cookie").is_none(),
        "nobody is signed in"
    );
}

/// A2 M4
#[tokio::test]
async fn what_is_refused_names_its_field_and_leaves_nothing() {
    let server = Server::start().await;
    let guest = server.guest();
    let long = "x".repeat(401);
    let many = "horse mountain ".repeat(20);
    let table = [
        (
            "username",
            vec!["", "ab", "a b c", "\u{e4}nna", "anna\u{0}", "a@b.c", &long],
        ),
        (
            "email",
            vec![
                "",
                "anna",
                "a@b@c.co",
                "a@b.co\r\nBcc: x@y.z",
                "a@b.co,c@d.e",
                "Anna <a@b.co>",
                "a@b.co\u{2028}",
                &long,
            ],
        ),
        (
            "password",
            vec![
                "",
                "short",
                "password",
                "12345678",
                "qwertyuiop",
                "shotify1",
                "Shotify2024",
                "anna1234",
                &many,
            ],
        ),
        ("bio", vec!["bell \u{7}", &long]),
    ];
    for (field, values) in table {
        for value in values {
            let mut input = good();
            input[field] = json!(value);
            let answer = register(&guest, &input).await;
            let told = (answer.code(), answer.field());
            let expected = format!("input.{field}");
            assert_eq!(told, ("BAD_USER_INPUT", expected.as_str()), "{value:?}");
        }
    }
    for extra in ["role", "verified", "id", "joined"] {
        let mut input = good();
        input[extra] = json!("ADMIN");
        assert!(register(&guest, &input).await.body["errors"].is_array());
    }
    assert_eq!(server.snapshot().await, Vec::<String>::new());
    register(&guest, &good()).await.data();
}

/// A2
#[tokio::test]
async fn every_character_of_a_long_password_counts() {
    let server = Server::start().await;
    let client = server.guest();
    let long = "horse mountain rivers ".repeat(11) + "ab";
    assert_eq!(long.len(), 244);
    let mut input = good();
    input["password"] = json!(long);
    register(&client, &input).await.data();
    let token = client.mailed_token("anna@example.com", "/validate").await;
    client.confirm(&token).await.data();
    let cut = &long[..long.len() - 1];
    for other in [
        cut.to_owned(),
        format!("{cut}c"),
        format!("{long} "),
        long[..72].to_owned(),
        long[..128].to_owned(),
        long.to_uppercase(),
    ] {
        let answer = client.sign_in("anna@example.com", &other).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{other}");
    }
    client.sign_in("anna@example.com", &long).await.data();
}

/// A1
#[tokio::test]
async fn passwords_lie_in_the_database_as_argon2id_hashes() {
    let server = Server::start().await;
    for name in ["anna", "bert"] {
        let email = format!("{name}@example.com");
        server.guest().register(name, &email).await.data();
    }
    let hashes = server.rows("SELECT password_hash FROM users").await;
    for hash in &hashes {
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
    }
    assert_ne!(hashes[0], hashes[1], "each has a salt of its own");
    assert!(!server.snapshot().await.join("\n").contains(PASSWORD));
}

#[tokio::test]
async fn of_eight_who_want_a_name_at_once_one_gets_it() {
    let server = Server::start().await;
    let names = [
        "anna", "Anna", "ANNA", "aNNA", "anna", "Anna", "ANNA", "annA",
    ];
    let tries = names.into_iter().enumerate().map(|(place, name)| {
        let guest = server.guest();
        async move { guest.register(name, &format!("n{place}@example.com")).await }
    });
    let answers = futures::future::join_all(tries).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.body.get("errors").is_none());
    assert_eq!(won.len(), 1);
    for answer in lost {
        assert_eq!(
            (answer.code(), answer.field()),
            ("CONFLICT", "input.username")
        );
    }
    assert_eq!(
        server.rows("SELECT username_key FROM users").await,
        ["anna"]
    );
    assert_eq!(server.rows("SELECT kind FROM outbox").await.len().max(1), 1);
}

/// A5
#[tokio::test]
async fn registering_a_used_address_looks_like_success_and_tells_its_owner() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let stranger = server.guest();
    let fresh = stranger.register("fresh", "fresh@example.com").await;
    let used = stranger.register("squatter", "Anna@Example.com").await;
    let (mut one, mut two) = (plain(&fresh), plain(&used));
    assert_eq!(two.2["data"]["registerUser"]["email"], "Anna@Example.com");
    for answer in [&mut one, &mut two] {
        for field in ["id", "username", "email"] {
            answer.2["data"]["registerUser"][field] = json!("…");
        }
        answer.1.retain(|(name, _)| name != "content-length");
    }
    assert_eq!(one, two);
    server.wait_for_outbox().await;
    let mails = anna.mails("anna@example.com").await;
    assert_eq!(mails.len(), 2, "the confirmation and one notice");
    assert_eq!(mails[0]["subject"], "Your address was entered on Shotify");
    assert!(!mails[0]["text"].as_str().unwrap().contains("token="));
    assert!(anna.mails("Anna@Example.com").await.is_empty());
    let refused = stranger.sign_in("anna@example.com", OTHER).await;
    assert_eq!(refused.code(), "UNAUTHENTICATED");
    anna.me().await.data();
    let squatter = "SELECT username FROM users WHERE email_key = 'anna@example.com'";
    assert_eq!(server.rows(squatter).await, ["anna"]);
}

/// A5
#[tokio::test]
async fn registering_a_used_address_costs_what_a_free_one_costs() {
    let server = quiet_server().await;
    let guest = server.guest();
    let (warm, _) = cost(&server, guest.register("warm", "warm@example.com")).await;
    let (free, _) = cost(&server, guest.register("free", "free@example.com")).await;
    let (used, _) = cost(&server, guest.register("used", "anna@example.com")).await;
    assert_eq!((warm, free), (used, used));
    let letters = server.rows("SELECT kind FROM outbox").await;
    assert_eq!(letters.len(), 3, "a letter each");
}

//! Who sees whom in `users`.

use serde_json::{Value, json};

use crate::support::{Client, Server, command};

fn names(users: &[Value]) -> Vec<&str> {
    users
        .iter()
        .map(|user| user["username"].as_str().unwrap())
        .collect()
}

/// Anna, Andy and Bert are members; Anton has not confirmed his address.
async fn town() -> (Server, Client) {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    server.registered("Andy_x").await;
    server.registered("bert").await;
    anna.register("anton", "anton@example.com").await.data();
    (server, anna)
}

async fn found(client: &Client, input: Value) -> Vec<String> {
    let users = client.find_users(input).await;
    names(&users).into_iter().map(str::to_owned).collect()
}

/// Z4
#[tokio::test]
async fn members_are_found_by_id_and_by_the_start_of_the_name() {
    let (_server, anna) = town().await;
    let id = anna.id().await;
    for (input, expected) in [
        (Value::Null, vec!["bert", "Andy_x", "anna"]),
        (json!({}), vec!["bert", "Andy_x", "anna"]),
        (json!({ "username": "an" }), vec!["Andy_x", "anna"]),
        (json!({ "username": " AN" }), vec!["Andy_x", "anna"]),
        (json!({ "username": "andy_" }), vec!["Andy_x"]),
        (json!({ "username": "anna" }), vec!["anna"]),
        (json!({ "username": "nna" }), vec![]),
        (json!({ "username": "a_n" }), vec![]),
        (json!({ "username": "%" }), vec![]),
        (json!({ "username": "an%" }), vec![]),
        (json!({ "username": "' OR 1=1" }), vec![]),
        (json!({ "username": "\u{e4}" }), vec![]),
        (json!({ "id": id }), vec!["anna"]),
        (json!({ "id": id, "username": "b" }), vec![]),
        (json!({ "id": "0" }), vec![]),
        (json!({ "id": "nobody" }), vec![]),
        (json!({ "id": "99999999999999999999" }), vec![]),
        (json!({ "id": "-1" }), vec![]),
    ] {
        assert_eq!(found(&anna, input.clone()).await, expected, "{input}");
    }
}

/// Z4
#[tokio::test]
async fn an_address_finds_nobody_but_its_owner_and_is_shown_to_nobody_else() {
    let (_server, anna) = town().await;
    let bert = &anna.find_users(json!({ "username": "bert" })).await[0]["id"].clone();
    for (input, expected) in [
        (json!({ "email": "ANNA@example.com" }), vec!["anna"]),
        (json!({ "email": "anna@example" }), vec![]),
        (json!({ "email": "bert@example.com" }), vec![]),
        (json!({ "email": "anton@example.com" }), vec![]),
        (json!({ "email": "nonsense" }), vec![]),
        (json!({ "email": "" }), vec![]),
        (json!({ "email": "anna@example.com", "id": bert }), vec![]),
        (json!({ "email": "bert@example.com", "id": bert }), vec![]),
    ] {
        assert_eq!(found(&anna, input.clone()).await, expected, "{input}");
    }
    for user in anna.find_users(Value::Null).await {
        let own = user["username"] == "anna";
        assert_eq!(user["email"].is_string(), own, "{user}");
        assert_eq!(user["pendingEmail"], Value::Null, "{user}");
    }
}

/// Z4 Z6
#[tokio::test]
async fn an_administrator_sees_addresses_and_who_has_not_confirmed_theirs_at_once() {
    let (server, anna) = town().await;
    let role = |role: &str| {
        let mut shotify = command(&server.data, &[]);
        shotify.args(["role", "Anna@example.com", role]);
        assert!(shotify.output().unwrap().status.success(), "{role}");
    };
    role("admin");
    assert_eq!(anna.me().await.data()["me"]["role"], "ADMIN");
    let all = anna.find_users(Value::Null).await;
    assert_eq!(names(&all), ["anton", "bert", "Andy_x", "anna"]);
    assert!(all.iter().all(|user| user["email"].is_string()), "{all:?}");
    for (email, expected) in [
        ("bert@example.com", vec!["bert"]),
        ("anton@example.com", vec!["anton"]),
        ("nobody@example.com", vec![]),
    ] {
        assert_eq!(found(&anna, json!({ "email": email })).await, expected);
    }
    role("MODERATOR");
    assert_eq!(
        found(&anna, json!({ "email": "bert@example.com" })).await,
        Vec::<String>::new()
    );
    assert_eq!(anna.find_users(Value::Null).await.len(), 3);
}

/// G9
#[tokio::test]
async fn a_list_of_members_is_bounded() {
    let (_server, anna) = town().await;
    for first in [0, -1, 101, i64::from(i32::MIN)] {
        let query = format!("{{ users(first: {first}) {{ id }} }}");
        let answer = anna.gql(&query, Value::Null).await;
        assert_eq!(
            (answer.code(), answer.field()),
            ("BAD_USER_INPUT", "first"),
            "{first}"
        );
    }
    let two = anna
        .gql("{ users(first: 2) { username } }", Value::Null)
        .await;
    assert_eq!(
        names(two.data()["users"].as_array().unwrap()),
        ["bert", "Andy_x"]
    );
    let guest = Client::new(&anna.base);
    let refused = guest.gql("{ users { id } }", Value::Null).await;
    assert_eq!(refused.code(), "UNAUTHENTICATED");
}

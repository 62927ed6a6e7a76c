//! The requests of the first Shotify's clients, byte by byte.

use serde_json::{Value, json};

use crate::corpus;
use crate::support::{Client, File, Server};

/// Sends a body under a content type, with the token under this name.
async fn send(client: &Client, path: &str, csrf: &str, content_type: &str, body: &str) -> Value {
    let cookie = client.cookie.lock().unwrap().clone().unwrap_or_default();
    let token = client.csrf.lock().unwrap().clone().unwrap_or_default();
    let lines = [
        format!("POST {path} HTTP/1.1"),
        format!("Content-Type: {content_type}"),
        format!("Cookie: {cookie}"),
        format!("{csrf}: {token}"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let answer = client.send_raw(&lines, body.as_bytes()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert!(body.get("errors").is_none(), "{body}");
    body["data"].clone()
}

async fn ask(client: &Client, query: &str) -> Value {
    let body = json!({ "query": query }).to_string();
    send(
        client,
        "/query",
        "X-CSRF-TOKEN",
        "application/graphql",
        &body,
    )
    .await
}

#[tokio::test]
async fn json_may_come_as_application_graphql() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let body = json!({ "query": "query($n: String) { users(input: { username: $n }) { username } }", "variables": { "n": "an" }, "operationName": null });
    for content_type in [
        "application/graphql",
        "application/graphql; charset=utf-8",
        "Application/GraphQL",
    ] {
        let data = send(
            &anna,
            "/query",
            "X-CSRF-TOKEN",
            content_type,
            &body.to_string(),
        )
        .await;
        assert_eq!(data["users"][0]["username"], "anna");
    }
    let bare = send(
        &anna,
        "/query",
        "X-CSRF-TOKEN",
        "application/graphql",
        "{ me { username } }",
    )
    .await;
    assert_eq!(bare["me"]["username"], "anna");
}

#[tokio::test]
async fn the_token_may_come_under_its_name_in_any_case() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    for name in [
        "X-CSRF-TOKEN",
        "x-csrf-token",
        "X-Csrf-Token",
        "X-CSRF-Token",
    ] {
        let body = json!({ "query": "{ me { id, username, email } }" }).to_string();
        let data = send(&anna, "/query", name, "application/json", &body).await;
        assert_eq!(data["me"]["username"], "anna", "{name}");
    }
}

#[tokio::test]
async fn ids_and_prices_may_be_whole_numbers_and_fields_parted_by_commas() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let id = anna.put_up_one(json!({ "title": "Dunes" })).await;
    let update = format!(
        "mutation {{ updateImage(input: {{id: {id}, price: 20, forSale: true, discountPercent: 10}}) {{ id, price, finalPrice, }} }}"
    );
    let image = &ask(&anna, &update).await["updateImage"];
    assert_eq!(
        (&image["price"], &image["finalPrice"]),
        (&json!(20.0), &json!(18.0))
    );
    let query = format!(
        "{{ image(id: {id}) {{ id, title }}, images(input: {{id: {id}, priceLimit: 18}}) {{ id, }} }}"
    );
    let data = ask(&anna, &query).await;
    assert_eq!(
        (&data["image"]["id"], &data["images"][0]["id"]),
        (&json!(id), &json!(id))
    );
    let own: i64 = anna.id().await.parse().unwrap();
    let users = ask(
        &anna,
        &format!("{{ users(input: {{id: {own}}}) {{ username, }} }}"),
    )
    .await;
    assert_eq!(users["users"][0]["username"], "anna");
    let bert = server.member("bert").await;
    let bought = ask(
        &bert,
        &format!("mutation {{ buyImage(id: {id}) {{ id, price, image {{ id, }}, }} }}"),
    )
    .await;
    assert_eq!(bought["buyImage"]["price"], 18.0);
    let gone = ask(
        &anna,
        &format!("mutation {{ deleteImages(input: [{id}]) }}"),
    )
    .await;
    assert_eq!(gone["deleteImages"], true);
    let variables = json!({ "query": "query($id: ID!) { image(id: $id) { archived } }", "variables": { "id": id.parse::<i64>().unwrap() } });
    let data = send(
        &anna,
        "/query",
        "X-CSRF-TOKEN",
        "application/json",
        &variables.to_string(),
    )
    .await;
    assert_eq!(data["image"]["archived"], true);
}

#[tokio::test]
async fn a_file_may_land_anywhere_in_the_variables() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let shapes = [
        (
            "mutation($file: Upload!) { uploadImages(input: [{ title: \"One\", labels: [], file: $file, price: 3, forSale: true }]) { title, price } }",
            json!({ "file": null }),
            "variables.file",
        ),
        (
            "mutation($file: Upload!, $t: String!) { uploadImages(input: { title: $t, file: $file }) { title } }",
            json!({ "file": null, "t": "One" }),
            "variables.file",
        ),
        (
            "mutation($input: [NewImageInput!]!) { uploadImages(input: $input) { title } }",
            json!({ "input": [{ "title": "One", "file": null }] }),
            "variables.input.0.file",
        ),
        (
            "mutation($one: NewImageInput!) { uploadImages(input: [$one]) { title } }",
            json!({ "one": { "title": "One", "file": null } }),
            "variables.one.file",
        ),
    ];
    for (query, variables, path) in shapes {
        let file = File {
            path,
            name: "one.png",
            bytes: corpus::png(16, 16),
        };
        let answer = anna.multipart(query, variables, &[file]).await;
        assert_eq!(answer.data()["uploadImages"][0]["title"], "One", "{query}");
    }
    let avatar = "mutation($file: Upload) { updateUser(input: { avatar: $file }) { avatar } }";
    let file = File {
        path: "variables.file",
        name: "me.png",
        bytes: corpus::png(16, 16),
    };
    let answer = anna
        .multipart(avatar, json!({ "file": null }), &[file])
        .await;
    assert!(
        !answer.data()["updateUser"]["avatar"]
            .as_str()
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn arguments_without_meaning_and_empty_lists_are_taken() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    for query in [
        "mutation { refresh(input: true) }",
        "mutation { refresh(input: false) }",
        "mutation { refresh }",
    ] {
        anna.gql(query, Value::Null).await.data();
    }
    assert_eq!(
        ask(&anna, "mutation { deleteImages(input: []) }").await["deleteImages"],
        true
    );
    let phone = anna.another_tab();
    let body = json!({ "query": "mutation { logout(input: true) }" }).to_string();
    let data = send(
        &anna,
        "/query?logout=",
        "X-CSRF-TOKEN",
        "application/json",
        &body,
    )
    .await;
    assert_eq!(data["logout"], true);
    assert_eq!(phone.me().await.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn what_stands_in_the_url_of_a_post_is_ignored() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let body = json!({ "query": "{ me { username } }" }).to_string();
    for path in [
        "/query?=",
        "/query?logout?=",
        "/query?query=mutation%7Blogout%7D",
        "/query?query=%7B",
        "/query?%ff",
    ] {
        let data = send(&anna, path, "X-CSRF-TOKEN", "application/json", &body).await;
        assert_eq!(data["me"]["username"], "anna", "{path}");
    }
    anna.me().await.data();
}

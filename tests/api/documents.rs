//! What a document may ask for, and how a refused one is answered.

mod deepest;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, PASSWORD, Server};

async fn ann() -> (Server, Client) {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    (server, ann)
}

/// Mutations that each set another price, as one selection set.
fn price_changes(id: &str, count: usize) -> String {
    let one =
        |n: usize| format!("m{n}: updateImage(input: {{ id: \"{id}\", price: {n} }}) {{ price }} ");
    (1..=count).map(one).collect()
}

async fn price(client: &Client, id: &str) -> Value {
    let answer = client
        .gql(
            "query($id: ID!) { image(id: $id) { price } }",
            json!({ "id": id }),
        )
        .await;
    answer.data()["image"]["price"].clone()
}

/// G4
#[tokio::test]
async fn a_document_holds_five_mutations_and_no_more() {
    let (_server, ann) = ann().await;
    let id = ann.put_up_one(json!({ "title": "One" })).await;
    let five = format!("mutation {{ {} }}", price_changes(&id, 5));
    let answer = ann.gql(&five, Value::Null).await;
    for n in 1..=5 {
        assert_eq!(
            answer.data()[format!("m{n}")]["price"],
            f64::from(n),
            "in the order they stand in"
        );
    }
    let six = price_changes(&id, 6);
    for document in [
        format!("mutation {{ {six} }}"),
        format!("mutation {{ ...F }} fragment F on Mutation {{ {six} }}"),
        format!("mutation {{ ... on Mutation {{ {six} }} }}"),
        format!("mutation A {{ {} }} mutation B {{ {six} }}", "logout"),
        format!(
            "mutation {{ {} ...F ...F }} fragment F on Mutation {{ a: logout b: logout c: logout }}",
            "logout"
        ),
    ] {
        assert_eq!(
            ann.gql(&document, Value::Null).await.code(),
            "QUERY_TOO_COMPLEX",
            "{document}"
        );
    }
    assert_eq!(
        price(&ann, &id).await,
        5.0,
        "nothing of a refused document runs"
    );
}

/// G4
#[tokio::test]
async fn passwords_cannot_be_tried_by_the_hundred_in_one_document() {
    let (server, _ann) = ann().await;
    let login = |n: usize| {
        format!("l{n}: login(input: {{ email: \"ann@example.com\", password: \"wrong {n}\" }}) ")
    };
    let many: String = (0..50).map(login).collect();
    let guest = server.guest();
    assert_eq!(
        guest
            .gql(&format!("mutation {{ {many} }}"), Value::Null)
            .await
            .code(),
        "QUERY_TOO_COMPLEX"
    );
    guest.sign_in("ann@example.com", PASSWORD).await.data();
}

/// G3
#[tokio::test]
async fn a_document_nests_twelve_levels_deep_and_no_deeper() {
    let (_server, ann) = ann().await;
    // Each pair of user and images adds two levels to `me { images { id } }`.
    let nested = |pairs: usize, leaf: &str| {
        let down = "user { images(first: 1) { ".repeat(pairs);
        format!(
            "{{ me {{ images(first: 1) {{ {down} {leaf} {} }} }} }}",
            "} }".repeat(pairs)
        )
    };
    ann.gql(&nested(4, "id user { id }"), Value::Null)
        .await
        .data();
    for document in [nested(5, "id"), nested(14, "id")] {
        assert_eq!(
            ann.gql(&document, Value::Null).await.code(),
            "QUERY_TOO_COMPLEX"
        );
    }
    let hidden = "{ me { ...A } } fragment A on User { images(first: 1) { user { images(first: 1) { user { ...B } } } } }
        fragment B on User { images(first: 1) { user { images(first: 1) { user { images(first: 1) { user { images(first: 1) { id } } } } } } } }";
    assert_eq!(
        ann.gql(hidden, Value::Null).await.code(),
        "QUERY_TOO_COMPLEX"
    );
}

/// G3
#[tokio::test]
async fn a_document_asks_for_twenty_five_thousand_objects_at_most() {
    let (_server, ann) = ann().await;
    let largest = "{ users(first: 100) { images(first: 100) { id user { id } labels } } }";
    ann.gql(largest, Value::Null).await.data();
    let with = |n: i64| json!({ "n": n });
    for (document, variables) in [
        (
            "{ users(first: 100) { images(first: 100) { user { images(first: 2) { id } } } } }",
            Value::Null,
        ),
        (
            "{ users { images { user { images { id } } } } }",
            Value::Null,
        ),
        (
            "query($n: Int) { users(first: $n) { images(first: $n) { user { images(first: $n) { id } } } } }",
            with(30),
        ),
        (
            "query($n: Int = 100) { users(first: $n) { a: images(first: $n) { id user { id } } b: images(first: $n) { id user { id } } } }",
            Value::Null,
        ),
        (
            "{ users(first: 100) { ...F a: images(first: 100) { id } } } fragment F on User { b: images(first: 100) { id } c: images(first: 100) { id } }",
            Value::Null,
        ),
        (
            "{ searchImages(last: 100) { nodes { user { images(first: 100) { user { id images(first: 2) { id } } } } } } }",
            Value::Null,
        ),
        (
            "{ purchases(first: 100) { edges { node { seller { images(first: 100) { user { id images(first: 2) { id } } } } } } } }",
            Value::Null,
        ),
    ] {
        assert_eq!(
            ann.gql(document, variables).await.code(),
            "QUERY_TOO_COMPLEX",
            "{document}"
        );
    }
    ann.gql("query($n: Int = 100) { users(first: $n) { images(first: $n) { user { images(first: $n) { id } } } } }", with(10))
        .await
        .data();
}

/// G3
#[tokio::test]
async fn a_hundred_aliases_are_enough() {
    let (_server, ann) = ann().await;
    let id = ann.put_up_one(json!({ "title": "One" })).await;
    let aliased = |count: usize| {
        let one = |n: usize| format!("a{n}: title ");
        let all: String = (0..count).map(one).collect();
        format!("query($id: ID!) {{ image(id: $id) {{ {all} }} }}")
    };
    let answer = ann.gql(&aliased(100), json!({ "id": id })).await;
    assert_eq!(answer.data()["image"]["a99"], "One");
    let refused = ann.gql(&aliased(101), json!({ "id": id })).await;
    assert_eq!(refused.code(), "QUERY_TOO_COMPLEX");
    let both =
        "query($id: ID!) { one: image(id: $id) { title } none: image(id: \"999999\") { title } }";
    let answer = ann.gql(both, json!({ "id": id })).await;
    assert_eq!(
        answer.data(),
        &json!({ "one": { "title": "One" }, "none": null })
    );
}

async fn post(client: &Client, content_type: &str, accept: &str, body: String) -> Answer {
    let request = client
        .request(Method::POST, "/query")
        .header("content-type", content_type)
        .header("accept", accept)
        .body(body);
    Answer::of(client.send(request).await).await
}

fn by_url(query: &str) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    format!("/query?{}", pairs.append_pair("query", query).finish())
}

/// G5, G6
#[tokio::test]
async fn batches_and_mutations_by_other_ways_have_no_effect() {
    let (_server, ann) = ann().await;
    let id = ann.put_up_one(json!({ "title": "One" })).await;
    let mutation = format!("mutation {{ {} }}", price_changes(&id, 1));
    let batch = json!([{ "query": mutation }, { "query": mutation }]).to_string();
    let answer = post(&ann, "application/json", "*/*", batch).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, "BAD_USER_INPUT")
    );

    let answer = Answer::of(ann.get(&by_url(&mutation)).await).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (405, "METHOD_NOT_ALLOWED")
    );
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let request = ann.request(method.clone(), &by_url(&mutation));
        assert_eq!(ann.send(request).await.status(), 405, "{method}");
    }
    let text = json!({ "query": mutation }).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        let answer = post(&ann, kind, "*/*", text.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (415, "UNSUPPORTED_MEDIA_TYPE"),
            "{kind}"
        );
    }
    assert_eq!(price(&ann, &id).await, 0.0);

    let answer = Answer::of(ann.get(&by_url("{ me { username } }")).await).await;
    assert_eq!(answer.data()["me"]["username"], "ann");
}

/// G8
#[tokio::test]
async fn a_document_at_fault_is_told_by_its_code() {
    let (_server, ann) = ann().await;
    let table = [
        ("{ me { id }", "GRAPHQL_PARSE_FAILED"),
        ("nonsense", "GRAPHQL_PARSE_FAILED"),
        ("{ me { idd } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ me }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ image { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ image(id: $id) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "query($id: ID!) { image(id: $id) { id } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("{ me { ...F } }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "{ searchImages(orderBy: CHEAPEST) { totalCount } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "{ me { ...F } } fragment F on User { ...F }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query A { me { id } } query B { me { id } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ];
    for (document, code) in table {
        let body = json!({ "query": document }).to_string();
        for (accept, status) in [
            ("application/json", 200),
            ("application/graphql-response+json", 400),
        ] {
            let answer = post(&ann, "application/json", accept, body.clone()).await;
            assert_eq!(
                (answer.code(), answer.status.as_u16()),
                (code, status),
                "{document}"
            );
            assert_eq!(answer.error()["extensions"]["status"], 400, "{document}");
            assert_eq!(answer.body.get("data"), None, "{document}");
            assert!(
                answer.headers["content-type"]
                    .to_str()
                    .unwrap()
                    .starts_with(accept)
            );
        }
    }
    let answer = post(&ann, "application/json", "*/*", "{}".into()).await;
    assert_eq!(
        (answer.code(), answer.status.as_u16()),
        ("BAD_USER_INPUT", 400)
    );
}

/// G2, L3: fragments that spread fragments make each object's fields again and again.
#[tokio::test]
async fn fields_are_counted_as_often_as_they_would_be_resolved() {
    let server = Server::start().await;
    let guest = server.guest();
    let spread = |name: &str, of: &str, times: usize| {
        format!(
            "fragment {name} on Image {{ {} }}",
            format!("...{of} ").repeat(times)
        )
    };
    let text = format!(
        "{{ images(first: 30) {{ user {{ images(first: 30) {{ user {{ images(first: 15) {{ {} }} }} }} }} }} }} {} {} \
         fragment c on Image {{ id title width height }}",
        "...a ".repeat(5),
        spread("a", "b", 6),
        spread("b", "c", 6),
    );
    let answer = guest.gql(&text, Value::Null).await;
    assert_eq!(answer.code(), "QUERY_TOO_COMPLEX", "{}", answer.body);
    assert!(
        answer.error()["message"]
            .as_str()
            .unwrap()
            .contains("fields")
    );
}

/// G8
#[tokio::test]
async fn a_number_out_of_range_is_told_without_the_types_around_it() {
    let server = Server::start().await;
    let query = "query($i: ImageFilterInput) { images(input: $i) { id } }";
    let input = json!({ "i": { "discountPercentLimit": 3_000_000_000_u64 } });
    let answer = server.guest().gql(query, input).await;
    let message = answer.error()["message"].as_str().unwrap();
    assert!(!message.contains("occurred while"), "{message}");
}

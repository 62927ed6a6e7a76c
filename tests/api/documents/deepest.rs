//! The deepest documents that pass, on threads with a quarter of the stack that the server's have.

use serde_json::{Value, json};

use crate::support::{Client, Server};

#[path = "../../fixtures/documents.rs"]
#[expect(dead_code, reason = "the guard's tests use the rest")]
mod documents;

/// A quarter of what `src/main.rs` gives the threads. A build without optimisation needs several times as much as a
/// release. `TEST_STACK_BYTES` is for finding out how much it is.
const QUARTER: usize = 1024 * 1024;

/// Lists and objects within each other, as deep as variables may be.
fn deep_variables() -> Value {
    (0..29).fold(json!(1), |inner, level| match level % 2 {
        0 => json!([inner]),
        _ => json!({ "text": inner }),
    })
}

/// A member with an image, at a server begun anew with small stacks.
async fn cramped() -> (Server, Client) {
    let roomy = Server::start().await;
    let ann = roomy.member("ann").await;
    ann.put_up_one(json!({ "title": "One" })).await;
    let stack = std::env::var("TEST_STACK_BYTES").unwrap_or_else(|_| QUARTER.to_string());
    let server = Server::on(roomy.kill(), &[("RUST_MIN_STACK", &stack)]).await;
    let ann = ann.at(&server);
    (server, ann)
}

/// G1
#[tokio::test]
async fn the_deepest_documents_are_judged_and_run_within_a_quarter_of_the_stack() {
    let (_server, ann) = cramped().await;
    let mut answered = 0;
    for (name, text) in documents::deepest() {
        let answer = ann.gql(&text, Value::Null).await;
        let refusal = answer.body["errors"][0]["message"].as_str();
        // The guard alone speaks like this; validation and execution may refuse what they have looked at.
        assert!(
            !refusal.is_some_and(|message| message.contains("(at most")),
            "{name} passes the guard: {refusal:?}"
        );
        answered += usize::from(refusal.is_none());
    }
    assert!(answered >= 3, "{answered} of them are run");
    for query in [
        "query($v: ImageFilterInput) { images(input: $v) { id } }",
        "{ me { id } }",
    ] {
        let answer = ann.gql(query, json!({ "v": deep_variables() })).await;
        assert!(answer.status.is_success(), "{}", answer.body);
    }
    ann.gql("{ me { id } }", Value::Null).await.data();
}

//! A text finds images by other words for their labels and by what these are a kind of.

use serde_json::{Value, json};

use crate::support::{Client, Server};

async fn titles(client: &Client, filter: Value) -> Vec<String> {
    let query = "query($f: ImageFilterInput) { images(input: $f) { title } }";
    let answer = client.gql(query, json!({ "f": filter })).await;
    super::titles(&answer.data()["images"])
}

#[tokio::test]
async fn a_label_is_found_by_its_synonyms_and_by_its_kinds() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let fish = json!({ "title": "Bowl", "labels": ["goldfish"] });
    let id = anna.put_up_one(fish).await;
    anna.put_up_one(json!({ "title": "Goldfish", "description": "no label" }))
        .await;
    for (text, expected) in [
        ("goldfish", &["Goldfish", "Bowl"][..]),
        ("animal", &["Bowl"]),
        ("ANIMAL fish", &["Bowl"]),
        ("carassius", &["Bowl"]),
        ("bowl animal", &["Bowl"]),
        ("bird", &[]),
        ("animal bird", &[]),
    ] {
        assert_eq!(
            titles(&anna, json!({ "text": text })).await,
            expected,
            "{text}"
        );
    }
    assert_eq!(titles(&anna, json!({ "title": "animal" })).await, [""; 0]);
    assert_eq!(
        titles(&anna, json!({ "labels": ["animal"] })).await,
        [""; 0]
    );

    anna.change(&id, json!({ "labels": ["macaw"] }))
        .await
        .data();
    assert_eq!(titles(&anna, json!({ "text": "bird" })).await, ["Bowl"]);
    assert_eq!(titles(&anna, json!({ "text": "carassius" })).await, [""; 0]);
}

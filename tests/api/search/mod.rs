//! What a search finds: every filter, words of any script, labels, refusals.

mod filters;
mod labels;
mod refusals;
mod words;

use serde_json::{Value, json};

use crate::support::Client;

const BOTH: &str = "query($f: ImageFilterInput) {
    searchImages(filter: $f, first: 100) { totalCount nodes { title } }
    images(input: $f, first: 100) { title } }";

/// Titles that a filter finds, in alphabetical order; the plain list, the pages and the count must agree.
#[track_caller]
fn titles_of(body: &Value, filter: &Value) -> Vec<String> {
    let titles = |list: &Value| -> Vec<String> {
        let images = list.as_array().unwrap().iter();
        images
            .map(|image| image["title"].as_str().unwrap().to_owned())
            .collect()
    };
    let (paged, plain) = (
        titles(&body["searchImages"]["nodes"]),
        titles(&body["images"]),
    );
    assert_eq!(paged, plain, "{filter}");
    assert_eq!(body["searchImages"]["totalCount"], paged.len(), "{filter}");
    let mut sorted = paged;
    sorted.sort();
    sorted
}

async fn found(client: &Client, filter: Value) -> Vec<String> {
    let answer = client.gql(BOTH, json!({ "f": filter })).await;
    titles_of(answer.data(), &filter)
}

/// Each filter finds these titles, alphabetically.
async fn assert_finds(client: &Client, table: &[(Value, &[&str])]) {
    for (filter, expected) in table {
        assert_eq!(found(client, filter.clone()).await, *expected, "{filter}");
    }
}

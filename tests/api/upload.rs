//! Putting pictures up: batches, and what is refused or made of them in its modules.

mod extremes;
mod hostile;
mod inputs;
mod limits;
mod metadata;
mod renditions;

use serde_json::{Value, json};

use crate::corpus;
use crate::support::{Client, Server};

/// A server and somebody who puts pictures up.
async fn studio(settings: &[(&str, &str)]) -> (Server, Client) {
    let server = Server::with(settings).await;
    let member = server.member("member").await;
    (server, member)
}

fn titled(title: &str) -> Value {
    json!({ "title": title, "labels": [title] })
}

/// The bytes behind a path or a link.
async fn bytes(client: &Client, path: &str) -> Vec<u8> {
    let answer = client.get(path).await;
    assert_eq!(answer.status(), 200, "{path}");
    answer.bytes().await.unwrap().to_vec()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Nothing of a refused request is left: no row, no label, no object.
async fn assert_empty(server: &Server, member: &Client) {
    let query = "{ searchImages { totalCount nodes { id } } labels { name } }";
    let answer = member.gql(query, Value::Null).await;
    let nothing = json!({ "searchImages": { "totalCount": 0, "nodes": [] }, "labels": [] });
    assert_eq!(answer.data(), &nothing);
    server.wait_for_objects(0).await;
}

/// U10
#[tokio::test]
async fn up_to_twenty_pictures_are_put_up_at_once_in_order() {
    let (server, member) = studio(&[]).await;
    let pictures = |count: u32| {
        let one = |n| (titled(&format!("n{n}")), corpus::png(8 + n, 8));
        (0..count).map(one).collect::<Vec<_>>()
    };
    let widths = |answer: &Value| -> Vec<u64> {
        let images = answer["uploadImages"].as_array().unwrap();
        let widths = images.iter().map(|image| image["width"].as_u64());
        widths.map(Option::unwrap).collect()
    };
    let one = member.upload_all(pictures(1)).await;
    assert_eq!(widths(one.data()), [8]);
    let twenty = member.upload_all(pictures(20)).await;
    assert_eq!(widths(twenty.data()), (8..28).collect::<Vec<_>>());
    let too_many = member.upload_all(pictures(21)).await;
    assert_eq!(too_many.code(), "PAYLOAD_TOO_LARGE");
    let none = member.upload_all(Vec::new()).await;
    assert_eq!((none.code(), none.field()), ("BAD_USER_INPUT", "input"));
    server.wait_for_objects(21 * 4).await;
    let answer = member.gql("{ images { title } }", Value::Null).await;
    let titles = answer.data()["images"].as_array().unwrap();
    assert_eq!((titles.len(), &titles[0]["title"]), (21, &json!("n19")));
}

/// K5
#[tokio::test]
async fn one_bad_picture_of_five_leaves_nothing_of_the_others() {
    let (server, member) = studio(&[]).await;
    let torn = &corpus::jpeg(64, 64)[..200];
    let good = || (titled("good"), corpus::jpeg(64, 64));
    for at in [0, 2, 4] {
        for (bad, code) in [
            (torn.to_vec(), "UNSUPPORTED_IMAGE"),
            (corpus::lying_png(50_000, 50_000), "PAYLOAD_TOO_LARGE"),
        ] {
            let mut batch: Vec<_> = (0..5).map(|_| good()).collect();
            batch[at].1 = bad;
            let answer = member.upload_all(batch).await;
            let field = format!("input.{at}.file");
            assert_eq!((answer.code(), answer.field()), (code, field.as_str()));
            assert_empty(&server, &member).await;
        }
    }
}

/// U10: several members at once, several requests each.
#[tokio::test]
async fn parallel_uploads_do_not_disturb_each_other() {
    let (server, member) = studio(&[]).await;
    let tabs: Vec<Client> = (0..8).map(|_| member.another_tab()).collect();
    let uploads = tabs.iter().map(|tab| {
        let batch = (0..3).map(|n| (titled("many"), corpus::png(30, 20 + n)));
        tab.upload_all(batch.collect())
    });
    for answer in futures::future::join_all(uploads).await {
        assert_eq!(answer.data()["uploadImages"].as_array().unwrap().len(), 3);
    }
    let answer = member.gql("{ labels { name count } }", Value::Null).await;
    let labels = json!([{ "name": "many", "count": 24 }]);
    assert_eq!(answer.data()["labels"], labels);
    server.wait_for_objects(24 * 4).await;
}

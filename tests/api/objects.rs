//! Objects and rows never disagree for long.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::corpus;
use crate::support::{Client, Server};

async fn count(client: &Client) -> usize {
    let answer = client
        .gql("{ searchImages { totalCount } }", Value::Null)
        .await;
    let count = answer.data()["searchImages"]["totalCount"].as_u64();
    usize::try_from(count.unwrap()).unwrap()
}

async fn original(client: &Client, id: &str) -> Vec<u8> {
    let answer = client.get(&format!("/media/{id}/original")).await;
    assert_eq!(answer.status(), 200, "{id}");
    answer.bytes().await.unwrap().to_vec()
}

/// K1, K3
#[tokio::test]
async fn what_is_deleted_is_deleted_to_its_bytes() {
    let server = Server::start().await;
    let member = server.member("member").await;
    let batch = (0..6).map(|n| (json!({ "title": "x" }), corpus::png(8 + n, 8)));
    let answer = member.upload_all(batch.collect()).await;
    let images = answer.data()["uploadImages"].as_array().unwrap();
    let ids: Vec<&Value> = images.iter().map(|image| &image["id"]).collect();
    server.wait_for_objects(24).await;
    let query = "mutation($ids: [ID!]!) { deleteImages(input: $ids) }";
    member.gql(query, json!({ "ids": ids[..4] })).await.data();
    assert_eq!(count(&member).await, 2);
    for image in &images[..4] {
        for link in ["originalUrl", "thumbnailUrl", "previewUrl"] {
            let path = image[link].as_str().unwrap();
            assert_eq!(member.get(path).await.status(), 404);
        }
    }
    server.wait_for_objects(8).await;
    let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    let refused = member.gql(query, json!({ "ids": many })).await;
    assert_eq!(
        (refused.code(), refused.field()),
        ("BAD_USER_INPUT", "input")
    );
    let repeated = vec![ids[4]; 101];
    member.gql(query, json!({ "ids": repeated })).await.data();
    server.wait_for_objects(4).await;
}

/// C8
#[tokio::test]
async fn a_sold_image_is_archived_and_its_original_stays_as_it_was() {
    let server = Server::start().await;
    let (owner, buyer) = (server.member("owner").await, server.member("buyer").await);
    let input = json!({ "title": "Bear", "forSale": true, "price": 3 });
    let sold = owner.put_up(input.clone(), corpus::BEAR.to_vec()).await;
    let unsold = owner.put_up(input, corpus::CAT.to_vec()).await;
    buyer.buy(&sold).await.data();
    let bought = original(&buyer, &sold).await;
    assert!(bought == corpus::BEAR);
    let query = "mutation($ids: [ID!]!) { deleteImages(input: $ids) }";
    owner
        .gql(query, json!({ "ids": [sold, unsold] }))
        .await
        .data();
    server.wait_for_objects(4).await;
    assert!(original(&buyer, &sold).await == bought);
    let server = Server::on(server.kill(), &[]).await;
    let again = server.guest();
    again
        .sign_in("buyer@example.com", crate::support::PASSWORD)
        .await
        .data();
    assert!(original(&again, &sold).await == bought);
    let query = "query($id: ID!) { image(id: $id) { archived purchased title } purchases { nodes { title image { id } } } }";
    let answer = again.gql(query, json!({ "id": sold })).await;
    assert_eq!(answer.data()["image"]["archived"], true);
    assert_eq!(answer.data()["purchases"]["nodes"][0]["image"]["id"], sold);
    // The owner may take it out again.
    let owner = server.guest();
    owner
        .sign_in("owner@example.com", crate::support::PASSWORD)
        .await
        .data();
    owner
        .change(&sold, json!({ "archived": false }))
        .await
        .data();
    assert_eq!(count(&owner).await, 1);
}

/// K4: changing who may see it moves no bytes.
#[tokio::test]
async fn a_change_of_flags_leaves_the_objects_alone() {
    let server = Server::start().await;
    let owner = server.member("owner").await;
    let id = owner
        .put_up(json!({ "title": "x" }), corpus::CAT.to_vec())
        .await;
    let sorted = || {
        let mut objects = server.objects();
        objects.sort();
        objects
    };
    let before = sorted();
    for flag in ["private", "archived", "forSale"] {
        for value in [true, false] {
            owner.change(&id, json!({ flag: value })).await.data();
            original(&owner, &id).await;
            assert_eq!(sorted(), before);
        }
    }
}

/// Uploads until the server is gone, and notes what it has acknowledged.
async fn upload_until_the_end(client: Client, done: Arc<Mutex<Vec<String>>>) {
    let query = "mutation($input: [NewImageInput!]!) { uploadImages(input: $input) { id } }";
    let picture = corpus::jpeg(700, 500);
    loop {
        let input = json!([{ "title": "a", "file": null }, { "title": "b", "file": null }]);
        let operations = json!({ "query": query, "variables": { "input": input } });
        let map = json!({ "0": ["variables.input.0.file"], "1": ["variables.input.1.file"] });
        let mut form = Form::new()
            .text("operations", operations.to_string())
            .text("map", map.to_string());
        for name in ["0", "1"] {
            form = form.part(name, Part::bytes(picture.clone()).file_name("p.jpg"));
        }
        let request = client.request(Method::POST, "/query").multipart(form);
        let Ok(answer) = request.send().await else {
            return;
        };
        let Ok(body) = answer.json::<Value>().await else {
            return;
        };
        for image in body["data"]["uploadImages"].as_array().unwrap() {
            let id = image["id"].as_str().unwrap().to_owned();
            done.lock().unwrap().push(id);
        }
    }
}

/// Makes what a dead server left look two hours old, as the sweeper and the claims of the outbox judge it.
async fn two_hours_pass(data: &TempDir) {
    let file = data.path().join("shotify.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display()))
        .await
        .unwrap();
    for statement in [
        "UPDATE journal SET created = created - 7200000000",
        "UPDATE outbox SET due = due - 7200000000, lease_until = lease_until - 7200000000",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    pool.close().await;
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let mut tries = 0;
    while !is_so() {
        tries += 1;
        assert!(tries < 1500, "{what} never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// K1, K2: a crash loses nothing that was acknowledged and leaves nothing that was not.
#[tokio::test]
async fn a_crash_amid_uploads_loses_nothing_acknowledged_and_leaves_nothing_behind() {
    let mut server = Server::start().await;
    let member = server.member("member").await;
    let done = Arc::new(Mutex::new(Vec::new()));
    for round in 1..=3 {
        let tabs = (0..4).map(|_| {
            let mut tab = member.another_tab();
            tab.base.clone_from(&server.base);
            tokio::spawn(upload_until_the_end(tab, done.clone()))
        });
        let tabs: Vec<_> = tabs.collect();
        until("an upload", || done.lock().unwrap().len() >= 8 * round).await;
        // Amid the next ones: when there are objects that no answer has spoken of yet.
        until("half an upload", || {
            server.objects().len() > 4 * done.lock().unwrap().len()
        })
        .await;
        let data = server.kill();
        for tab in tabs {
            tab.await.unwrap();
        }
        two_hours_pass(&data).await;
        server = Server::on(data, &[]).await;
        let mut again = member.another_tab();
        again.base.clone_from(&server.base);
        let acknowledged = done.lock().unwrap().clone();
        for id in &acknowledged {
            assert!(image::load_from_memory(&original(&again, id).await).is_ok());
        }
        let rows = count(&again).await;
        assert!(
            rows >= acknowledged.len() && rows.is_multiple_of(2),
            "{rows}"
        );
        server.wait_for_objects(4 * rows).await;
        let spool = std::fs::read_dir(server.data.path().join("spool")).unwrap();
        assert_eq!(spool.count(), 0);
    }
}

/// K2: half of all folders cannot be made, so that of most pictures some objects are stored and some are not.
#[tokio::test]
async fn a_store_that_fails_half_way_leaves_no_row_and_after_the_sweep_no_object() {
    let server = Server::start().await;
    let member = server.member("member").await;
    let objects = server.data.path().join("objects");
    let blocks: Vec<_> = (0..128).map(|n| objects.join(format!("{n:02x}"))).collect();
    for block in &blocks {
        std::fs::write(block, "").unwrap();
    }
    let mut failed = 0;
    for _ in 0..12 {
        let answer = member
            .upload(json!({ "title": "x", "labels": ["x"] }), corpus::png(8, 8))
            .await;
        if answer.body.get("errors").is_some() {
            assert!(
                ["INTERNAL", "UNAVAILABLE"].contains(&answer.code()),
                "{}",
                answer.body
            );
            failed += 1;
        }
    }
    assert!(failed > 0);
    let query = "{ searchImages { totalCount } labels { count } }";
    let answer = member.gql(query, Value::Null).await;
    let rows = 12 - failed;
    assert_eq!(answer.data()["searchImages"]["totalCount"], rows);
    let labels = if rows == 0 {
        json!([])
    } else {
        json!([{ "count": rows }])
    };
    assert_eq!(answer.data()["labels"], labels);
    for block in &blocks {
        std::fs::remove_file(block).unwrap();
    }
    let data = server.kill();
    two_hours_pass(&data).await;
    let server = Server::on(data, &[]).await;
    server.wait_for_objects(4 * rows).await;
    let mut again = member.another_tab();
    again.base.clone_from(&server.base);
    again
        .put_up(json!({ "title": "x" }), corpus::png(8, 8))
        .await;
    assert_eq!(count(&again).await, rows + 1);
}

/// K3: what was ordered to be deleted is deleted after the crash.
#[tokio::test]
async fn a_crash_amid_deletions_does_not_stop_them() {
    let server = Server::start().await;
    let member = server.member("member").await;
    let batch = (0..20).map(|_| (json!({ "title": "x" }), corpus::png(8, 8)));
    let answer = member.upload_all(batch.collect()).await;
    let images = answer.data()["uploadImages"].as_array().unwrap();
    let ids: Vec<&Value> = images.iter().map(|image| &image["id"]).collect();
    let query = "mutation($ids: [ID!]!) { deleteImages(input: $ids) }";
    member.gql(query, json!({ "ids": ids })).await.data();
    let data = server.kill();
    two_hours_pass(&data).await;
    let server = Server::on(data, &[]).await;
    server.wait_for_objects(0).await;
}

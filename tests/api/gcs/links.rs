//! Public renditions are fetched from the bucket itself, everything else through the server (decision 10).

use reqwest::Method;
use serde_json::json;

use super::{FakeGcs, header, links, put_up, settings, signed};
use crate::corpus;
use crate::support::{Client, Server};

/// What is behind a link that leads elsewhere: a picture, of which the server tells the size.
async fn led_elsewhere(client: &Client, link: &str) {
    let led = client.get(link).await;
    assert_eq!(led.status(), 307);
    assert_eq!(header(&led, "cache-control"), "private, no-store");
    assert_eq!(header(&led, "etag"), "");
    let url = header(&led, "location");
    let signed = signed::verify("GET", &url.parse().unwrap()).unwrap();
    assert_eq!(
        (signed.until - signed.from, signed.media_type.as_str()),
        (60, "image/jpeg")
    );
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    let bytes = browser
        .get(url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(image::load_from_memory(&bytes).is_ok());
    let head = client.send(client.request(Method::HEAD, link)).await;
    assert_eq!(head.status(), 200);
    assert_eq!(header(&head, "content-length"), bytes.len().to_string());
}

/// Z6
#[tokio::test]
async fn only_public_renditions_are_fetched_from_the_bucket() {
    let fake = FakeGcs::signed_in().await;
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.json");
    std::fs::write(&key, signed::ACCOUNT).unwrap();
    let mut all = settings(&fake.endpoint).to_vec();
    all.push(("GOOGLE_APPLICATION_CREDENTIALS", key.to_str().unwrap()));
    let server = Server::with(&all).await;
    let owner = server.member("owner").await;
    let id = put_up(&owner).await;
    let links = links(&owner, &id).await;
    let guest = server.guest();
    for name in ["thumbnailUrl", "previewUrl"] {
        led_elsewhere(&guest, links[name].as_str().unwrap()).await;
    }
    led_elsewhere(&owner, &format!("/media/{id}/preview")).await;
    let original = links["originalUrl"].as_str().unwrap();
    assert!(owner.get(original).await.bytes().await.unwrap() == corpus::BEAR);

    owner.change(&id, json!({ "private": true })).await.data();
    for rendition in ["thumbnail", "preview"] {
        let mine = owner.get(&format!("/media/{id}/{rendition}")).await;
        assert_eq!(mine.status(), 200);
        assert_eq!(header(&mine, "cache-control"), "private, no-cache");
        assert!(image::load_from_memory(&mine.bytes().await.unwrap()).is_ok());
        let old = links[format!("{rendition}Url")].as_str().unwrap();
        assert_eq!(
            guest.get(old).await.status(),
            401,
            "dead as soon as it is hidden"
        );
    }
    let log = server.log().join("\n");
    let secret = log.contains("X-Goog-Signature") || log.contains("PRIVATE KEY");
    assert!(!secret, "{log}");
}

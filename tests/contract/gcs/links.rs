//! Signed links: exactly one object, as exactly one media type, for exactly so long. No emulator checks them.

use std::time::Duration;

use serde_json::json;
use shotify::ports::clock::Clock as _;
use shotify::ports::objects::ObjectStore as _;
use url::Url;

use super::sign_in::as_account;
use super::{BYTES, Call, FakeGcs, KEY, SystemClock, bucket, config, open, put, signed};

const MINUTE: Duration = Duration::from_mins(1);

async fn link(endpoint: Option<&str>) -> Url {
    let bucket = as_account(endpoint);
    bucket
        .link(KEY, "image/jpeg", MINUTE)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn a_link_is_signed_for_a_minute_and_one_media_type() {
    let before = SystemClock.now().seconds();
    let url = link(None).await;
    let after = SystemClock.now().seconds();
    let place = "https://storage.googleapis.com/pictures/ab12/o.jpg?";
    assert!(url.as_str().starts_with(place), "{url}");
    let signed = signed::verify("GET", &url).unwrap();
    assert!((before..=after).contains(&signed.from));
    assert_eq!(signed.until - signed.from, 60);
    assert_eq!(signed.media_type, "image/jpeg");
}

#[tokio::test]
async fn nothing_of_a_link_can_be_changed() {
    let url = link(None).await;
    let changed = |from: &str, to: &str| {
        let text = url.as_str();
        assert!(text.contains(from), "{from} is not in {text}");
        text.replacen(from, to, 1).parse::<Url>().unwrap()
    };
    let day = &signed_pair(&url, "X-Goog-Date")[..8];
    for other in [
        changed("ab12/o.jpg", "ab12/p.jpg"),
        changed("/pictures/", "/others/"),
        changed("X-Goog-Expires=60", "X-Goog-Expires=604800"),
        changed("image%2Fjpeg", "text%2Fhtml"),
        changed(&format!("X-Goog-Date={day}"), "X-Goog-Date=29991231"),
        changed("storage.googleapis.com", "storage.example"),
        changed("X-Goog-Signature=", "X-Goog-Signature=00"),
        changed("?", "?generation=1&"),
    ] {
        assert!(signed::verify("GET", &other).is_err(), "{other}");
    }
    assert!(signed::verify("PUT", &url).is_err());
    assert!(signed::verify("GET", &url).is_ok(), "else nothing is shown");
}

fn signed_pair(url: &Url, name: &str) -> String {
    let mut pairs = url.query_pairs().into_owned();
    pairs.find(|(other, _)| other == name).unwrap().1
}

#[tokio::test]
async fn a_link_is_all_that_is_needed() {
    let fake = FakeGcs::signed_in().await;
    let bucket = as_account(Some(&fake.endpoint));
    put(&bucket, KEY, BYTES).await.unwrap();
    let url = bucket.link(KEY, "image/webp", MINUTE).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(url.unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "image/webp");
    assert_eq!(answer.bytes().await.unwrap(), BYTES);
    assert_eq!(fake.calls(Call::Link), 1);
}

/// Who has no key of its own would have to ask Google for each signature: its bytes go through the server.
#[tokio::test]
async fn without_a_key_there_is_no_link() {
    let fake = FakeGcs::start().await;
    let link = bucket(&fake).link(KEY, "image/jpeg", MINUTE).await;
    assert_eq!(link.unwrap(), None);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("user.json");
    let user = json!({
        "type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c",
    });
    std::fs::write(&file, user.to_string()).unwrap();
    let mut config = config("https://storage.googleapis.com");
    config.credentials = Some(file);
    let link = open(config).unwrap().link(KEY, "image/jpeg", MINUTE).await;
    assert_eq!(link.unwrap(), None);
}

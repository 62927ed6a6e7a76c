//! Links, signed and bare.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use shotify::adapters::chance::SystemRandom;
use shotify::adapters::keys::SecretKeys;
use shotify::domain::id::ProductId;
use shotify::domain::picture::Rendition;
use shotify::domain::timestamp::Timestamp;
use shotify::ports::keys::{LinkKeys, LinkTarget};

use super::{Shown, header};
use crate::corpus;
use crate::support::Server;

const SECRET: &str = "a secret for tests that is long enough for anyone";

/// The seconds at which a link ends, and its signature.
fn proof(link: &str) -> (i64, String) {
    let (_, query) = link.split_once("?expires=").unwrap();
    let (expires, signature) = query.split_once("&signature=").unwrap();
    (expires.parse().unwrap(), signature.to_owned())
}

#[tokio::test]
async fn links_stay_the_same_within_the_hour() {
    let shown = Shown::new().await;
    let query =
        "query($id: ID!) { image(id: $id) { created thumbnailUrl previewUrl originalUrl } }";
    let mut last = Value::Null;
    for _ in 0..3 {
        let answer = shown.owner.gql(query, json!({ "id": shown.id() })).await;
        let image = answer.data()["image"].clone();
        // The hour may end between two answers, but not between each of three.
        if image["thumbnailUrl"] == last["thumbnailUrl"] {
            assert_eq!(image, last);
            let (expires, _) = proof(image["previewUrl"].as_str().unwrap());
            let text = image["created"].as_str().unwrap();
            let format = &time::format_description::well_known::Rfc3339;
            let created = time::OffsetDateTime::parse(text, format)
                .unwrap()
                .unix_timestamp();
            assert_eq!(expires % 3600, 0);
            assert!(
                (3600..7200).contains(&(expires - created)) || expires - created == 7200,
                "{image}"
            );
            return;
        }
        last = image;
    }
    panic!("the links of one hour differ");
}

/// Another target, another end, another signature: as if there were none.
#[tokio::test]
async fn a_forged_link_opens_nothing() {
    let shown = Shown::new().await;
    let other = shown
        .owner
        .put_up(json!({ "title": "Other" }), corpus::png(9, 9))
        .await;
    let id = shown.id();
    let (expires, signature) = proof(shown.link("thumbnailUrl"));
    let (_, of_preview) = proof(shown.link("previewUrl"));
    let flipped = signature.replacen(
        &signature[..1],
        if signature.starts_with('A') { "B" } else { "A" },
        1,
    );
    for path in [
        format!("{id}/thumbnail?expires={expires}&signature={of_preview}"),
        format!(
            "{id}/thumbnail?expires={}&signature={signature}",
            expires + 3600
        ),
        format!("{id}/thumbnail?expires={}&signature={signature}", i64::MAX),
        format!("{id}/thumbnail?expires={}&signature={signature}", i64::MIN),
        format!("{id}/thumbnail?expires={expires}&signature={flipped}"),
        format!("{id}/thumbnail?expires={expires}&signature={signature}A"),
        format!("{id}/thumbnail?expires={expires}&signature="),
        format!("{id}/thumbnail?expires={expires}"),
        format!("{id}/thumbnail?expires=x&signature={signature}"),
        format!("{id}/thumbnail?signature={signature}"),
        format!("{other}/thumbnail?expires={expires}&signature={signature}"),
        format!("{id}/original?expires={expires}&signature={signature}"),
        format!("avatars/{id}?expires={expires}&signature={signature}"),
    ] {
        let answer = shown.guest.get(&format!("/media/{path}")).await;
        assert_eq!(answer.status(), 401, "{path}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["code"], "UNAUTHENTICATED");
    }
    // Whoever has a session needs no signature; a wrong one does no harm, and no good to other sites.
    let path = format!("/media/{id}/thumbnail?expires={expires}&signature={flipped}");
    let answer = shown.owner.get(&path).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        header(&answer, "cross-origin-resource-policy"),
        "same-origin"
    );
}

#[tokio::test]
async fn a_link_ends_when_it_says() {
    let shown = Shown::on(Server::with(&[("SESSION_SECRETS", SECRET)]).await).await;
    let keys = SecretKeys::new(
        SECRET.as_bytes(),
        &[""; 0],
        "development",
        Arc::new(SystemRandom),
    );
    let target = LinkTarget::Product(ProductId::parse(shown.id()).unwrap(), Rendition::Thumbnail);
    let (end, signature) = proof(shown.link("thumbnailUrl"));
    assert_eq!(
        keys.sign_link(target, Timestamp::from_seconds(end)),
        signature
    );
    for (expires, status) in [(end, 200), (end - 7200, 401), (1, 401)] {
        let signature = keys.sign_link(target, Timestamp::from_seconds(expires));
        let path = format!(
            "/media/{}/thumbnail?expires={expires}&signature={signature}",
            shown.id()
        );
        assert_eq!(shown.guest.get(&path).await.status(), status, "{expires}");
    }
}

#[tokio::test]
async fn other_paths_lead_nowhere() {
    let shown = Shown::new().await;
    let id = shown.id();
    for path in [
        "/media".to_owned(),
        "/media/".into(),
        format!("/media/{id}"),
        format!("/media/{id}/"),
        format!("/media/{id}/Original"),
        format!("/media/{id}/watermarked"),
        format!("/media/{id}/thumbnail/x"),
        format!("/media/{id}/thumbnail%00"),
        format!("/media/+{id}/thumbnail"),
        "/media/-1/thumbnail".into(),
        "/media/99999999999999999999999/thumbnail".into(),
        "/media/%2e%2e%2fshotify.db/thumbnail".into(),
        "/media/..%2f..%2fetc/original".into(),
        "/media/%ff/original".into(),
        "/media/avatars/x".into(),
        "/media/avatars/1".into(),
        "/media/avatars/..".into(),
        "/objects".into(),
    ] {
        let status = shown.owner.get(&path).await.status().as_u16();
        assert!(status == 404 || status == 400, "{path}: {status}");
        let status = shown.guest.get(&path).await.status().as_u16();
        assert!([400, 401, 404].contains(&status), "{path}: {status}");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::TRACE] {
        let request = shown
            .owner
            .request(method.clone(), shown.link("originalUrl"));
        assert_eq!(shown.owner.send(request).await.status(), 405, "{method}");
    }
    assert_eq!(shown.server.objects().len(), 4);
}

//! The bytes of pictures over HTTP: headers, ranges, conditions, links.

mod avatars;
mod links;

use std::collections::BTreeMap;

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::corpus;
use crate::support::{Client, Server};

/// A photograph that is public and not for sale.
struct Shown {
    server: Server,
    owner: Client,
    guest: Client,
    image: Value,
}

impl Shown {
    async fn on(server: Server) -> Self {
        let owner = server.member("owner").await;
        let upload = vec![(json!({ "title": "Bear" }), corpus::BEAR.to_vec())];
        let answer = owner.upload_all(upload).await;
        let image = answer.data()["uploadImages"][0].clone();
        let guest = server.guest();
        Self {
            server,
            owner,
            guest,
            image,
        }
    }

    async fn new() -> Self {
        Self::on(Server::start().await).await
    }

    fn id(&self) -> &str {
        self.image["id"].as_str().unwrap()
    }

    fn link(&self, field: &str) -> &str {
        self.image[field].as_str().unwrap()
    }

    /// Asks for the original with a header.
    async fn original(&self, method: Method, headers: &[(&str, &str)]) -> Response {
        let mut request = self.owner.request(method, self.link("originalUrl"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.owner.send(request).await
    }
}

fn header(answer: &Response, name: &str) -> String {
    let value = answer.headers().get(name);
    value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}

/// All headers but those that differ each time, which are looked at here.
fn fixed(answer: &Response) -> BTreeMap<String, String> {
    let tag = header(answer, "etag");
    let hex = tag.trim_matches('"');
    assert!(
        tag.len() == 34 && hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit()),
        "{tag}"
    );
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
    let changing = [
        "date",
        "x-request-id",
        "etag",
        "content-length",
        "vary",
        // Without the origin these two say nothing.
        "access-control-allow-credentials",
        "access-control-expose-headers",
    ];
    let names = answer
        .headers()
        .keys()
        .map(reqwest::header::HeaderName::as_str);
    let names = names.filter(|name| !changing.contains(name));
    names
        .map(|name| (name.to_owned(), header(answer, name)))
        .collect()
}

fn wanted(
    media_type: &str,
    resource_policy: &str,
    attachment: Option<String>,
) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = [
        ("accept-ranges", "bytes"),
        ("cache-control", "private, no-cache"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("content-type", media_type),
        ("cross-origin-resource-policy", resource_policy),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    headers.extend(attachment.map(|name| ("content-disposition".to_owned(), name)));
    headers
}

/// U11
#[tokio::test]
async fn headers_are_exact() {
    let shown = Shown::new().await;
    let png = shown
        .owner
        .upload(json!({ "title": "x" }), corpus::png(9, 9))
        .await;
    let png = png.data()["uploadImages"][0].clone();
    let attachment = |id: &str, extension: &str| {
        Some(format!("attachment; filename=\"shotify-{id}.{extension}\""))
    };
    let bare = format!("/media/{}/thumbnail", shown.id());
    for (client, path, headers) in [
        (
            &shown.guest,
            shown.link("thumbnailUrl"),
            wanted("image/jpeg", "cross-origin", None),
        ),
        (
            &shown.guest,
            shown.link("previewUrl"),
            wanted("image/jpeg", "cross-origin", None),
        ),
        (
            &shown.owner,
            &bare,
            wanted("image/jpeg", "same-origin", None),
        ),
        (
            &shown.owner,
            shown.link("originalUrl"),
            wanted("image/jpeg", "same-origin", attachment(shown.id(), "jpg")),
        ),
        (
            &shown.owner,
            png["originalUrl"].as_str().unwrap(),
            wanted(
                "image/png",
                "same-origin",
                attachment(png["id"].as_str().unwrap(), "png"),
            ),
        ),
    ] {
        let answer = client.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(fixed(&answer), headers, "{path}");
        let length = header(&answer, "content-length");
        assert_eq!(length, answer.bytes().await.unwrap().len().to_string());
        let head = client.send(client.request(Method::HEAD, path)).await;
        assert_eq!(
            (fixed(&head), header(&head, "content-length")),
            (headers.clone(), length)
        );
        let known = client
            .request(Method::GET, path)
            .header("if-none-match", header(&head, "etag"));
        let known = client.send(known).await;
        assert_eq!((known.status().as_u16(), fixed(&known)), (304, headers));
        assert!(known.bytes().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_single_range_is_cut_out() {
    let shown = Shown::new().await;
    let size = corpus::BEAR.len();
    for (range, start, end) in [
        ("bytes=0-0".to_owned(), 0, 1),
        ("bytes=0-".to_owned(), 0, size),
        ("bytes=100-299".to_owned(), 100, 300),
        (format!("bytes={}-", size - 1), size - 1, size),
        (format!("bytes=5-{}", u64::MAX), 5, size),
        ("bytes=-7".to_owned(), size - 7, size),
        (format!("bytes=-{}", 2 * size), 0, size),
    ] {
        let answer = shown.original(Method::GET, &[("range", &range)]).await;
        assert_eq!(answer.status(), 206, "{range}");
        let place = format!("bytes {start}-{}/{size}", end - 1);
        assert_eq!(header(&answer, "content-range"), place);
        assert_eq!(header(&answer, "content-length"), (end - start).to_string());
        assert_eq!(header(&answer, "content-type"), "image/jpeg");
        assert!(answer.bytes().await.unwrap() == corpus::BEAR[start..end]);
    }
}

#[tokio::test]
async fn a_range_behind_the_end_is_refused() {
    let shown = Shown::new().await;
    let size = corpus::BEAR.len();
    for range in [
        format!("bytes={size}-"),
        format!("bytes={size}-{}", size + 9),
        "bytes=-0".to_owned(),
    ] {
        let answer = shown.original(Method::GET, &[("range", &range)]).await;
        assert_eq!(answer.status(), 416, "{range}");
        assert_eq!(header(&answer, "content-range"), format!("bytes */{size}"));
        assert_eq!(header(&answer, "cache-control"), "no-store");
    }
}

/// Several ranges, other units and nonsense are answered with the whole picture, once.
#[tokio::test]
async fn what_is_no_single_range_is_answered_with_everything() {
    let shown = Shown::new().await;
    let many = format!("bytes={}", ["0-"; 1000].join(","));
    for range in [
        "bytes=0-0,5-9",
        "bytes=9-5",
        "bytes=a-b",
        "lines=0-1",
        "bytes=",
        "0-1",
        &many,
    ] {
        let answer = shown.original(Method::GET, &[("range", range)]).await;
        assert_eq!(answer.status(), 200, "{range}");
        assert!(answer.bytes().await.unwrap() == corpus::BEAR);
    }
}

#[tokio::test]
async fn if_range_guards_against_mixing_two_pictures() {
    let shown = Shown::new().await;
    let head = shown
        .original(Method::HEAD, &[("range", "bytes=0-1")])
        .await;
    assert_eq!(head.status(), 200, "a range is for GET alone");
    let tag = header(&head, "etag");
    let weak = format!("W/{tag}");
    for (known, status) in [
        (tag.as_str(), 206),
        (&weak, 200),
        ("\"other\"", 200),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 200),
    ] {
        let answer = shown
            .original(Method::GET, &[("range", "bytes=0-1"), ("if-range", known)])
            .await;
        assert_eq!(answer.status(), status, "{known}");
    }
}

#[tokio::test]
async fn a_known_picture_is_not_sent_again() {
    let shown = Shown::new().await;
    let tag = header(&shown.original(Method::HEAD, &[]).await, "etag");
    let (weak, list) = (format!("W/{tag}"), format!("\"a\", {tag}"));
    for (known, status) in [
        (tag.as_str(), 304),
        (&weak, 304),
        (&list, 304),
        ("*", 304),
        ("\"a\"", 200),
        ("", 200),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let answer = shown.original(method, &[("if-none-match", known)]).await;
            assert_eq!(answer.status(), status, "{known}");
        }
    }
    // The tag comes first, the range second.
    let both = [("if-none-match", tag.as_str()), ("range", "bytes=0-1")];
    assert_eq!(shown.original(Method::GET, &both).await.status(), 304);
}

#[tokio::test]
async fn the_renditions_have_tags_of_their_own_that_stay() {
    let shown = Shown::new().await;
    let mut tags = Vec::new();
    for link in ["thumbnailUrl", "previewUrl", "originalUrl"] {
        let answer = shown.owner.get(shown.link(link)).await;
        let again = shown.owner.get(shown.link(link)).await;
        assert_eq!(header(&answer, "etag"), header(&again, "etag"));
        tags.push(header(&answer, "etag"));
    }
    tags.dedup();
    assert_eq!(tags.len(), 3);
    // A tag does not give away where the object is.
    let objects = format!("{:?}", shown.server.objects());
    assert!(
        tags.iter()
            .all(|tag| !objects.contains(tag.trim_matches('"')))
    );
}

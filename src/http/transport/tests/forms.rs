//! Forms that break the multipart request specification or a limit.

use std::time::Duration;

use axum::body::{Body, Bytes};
use futures::stream;
use serde_json::{Value, json};

use super::support::{Server, form};

const OPERATIONS: &str =
    r#"{"query": "mutation($a: Upload!) { avatar(file: $a) }", "variables": {"a": null, "b": 1}}"#;
const MAP: &str = r#"{"0": ["variables.a"]}"#;

#[tokio::test]
async fn the_parts_may_come_in_any_order() {
    let server = Server::new();
    for parts in [
        [("operations", OPERATIONS), ("map", MAP), ("0", "x")],
        [("0", "x"), ("map", MAP), ("operations", OPERATIONS)],
    ] {
        let answer = server.form(&parts).await;
        assert_eq!(answer.json, json!({"data": {"avatar": "upload/None: x"}}));
    }
}

/// U10
#[tokio::test]
async fn a_map_that_does_not_fit_the_parts_is_refused() {
    let server = Server::new();
    for (map, files) in [
        (r#"{"0": ["variables.a", "variables.a"]}"#, &["0"][..]),
        (
            r#"{"0": ["variables.a"], "1": ["variables.a"]}"#,
            &["0", "1"],
        ),
        (r#"{"0": ["variables.a"]}"#, &[]),
        (r#"{"0": ["variables.a"]}"#, &["0", "0"]),
        (r#"{"0": ["variables.a"]}"#, &["0", "1"]),
        (r#"{"0": []}"#, &["0"]),
        (r#"{"0": "variables.a"}"#, &["0"]),
        (r#"{"0": ["variables.c"]}"#, &["0"]),
        (r#"{"0": ["variables.b"]}"#, &["0"]),
        (r#"{"0": ["variables.a.0"]}"#, &["0"]),
        (r#"{"0": ["variables"]}"#, &["0"]),
        (r#"{"0": ["0.variables.a"]}"#, &["0"]),
        (r#"{"0": ["query"]}"#, &["0"]),
        ("[]", &[]),
        ("{", &[]),
    ] {
        let mut parts = vec![("operations", OPERATIONS), ("map", map)];
        parts.extend(files.iter().map(|name| (*name, "x")));
        server.form(&parts).await.refused(400, "BAD_USER_INPUT");
    }
}

/// U10
#[tokio::test]
async fn a_form_that_is_not_whole_is_refused() {
    let server = Server::new();
    for parts in [
        &[("operations", OPERATIONS)][..],
        &[("map", MAP), ("0", "x")],
        &[
            ("operations", OPERATIONS),
            ("operations", OPERATIONS),
            ("map", MAP),
            ("0", "x"),
        ],
        &[
            ("operations", OPERATIONS),
            ("map", MAP),
            ("map", MAP),
            ("0", "x"),
        ],
        &[("operations", "{"), ("map", MAP), ("0", "x")],
        &[("", "x")],
        &[],
    ] {
        server.form(parts).await.refused(400, "BAD_USER_INPUT");
    }
    let whole = form(&[("operations", OPERATIONS), ("map", MAP), ("0", "x")]);
    for cut in 0..whole.len() - 4 {
        let part = whole[..cut].to_owned();
        let answer = server
            .post("multipart/form-data; boundary=edge", part)
            .await;
        answer.refused(400, "BAD_USER_INPUT");
    }
    let unbound = server.post("multipart/form-data", whole).await;
    unbound.refused(400, "BAD_USER_INPUT");
}

/// G5
#[tokio::test]
async fn a_batch_in_a_form_is_refused() {
    let batch = format!("[{OPERATIONS}]");
    let map = r#"{"0": ["0.variables.a"]}"#;
    let parts = [("operations", &*batch), ("map", map), ("0", "x")];
    Server::new()
        .form(&parts)
        .await
        .refused(400, "BAD_USER_INPUT");
}

/// U10
#[tokio::test]
async fn files_are_limited_in_size_and_number() {
    let server = Server::with(|config| {
        config.max_files = 2;
        config.max_file_bytes = 10;
        config.max_request_bytes = 2_000;
    });
    let one = |size| {
        let content = "x".repeat(size);
        form(&[("operations", OPERATIONS), ("map", MAP), ("0", &content)])
    };
    let send = |body: String| server.post("multipart/form-data; boundary=edge", body);
    assert_eq!(send(one(10)).await.status, 200);
    send(one(11)).await.refused(413, "PAYLOAD_TOO_LARGE");
    send(one(2_000)).await.refused(413, "PAYLOAD_TOO_LARGE");
    let map = r#"{"0": ["variables.a"], "1": ["variables.a"], "2": ["variables.a"]}"#;
    let many = [
        ("operations", OPERATIONS),
        ("0", "x"),
        ("1", "x"),
        ("2", "x"),
        ("map", map),
    ];
    send(form(&many)).await.refused(413, "PAYLOAD_TOO_LARGE");
    send(form(&[("operations", OPERATIONS), ("map", map)]))
        .await
        .refused(413, "PAYLOAD_TOO_LARGE");
}

fn streamed(chunk: &'static [u8], times: usize) -> Body {
    let chunks = (0..times).map(move |_| Ok::<_, std::io::Error>(Bytes::from_static(chunk)));
    Body::from_stream(stream::iter(chunks))
}

/// U10
#[tokio::test]
async fn a_request_without_a_length_is_limited_as_it_arrives() {
    let server = Server::with(|config| config.max_request_bytes = 100_000);
    let answer = server
        .post("application/json", streamed(&[b' '; 1024], 2_000))
        .await;
    answer.refused(413, "PAYLOAD_TOO_LARGE");
    let form = "multipart/form-data; boundary=edge";
    let answer = server.post(form, streamed(&[b'x'; 1024], 200)).await;
    answer.refused(413, "PAYLOAD_TOO_LARGE");
}

/// U10
#[tokio::test]
async fn a_preamble_without_an_end_is_given_up_after_a_mebibyte() {
    let answer = Server::new()
        .post(
            "multipart/form-data; boundary=edge",
            streamed(&[b'x'; 8_192], 8_000),
        )
        .await;
    answer.refused(400, "BAD_USER_INPUT");
}

/// U10
#[tokio::test]
async fn a_body_that_stops_arriving_is_given_up() {
    let server = Server::with(|config| config.body_idle = Duration::from_millis(50));
    for content_type in ["application/json", "multipart/form-data; boundary=edge"] {
        let (sender, receiver) =
            futures::channel::mpsc::unbounded::<Result<Bytes, std::io::Error>>();
        sender
            .unbounded_send(Ok(Bytes::from_static(b"--edge\r\n")))
            .unwrap();
        // The rest of it is never read either.
        let hangs_up = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            drop(sender);
        };
        let post = server.post(content_type, Body::from_stream(receiver));
        let (answer, ()) = tokio::join!(post, hangs_up);
        answer.refused(503, "UNAVAILABLE");
    }
}

/// The file is on disk from its first byte, under no name.
#[tokio::test]
async fn nothing_is_left_in_the_spool_directory() {
    let server = Server::new();
    let content = "x".repeat(3_000_000);
    let parts = [("operations", OPERATIONS), ("map", MAP), ("0", &*content)];
    let answer = server.form(&parts).await;
    let data: &Value = &answer.json["data"]["avatar"];
    assert_eq!(
        data.as_str().unwrap().len(),
        content.len() + "upload/None: ".len()
    );
    assert_eq!(std::fs::read_dir(server.spool.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn without_a_spool_directory_uploads_are_unavailable() {
    let server = Server::with(|config| config.spool_dir = config.spool_dir.join("missing"));
    let answer = server
        .form(&[("operations", OPERATIONS), ("map", MAP), ("0", "x")])
        .await;
    answer.refused(503, "UNAVAILABLE");
    assert!(!answer.json.to_string().contains("missing"));
}

//! What the metrics tell, and how few series they are.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shotify::observe::table::ALL;
use tempfile::TempDir;

use crate::corpus;
use crate::support::{Client, Server, command};

async fn lines(server: &Server) -> Vec<String> {
    let answer = reqwest::get(format!("{}/metrics", server.metrics)).await;
    let text = answer.unwrap().text().await.unwrap();
    text.lines().map(str::to_owned).collect()
}

/// What a series says; panics where there is none.
async fn value(server: &Server, series: &str) -> f64 {
    let lines = lines(server).await;
    let line = lines.iter().find_map(|line| line.strip_prefix(series));
    let line = line.unwrap_or_else(|| panic!("no {series} in {lines:#?}"));
    line.trim().parse().unwrap()
}

async fn series(server: &Server) -> BTreeSet<String> {
    let lines = lines(server).await.into_iter();
    let lines = lines.filter(|line| !line.starts_with('#'));
    let names = lines.filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned()));
    names.collect()
}

/// One request of each kind that follows a thousand times.
async fn odd(guest: &Client, number: usize) {
    let method = Method::from_bytes(format!("BREW{number}").as_bytes()).unwrap();
    guest.send(guest.request(method, "/query")).await;
    guest.get(&format!("/made/up/{number}?x={number}")).await;
    let document = format!("query Name{number} {{ field{number} }}");
    guest.gql(&document, Value::Null).await;
    let document = format!("query Name{number} {{ alias{number}: me {{ id }} }}");
    guest.gql(&document, json!({ "x": number })).await;
    guest.sign_in(&format!("{number}@example.com"), "x").await;
}

/// N1
#[tokio::test]
async fn what_strangers_make_up_makes_no_new_series() {
    let server = Server::with(&[("FAILED_SIGN_INS_PER_IP", "2")]).await;
    let guest = server.guest();
    for number in 0..5 {
        odd(&guest, number).await;
    }
    // Only the second reading knows of the first.
    series(&server).await;
    let before = series(&server).await;
    for number in 5..1005 {
        odd(&guest, number).await;
    }
    let after = series(&server).await;
    let new: Vec<_> = after.difference(&before).collect();
    assert!(new.is_empty(), "{new:?}");
}

/// C2
#[tokio::test]
async fn business_is_counted_once_whatever_is_sent_again() {
    let server = Server::start().await;
    let (seller, buyer) = (server.member("seller").await, server.member("buyer").await);
    for name in ["shotify_sales_total", "shotify_images_uploaded_total"] {
        assert!(value(&server, name).await.abs() < 0.5, "{name} begins at 0");
    }
    let input = json!({ "title": "a", "forSale": true, "price": 19.99 });
    let id = seller.put_up(input, corpus::png(16, 16)).await;
    for _ in 0..3 {
        buyer.buy(&id).await.data();
    }
    seller.sign_in("seller@example.com", "wrong").await;
    for (series, expected) in [
        ("shotify_sales_total", 1.0),
        (
            "shotify_sales_revenue_cents_total{currency=\"USD\"}",
            1999.0,
        ),
        ("shotify_images_uploaded_total", 1.0),
        ("shotify_registrations_total", 2.0),
        ("shotify_sign_ins_total{outcome=\"succeeded\"}", 2.0),
        ("shotify_sign_ins_total{outcome=\"failed\"}", 1.0),
        ("shotify_sign_ins_total{outcome=\"limited\"}", 0.0),
        ("shotify_pictures_total{outcome=\"ok\"}", 1.0),
        (
            "shotify_graphql_requests_total{operation=\"buyImage\",code=\"OK\"}",
            3.0,
        ),
        (
            "shotify_picture_step_duration_seconds_count{step=\"encode\"}",
            3.0,
        ),
        ("shotify_pictures_pixels_in_flight", 0.0),
        ("shotify_sql_connections_max{pool=\"primary\"}", 11.0),
    ] {
        let found = value(&server, series).await;
        assert!((found - expected).abs() < 0.5, "{series}: {found}");
    }
    assert!(value(&server, "process_resident_memory_bytes").await > 1e6);
    assert!(value(&server, "shotify_http_connections").await >= 1.0);
}

#[tokio::test]
async fn jobs_mails_and_refusals_are_counted() {
    let server = Server::with(&[("MAX_DEPTH", "3")]).await;
    server.registered("anna").await;
    server.wait_for_outbox().await;
    let deep = "{ me { images { user { images { id } } } } }";
    server.guest().gql(deep, Value::Null).await;
    for (series, least) in [
        ("shotify_mails_total{outcome=\"sent\"}", 1.0),
        (
            "shotify_outbox_jobs_done_total{kind=\"mail\",outcome=\"done\"}",
            1.0,
        ),
        ("shotify_graphql_guard_refusals_total{limit=\"depth\"}", 1.0),
        (
            "shotify_graphql_errors_total{code=\"QUERY_TOO_COMPLEX\"}",
            1.0,
        ),
        ("shotify_password_hash_duration_seconds_count", 1.0),
        (
            "shotify_sql_statement_duration_seconds_count{pool=\"primary\"}",
            10.0,
        ),
    ] {
        let found = value(&server, series).await;
        assert!(found >= least, "{series}: {found}");
    }
    for state in ["due", "waiting", "dead"] {
        value(
            &server,
            &format!("shotify_outbox_jobs{{state=\"{state}\"}}"),
        )
        .await;
    }
}

/// N1
#[tokio::test]
async fn everything_exported_is_described_and_named_in_the_table() {
    let server = Server::start().await;
    server.member("anna").await;
    let lines = lines(&server).await;
    let of = |kind: &str| -> BTreeSet<String> {
        let lines = lines.iter().filter_map(|line| line.strip_prefix(kind));
        let names = lines.filter_map(|line| line.split(' ').next());
        names.map(str::to_owned).collect()
    };
    let (helped, typed) = (of("# HELP "), of("# TYPE "));
    assert!(typed.len() > 30, "{typed:?}");
    assert!(typed.is_subset(&helped), "{:?}", typed.difference(&helped));
    let known: BTreeSet<String> = ALL.iter().map(|metric| metric.name.to_owned()).collect();
    assert!(typed.is_subset(&known), "{:?}", typed.difference(&known));
}

struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_worker_tells_how_it_is_and_what_it_has_done() {
    let data = TempDir::new().unwrap();
    let mut worker = command(&data, &[]);
    worker.arg("worker").stderr(Stdio::piped());
    let mut worker = Worker(worker.spawn().unwrap());
    let log = BufReader::new(worker.0.stderr.take().unwrap()).lines();
    let mut log = log.map_while(Result::ok);
    let first = log.find(|line| line.contains("\"working\"")).unwrap();
    let said: Value = serde_json::from_str(&first).unwrap();
    let base = format!("http://{}", said["metrics"].as_str().unwrap());
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = reqwest::get(format!("{base}{path}")).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    let query = reqwest::get(format!("{base}/query")).await.unwrap();
    assert_eq!(query.status(), StatusCode::NOT_FOUND);
    let end = Instant::now() + Duration::from_secs(20);
    let mut missing = vec![
        "shotify_build_info{",
        "shotify_outbox_jobs{",
        "process_open_fds ",
    ];
    while !missing.is_empty() {
        assert!(Instant::now() < end, "{missing:?}");
        let text = reqwest::get(format!("{base}/metrics")).await.unwrap();
        let text = text.text().await.unwrap();
        missing.retain(|name| !text.contains(&format!("\n{name}")));
    }
}

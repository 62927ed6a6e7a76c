//! Statements that nobody waits for any more: their request passed its deadline, or its client went away.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::corpus;
use crate::mysql::{migrated, on_mysql};
use crate::support::{Client, Server};

const LABELS: &str = "{ labels { count } }";
/// More than the pool has connections.
const MANY: usize = 15;

/// A member with a picture that has a label, so that there is a row to be slow about.
async fn member(server: &Server) -> Client {
    let anna = server.member("anna").await;
    let input = json!({ "title": "One", "labels": ["one"] });
    anna.put_up(input, corpus::png(8, 8)).await;
    anna.gql(LABELS, Value::Null).await.data();
    anna
}

/// Asks for what takes for ever, on a connection of its own.
async fn begin(client: &Client) -> TcpStream {
    let body = json!({ "query": LABELS }).to_string();
    let cookie = client.cookie.lock().unwrap().clone().unwrap();
    let csrf = client.csrf.lock().unwrap().clone().unwrap();
    let head = format!(
        "POST /query HTTP/1.1\r\nHost: shotify.test\r\nCookie: {cookie}\r\nX-CSRF-Token: {csrf}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = client.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    stream
}

async fn until(what: &str, within: Duration, mut condition: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + within;
    while !condition().await {
        assert!(Instant::now() < end, "{what}");
    }
}

/// Every one is answered in time, and so is the next who asks for something else.
async fn are_given_up_at_the_deadline(anna: &Client) {
    for answer in join_all((0..MANY).map(|_| anna.gql(LABELS, Value::Null))).await {
        assert_eq!(answer.code(), "UNAVAILABLE", "{}", answer.body);
        assert_eq!(answer.status, 503);
        assert_eq!(answer.headers["retry-after"], "1");
    }
    let began = Instant::now();
    anna.me().await.data();
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "the pool is not free"
    );
}

/// Makes reading labels take for ever.
async fn slow_down(server: &Server) {
    let endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";
    server
        .tamper("ALTER TABLE product_labels RENAME TO kept_labels")
        .await;
    let view =
        format!("CREATE VIEW product_labels AS SELECT * FROM kept_labels WHERE ({endless}) > 0");
    server.tamper(&view).await;
}

/// Whether the server computes, and be it on a busy machine.
async fn computes(server: &Server) -> bool {
    let before = server.processor_time();
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.processor_time().saturating_sub(before) > Duration::from_millis(100)
}

/// G10
#[tokio::test]
async fn sqlite_ends_the_statements_of_a_request_past_its_deadline() {
    let server = Server::with(&[("REQUEST_DEADLINE", "8s")]).await;
    let anna = member(&server).await;
    slow_down(&server).await;
    are_given_up_at_the_deadline(&anna).await;
    until("it computes on", Duration::from_secs(20), async || {
        !computes(&server).await
    })
    .await;
}

/// G10
#[tokio::test]
async fn sqlite_ends_the_statements_of_clients_that_went_away() {
    let server = Server::with(&[("REQUEST_DEADLINE", "10m")]).await;
    let anna = member(&server).await;
    slow_down(&server).await;
    let mut streams = Vec::new();
    for _ in 0..MANY {
        streams.push(begin(&anna).await);
    }
    until("it never began", Duration::from_secs(20), async || {
        computes(&server).await
    })
    .await;
    drop(streams);
    until("it computes on", Duration::from_secs(20), async || {
        !computes(&server).await
    })
    .await;
    anna.me().await.data();
}

/// What runs in a database of `MySQL` besides the one who asks.
async fn running(url: &str) -> i64 {
    let mut connection = MySqlConnection::connect(url).await.unwrap();
    let sql = "SELECT COUNT(*) FROM information_schema.processlist \
        WHERE db = DATABASE() AND command <> 'Sleep' AND id <> CONNECTION_ID()";
    let count = sqlx::query_scalar(sql).fetch_one(&mut connection).await;
    connection.close().await.unwrap();
    count.unwrap()
}

async fn slow_mysql_down(url: &str) {
    let mut connection = MySqlConnection::connect(url).await.unwrap();
    for sql in [
        "RENAME TABLE product_labels TO kept_labels",
        "CREATE VIEW product_labels AS SELECT * FROM kept_labels \
            WHERE BENCHMARK(100000000000, MD5(product_id)) = 0",
    ] {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
}

/// G10
#[tokio::test]
async fn mysql_ends_them_too_whether_the_deadline_passed_or_the_client_went_away() {
    on_mysql(async |url| {
        let settings = [("DATABASE_URL", url), ("REQUEST_DEADLINE", "8s")];
        let server = Server::on(migrated(url), &settings).await;
        let anna = member(&server).await;
        slow_mysql_down(url).await;
        are_given_up_at_the_deadline(&anna).await;
        until("they run on", Duration::from_secs(20), async || {
            running(url).await == 0
        })
        .await;
        let mut streams = Vec::new();
        for _ in 0..MANY {
            streams.push(begin(&anna).await);
        }
        until("none began", Duration::from_secs(10), async || {
            running(url).await > 0
        })
        .await;
        drop(streams);
        until("they run on", Duration::from_secs(20), async || {
            running(url).await == 0
        })
        .await;
        anna.me().await.data();
    })
    .await;
}

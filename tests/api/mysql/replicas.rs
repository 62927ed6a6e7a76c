//! Two servers on a primary with real replicas: where `TEST_MYSQL_URL` and `TEST_MYSQL_READ_URL` are set (the latter to
//! replicas of the former, separated by commas, whose user may stop them). `scripts/failover` sets both.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection};
use tokio::sync::Mutex;

use super::migrated;
use crate::corpus;
use crate::support::{Client, Server};

const NEWEST: &str = "{ images(first: 1) { title } }";

/// A primary with replicas, and two servers on both.
struct Pair {
    servers: [Server; 2],
    /// A stranger on each server.
    strangers: Vec<Client>,
    replicas: Vec<String>,
}

/// The tests stop the replicas, which they share.
static REPLICAS: Mutex<()> = Mutex::const_new(());

async fn on_replicas(body: impl AsyncFnOnce(&Pair)) {
    let Ok(replicas) = std::env::var("TEST_MYSQL_READ_URL") else {
        println!("TEST_MYSQL_READ_URL is not set: left out");
        return;
    };
    let _alone = REPLICAS.lock().await;
    super::on_mysql(async |url| {
        let replicas: Vec<String> = replicas.split(',').map(str::to_owned).collect();
        let database = url.rsplit('/').next().unwrap();
        let reading = replicas
            .iter()
            .map(|replica| format!("{}/{database}", replica.trim_end_matches('/')));
        let reading = reading.collect::<Vec<_>>().join(",");
        let data = migrated(url);
        let settings = [
            ("DATABASE_URL", url),
            ("DATABASE_READ_URL", reading.as_str()),
            ("MAILS_PER_IP", "1000"),
        ];
        let servers = [
            Server::on(Arc::clone(&data), &settings).await,
            Server::on(data, &settings).await,
        ];
        let strangers = vec![
            servers[0].member("stranger0").await,
            servers[1].member("stranger1").await,
        ];
        let pair = Pair {
            servers,
            strangers,
            replicas,
        };
        pair.until_asked().await;
        body(&pair).await;
    })
    .await;
}

impl Pair {
    /// Lists that a replica chose, of both servers.
    async fn asked(&self) -> u64 {
        let mut sum = 0;
        for server in &self.servers {
            sum += server
                .counted("shotify_sql_lists_total{from=\"replica\"}")
                .await;
        }
        sum
    }

    /// Waits until both servers ask the replicas.
    async fn until_asked(&self) {
        for (server, somebody) in self.servers.iter().zip(&self.strangers) {
            let line = "shotify_sql_lists_total{from=\"replica\"}";
            let (before, end) = (server.counted(line).await, in_seconds(20));
            while server.counted(line).await == before {
                assert!(Instant::now() < end, "no replica is asked");
                newest(somebody).await;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }

    async fn on_each_replica(&self, sql: &str) {
        for replica in &self.replicas {
            let mut connection = MySqlConnection::connect(replica).await.unwrap();
            let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
            sql.execute(&mut connection).await.unwrap();
        }
    }
}

async fn newest(client: &Client) -> Value {
    let answer = client.gql(NEWEST, Value::Null).await;
    answer.data()["images"][0]["title"].clone()
}

fn in_seconds(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}

async fn put_up(client: &Client, title: &str) -> String {
    client
        .put_up(json!({ "title": title }), corpus::png(8, 8))
        .await
}

#[tokio::test]
async fn a_write_is_seen_at_once_on_another_server_while_the_replicas_stand_still() {
    on_replicas(async |pair| {
        let [one, other] = &pair.servers;
        let (anna, bert) = (one.member("anna").await, one.member("bert").await);
        put_up(&anna, "First").await;
        pair.on_each_replica("STOP REPLICA SQL_THREAD").await;
        put_up(&anna, "Second").await;
        let before = pair.asked().await;
        assert_eq!(newest(&anna.at(other)).await, "Second");
        let gone = put_up(&bert, "Third").await;
        let elsewhere = bert.at(other);
        assert_eq!(newest(&elsewhere).await, "Third");
        elsewhere.delete(&[&gone]).await.data();
        assert_eq!(newest(&bert).await, "Second");
        // Standing still for longer than a replica may, they are asked no more, and everybody sees everything.
        let (carl, end) = (one.member("carl").await, in_seconds(20));
        while newest(&carl).await != "Second" {
            assert!(Instant::now() < end, "replicas that stand still are asked");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        pair.on_each_replica("START REPLICA").await;
        pair.until_asked().await;
        assert!(pair.asked().await > before);
    })
    .await;
}

/// Z6
#[tokio::test]
async fn what_is_hidden_is_gone_from_lists_at_once_while_the_replicas_stand_still() {
    on_replicas(async |pair| {
        let [one, other] = &pair.servers;
        let (anna, bert) = (one.member("anna").await, other.member("bert").await);
        put_up(&anna, "Shown").await;
        let hidden = put_up(&anna, "Hidden soon").await;
        let end = in_seconds(10);
        while newest(&bert).await != "Hidden soon" {
            assert!(Instant::now() < end, "the replicas do not follow");
        }
        pair.on_each_replica("STOP REPLICA SQL_THREAD").await;
        let before = pair.asked().await;
        anna.change(&hidden, json!({ "private": true }))
            .await
            .data();
        assert_eq!(newest(&bert).await, "Shown");
        assert!(pair.asked().await > before, "a replica chose");
        pair.on_each_replica("START REPLICA").await;
    })
    .await;
}

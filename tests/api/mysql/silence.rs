//! A primary that falls silent in the middle of everything, as by a power cut: no connection ends, none answers. Where
//! `TEST_MYSQL_URL` is set. The service needs a thread of its own while a test waits for its server to start.

use std::time::{Duration, Instant};

use futures::future::join_all;
use url::Url;

use super::migrated;
use super::service::Service;
use crate::support::Server;

/// D3 D4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_is_back_as_soon_as_the_name_leads_to_a_primary_that_answers() {
    super::on_mysql(async |url| {
        let data = migrated(url);
        let url: Url = url.parse().unwrap();
        let service = Service::to(url.port().unwrap_or(3306)).await;
        let name = service.url(&url);
        let settings = [("DATABASE_URL", name.as_str()), ("REQUEST_DEADLINE", "2s")];
        let server = Server::on(data, &settings).await;
        let anna = server.member("anna").await;
        // Every connection of the pools is in the middle of something.
        join_all((0..30).map(|_| anna.me())).await;
        service.fall_silent();
        let lost = join_all((0..30).map(|_| anna.me())).await;
        assert!(
            lost.iter().any(|answer| answer.status == 503),
            "nothing was lost"
        );
        let end = Instant::now() + Duration::from_secs(10);
        while anna.me().await.status != 200 {
            assert!(
                Instant::now() < end,
                "the connections that fell silent keep their places"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
}

/// L1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_does_not_wait_for_a_primary_that_fell_silent() {
    super::on_mysql(async |url| {
        let data = migrated(url);
        let url: Url = url.parse().unwrap();
        let service = Service::to(url.port().unwrap_or(3306)).await;
        let name = service.url(&url);
        let mut server = Server::on(data, &[("DATABASE_URL", name.as_str())]).await;
        let anna = server.member("anna").await;
        anna.me().await.data();
        service.fall_silent();
        let told = Instant::now();
        server.terminate();
        server.ended().await;
        assert!(
            told.elapsed() < Duration::from_secs(20),
            "{:?}",
            told.elapsed()
        );
    })
    .await;
}

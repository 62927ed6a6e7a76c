//! `shotify health`, which images without a shell ask whether the server in them works.

use std::net::TcpListener;
use std::sync::Arc;

use super::{assert_refused, folder, run, said};
use crate::support::Server;

#[tokio::test]
async fn a_server_that_runs_is_well() {
    let data = Arc::new(folder());
    let server = Server::on(data.clone(), &[]).await;
    let address = server.base.trim_start_matches("http://");
    let output = run(&data, &["health"], &[("HTTP_ADDR", address)]).await;
    assert!(output.status.success(), "{:?}", said(&output));
}

#[tokio::test]
async fn one_that_is_not_there_or_silent_is_not() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = listener.local_addr().unwrap().to_string();
    let output = run(&folder(), &["health"], &[("HTTP_ADDR", &silent)]).await;
    assert_refused(&output, "HTTP_ADDR");
    drop(listener);
    let worker = ["health", "--worker"];
    let output = run(&folder(), &worker, &[("METRICS_ADDR", &silent)]).await;
    assert_refused(&output, "METRICS_ADDR");
}

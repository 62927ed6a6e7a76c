//! Several workers, and one that is killed in the middle.

use std::collections::HashSet;
use std::process::{Child, Stdio};

use super::mime::Mime;
use super::register;
use super::smtp_fake::{Arrived, Rules, Say, Sink, Stage};
use crate::support::{Server, command};

/// Ends with the test.
struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn id(mail: &Arrived) -> String {
    Mime::parse(&mail.raw).header("Message-ID").to_owned()
}

/// M3
#[tokio::test]
async fn three_workers_send_each_mail_once() {
    let sink = Sink::start(Rules::default());
    let url = sink.url();
    let settings = [("SMTP_URL", url.as_str())];
    let server = Server::with(&settings).await;
    let _workers = [1, 2].map(|_| {
        let mut worker = command(&server.data, &settings);
        Worker(worker.arg("worker").stderr(Stdio::null()).spawn().unwrap())
    });
    let guest = server.guest();
    for number in 0..15 {
        register(&guest, &format!("member{number}")).await;
    }
    sink.wait_for(15).await;
    server.wait_for_outbox().await;
    let arrived = sink.arrived();
    let ids: HashSet<String> = arrived.iter().map(id).collect();
    let to: HashSet<&String> = arrived.iter().map(|mail| &mail.recipients[0]).collect();
    assert_eq!((arrived.len(), ids.len(), to.len()), (15, 15, 15));
}

/// M1 M3
#[tokio::test]
async fn a_mail_in_the_middle_of_which_the_server_was_killed_comes_again_under_the_same_id() {
    let sink = Sink::saying(vec![Say::Hang(Stage::Content), Say::Take]);
    let url = sink.url();
    let settings = [("SMTP_URL", url.as_str())];
    let server = Server::with(&settings).await;
    register(&server.guest(), "anna").await;
    sink.wait_for(1).await;
    let server = Server::on(server.kill(), &settings).await;
    // The lease of the one that was killed would run out in some minutes.
    server.tamper("UPDATE outbox SET lease_until = 0").await;
    let arrived = sink.wait_for(2).await;
    server.wait_for_outbox().await;
    assert_eq!(sink.arrived().len(), 2);
    assert_eq!(id(&arrived[0]), id(&arrived[1]));
    let mime = Mime::parse(&arrived[1].raw);
    let token = super::token(&mime.text, "/validate?token=");
    server.guest().confirm(&token).await.data();
}

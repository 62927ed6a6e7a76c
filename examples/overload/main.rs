//! What the server does when more is asked of it than it can do, as Markdown: latency of queries, what everybody is
//! answered and the server's memory, idle, under attack, and afterwards. `scripts/overload` writes it into
//! `docs/overload.md`.
//!
//! ```sh
//! cargo build --release && cargo run --release --example overload              # 20 seconds for each row
//! cargo run --release --example overload -- 5
//! ```
//!
//! The server has two processors at most, and shares them with this program, which asks and attacks.

#![expect(clippy::unwrap_used, reason = "a measurement stops by panicking")]

mod attacks;
mod member;
mod queries;
mod report;
mod server;
mod tally;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use attacks::{Idle, Photographs, SignIns, Slow};
use member::Member;
use report::Row;
use server::Server;
use tally::Tally;

/// What goes on beside the queries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attack {
    SignIns,
    Photographs,
    Connections,
}

const ROWS: [(&str, &[Attack]); 6] = [
    ("queries alone", &[]),
    ("500 sign-ins a second", &[Attack::SignIns]),
    ("uploads of 24 megapixels", &[Attack::Photographs]),
    (
        "5,000 idle connections, 200 slow ones",
        &[Attack::Connections],
    ),
    (
        "all of it",
        &[Attack::SignIns, Attack::Photographs, Attack::Connections],
    ),
    ("queries alone, right after", &[]),
];

#[tokio::main]
async fn main() {
    let seconds = std::env::args().nth(1);
    let span = Duration::from_secs(seconds.map_or(20, |seconds| seconds.parse().unwrap()));
    let _ = rustls::crypto::ring::default_provider().install_default();
    attacks::open_many_files();
    let server = Arc::new(Server::start().await);
    let member = Arc::new(stock(&server).await);
    println!("{}", report::head(&server));
    // As long as it takes for the memory of the uploads to be given back.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = server.watch(Duration::from_secs(2)).await;
    println!("{}", report::idle(idle));
    let mut all = Vec::new();
    for (name, attacks) in ROWS {
        let row = measure(&server, &member, name, attacks, span).await;
        println!("{row}");
        all.push(row);
    }
    println!("\n{}", report::verdict(&all, idle));
}

/// A member, and pictures that queries find.
async fn stock(server: &Server) -> Member {
    let member = Member::join(&server.base, "measured").await;
    for (number, photo) in attacks::demo_photos().into_iter().enumerate() {
        member.put_up(&format!("Photograph {number}"), photo).await;
    }
    member
}

async fn measure(
    server: &Arc<Server>,
    member: &Arc<Member>,
    name: &str,
    attacks: &[Attack],
    span: Duration,
) -> Row {
    let others = Arc::new(Tally::default());
    let mut running = JoinSet::new();
    for attack in attacks {
        let base = server.base.clone();
        match attack {
            Attack::SignIns => {
                running.spawn(SignIns::new(&base, &others).run());
            }
            Attack::Photographs => {
                running.spawn(Photographs::new(member, &others).run());
            }
            Attack::Connections => {
                running.spawn(Idle::open(&base).await.hold());
                running.spawn(Slow::new(&base).run());
            }
        }
    }
    let (memory, queries) = tokio::join!(server.watch(span), queries::ask(member, span));
    running.shutdown().await;
    Row::new(name, memory, &queries, &others)
}

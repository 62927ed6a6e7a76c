//! Many who sign in at once.

use std::time::{Duration, Instant};

use futures::future::join_all;

use crate::support::{Answer, Client, PASSWORD, Server};

const ANNA: &str = "anna@example.com";
const STORM: usize = 100;
/// Of the processes' memory: what one comparison takes, four times and more.
const MOST: u64 = 256 << 20;

/// One attempt each from an address of its own, every other one on an account that there is.
async fn storm(server: &Server) -> Vec<Answer> {
    let clients: Vec<Client> = (0..STORM).map(|_| server.guest()).collect();
    let attempts = clients
        .iter()
        .enumerate()
        .map(|(number, client)| async move {
            let address = format!("198.51.{}.{}", number / 250, number % 250);
            client.header("x-forwarded-for", &address);
            let nobody = format!("nobody{number}@example.com");
            let email = if number.is_multiple_of(2) {
                ANNA
            } else {
                &nobody
            };
            client.sign_in(email, "not the password of anybody").await
        });
    join_all(attempts).await
}

/// L3: 100 comparisons at once would take 2 GiB. The server takes a few, and says to the others that they come again.
#[tokio::test]
async fn a_storm_of_sign_ins_takes_no_more_memory_than_the_queue_allows_and_queries_go_on() {
    let settings = [
        ("PASSWORD_QUEUE", "4"),
        ("TRUSTED_PROXIES", "127.0.0.0/8"),
        ("FAILED_SIGN_INS_PER_ACCOUNT", "1000"),
    ];
    let server = Server::with(&settings).await;
    let anna = server.member("anna").await;
    let before = server.memory_peak();
    let asking = async {
        let mut asked = 0;
        for _ in 0..50 {
            anna.me().await.data();
            asked += 1;
        }
        asked
    };
    let (answers, asked) = tokio::join!(storm(&server), asking);
    assert_eq!(asked, 50);
    let (refused, busy): (Vec<_>, Vec<_>) =
        answers.iter().partition(|a| a.code() == "UNAUTHENTICATED");
    for answer in &busy {
        assert_eq!(answer.code(), "UNAVAILABLE", "{}", answer.body);
        assert_eq!(answer.status, 503);
        assert_eq!(answer.headers["retry-after"], "1");
        assert_eq!(answer.error()["extensions"]["status"], 503);
    }
    assert!(refused.len() >= 5 && !busy.is_empty(), "{}", refused.len());
    let rise = server.memory_peak() - before;
    assert!(rise < MOST, "{} MiB more", rise >> 20);

    let end = Instant::now() + Duration::from_secs(10);
    while server.guest().sign_in(ANNA, PASSWORD).await.status != 200 {
        assert!(Instant::now() < end, "nobody can sign in any more");
    }
}

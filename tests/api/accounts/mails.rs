//! How many mails a stranger can cause.

use crate::support::Server;

const ANNA: &str = "anna@example.com";

/// M6
#[tokio::test]
async fn an_address_gets_three_mails_an_hour_for_a_purpose_and_nobody_is_told() {
    let server = Server::start().await;
    let nora = server.guest();
    nora.register("nora", "nora@example.com").await.data();
    for _ in 0..4 {
        let answer = nora.resend_validation("nora@example.com").await;
        assert_eq!(answer.data()["resendValidation"], true);
    }
    let anna = server.registered("anna").await;
    for case in [ANNA, "ANNA@example.com", " anna@Example.com ", ANNA, ANNA] {
        let answer = anna.request_reset(case).await;
        assert_eq!(answer.data()["requestPasswordReset"], true, "{case}");
    }
    server.wait_for_outbox().await;
    assert_eq!(nora.mails("nora@example.com").await.len(), 3);
    let resets = anna.mails(ANNA).await;
    assert_eq!(resets.len(), 4, "the confirmation and three resets");
}

/// M6
#[tokio::test]
async fn one_address_on_the_net_causes_twenty_mails_an_hour() {
    let settings = [("MAILS_PER_IP", "5"), ("REGISTRATIONS_PER_IP", "100")];
    let server = Server::with(&settings).await;
    let guest = server.guest();
    for name in 0..8 {
        guest.header("x-forwarded-for", &format!("198.51.100.{name}"));
        let email = format!("name{name}@example.com");
        let answer = guest.register(&format!("name{name}"), &email).await;
        assert_eq!(answer.data()["registerUser"]["email"], email);
    }
    server.wait_for_outbox().await;
    let mut mails = 0;
    for name in 0..8 {
        mails += guest.mails(&format!("name{name}@example.com")).await.len();
    }
    assert_eq!(mails, 5);
    assert_eq!(server.rows("SELECT username FROM users").await.len(), 8);
}

/// M6 L4
#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_its_own_quota() {
    let settings = [
        ("MAILS_PER_IP", "1"),
        ("REGISTRATIONS_PER_IP", "100"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let server = Server::with(&settings).await;
    let guest = server.guest();
    for (name, client) in [
        ("one", "203.0.113.1"),
        ("two", "203.0.113.1"),
        ("three", "203.0.113.3"),
    ] {
        guest.header("x-forwarded-for", &format!("192.0.2.99, {client}"));
        let email = format!("{name}@example.com");
        guest.register(name, &email).await.data();
    }
    server.wait_for_outbox().await;
    let mut counts = Vec::new();
    for name in ["one", "two", "three"] {
        counts.push(guest.mails(&format!("{name}@example.com")).await.len());
    }
    assert_eq!(counts, [1, 0, 1]);
}

/// L4 M6
#[tokio::test]
async fn a_network_that_registers_without_end_is_limited_and_takes_nobodys_reset() {
    let server = Server::with(&[("REGISTRATIONS_PER_IP", "20")]).await;
    let anna = server.registered("anna").await;
    let guest = server.guest();
    for name in 1..20 {
        let email = format!("name{name}@example.com");
        guest.register(&format!("name{name}"), &email).await.data();
    }
    for email in ["name20@example.com", ANNA] {
        let answer = guest.register("name20", email).await;
        assert_eq!(answer.code(), "RATE_LIMITED");
        let after = &answer.body["errors"][0]["extensions"]["retryAfter"];
        assert!(after.as_u64().is_some_and(|seconds| seconds > 0), "{after}");
    }
    assert_eq!(server.rows("SELECT username FROM users").await.len(), 20);
    anna.request_reset(ANNA).await.data();
    server.wait_for_outbox().await;
    let mails = anna.mails(ANNA).await;
    assert_eq!(mails.len(), 2, "the confirmation and the reset");
}

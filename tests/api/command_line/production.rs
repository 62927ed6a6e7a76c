//! What production refuses to start with.

use super::{CANARY, assert_refused, folder, run, said};

/// Hex of no meaning, as `openssl rand -hex 32` writes it.
const KEY: &str = "9f1c6f0e7b0d4a2f8e35c1d7a64b90f2e8d1573ac46f0b9288e7d30f15c2ba64";
const OTHER: &str = "02d7be91c4a85f36e10b7d92f8a4c653de6790b1f3528ca4d01e96fb7c43a85d";
const SMTP: &str = "smtp://shop:canary-4711-hush@127.0.0.1:1";

/// What production needs at least.
const GOOD: [(&str, &str); 4] = [
    ("SHOTIFY_ENV", "production"),
    ("SESSION_SECRETS", KEY),
    ("PUBLIC_URL", "https://shop.example"),
    ("SMTP_URL", SMTP),
];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = GOOD.to_vec();
    all.retain(|(name, _)| changes.iter().all(|(other, _)| other != name));
    all.extend(changes);
    all
}

/// F1 F2
#[tokio::test]
async fn production_refuses_what_is_fit_only_for_development_and_names_it() {
    let twice = format!("{KEY},{KEY}");
    let sample = format!("{CANARY}-change-me-change-me-please");
    let root = format!("mysql://root:{CANARY}@db.example/shop");
    let both = format!("{KEY},{}", &OTHER[..31]);
    for (variable, value) in [
        ("SESSION_SECRETS", ""),
        ("SESSION_SECRETS", CANARY),
        ("SESSION_SECRETS", &sample),
        ("SESSION_SECRETS", &twice),
        ("SESSION_SECRETS", &both),
        (
            "SESSION_SECRETS",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "http://canary-4711-hush.example"),
        ("DATABASE_URL", &root),
        ("REDIS_URL", "redis://redis.example"),
        ("REDIS_URL", "redis://:@redis.example"),
        ("SMTP_URL", ""),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "null"),
        ("ALLOWED_ORIGINS", "https://shop.example,*"),
        ("DATABASE_URL", "canary-4711-hush://x"),
        ("SMTP_URL", "canary-4711-hush"),
        ("SMTP_URL", "smtp://shop:canary-4711-hush@mail.example:587"),
        (
            "SMTP_URL",
            "smtp://shop:canary-4711-hush@mail.example?tls=opportunistic",
        ),
        ("SMTP_URL", "smtps://canary-4711-hush@mail.example"),
        ("SENDGRID_ENDPOINT", "http://canary-4711-hush.example"),
        ("REDIS_URL", "canary-4711-hush"),
        ("VISION_ENDPOINT", "http://canary-4711-hush.example"),
    ] {
        let data = folder();
        for arguments in [&["serve"][..], &["check-config"]] {
            let output = run(&data, arguments, &with(&[(variable, value)])).await;
            assert_refused(&output, variable);
            let err = said(&output).1;
            assert!(value.len() < 5 || !err.contains(value), "{variable}: {err}");
            assert!(!err.contains(KEY), "{err}");
        }
        assert_eq!(
            std::fs::read_dir(data.path()).unwrap().count(),
            0,
            "nothing is made"
        );
    }
}

/// F2
#[tokio::test]
async fn a_sender_at_localhost_is_refused_where_mails_leave_the_machine() {
    let leaving = ("SMTP_URL", "smtps://shop:canary-4711-hush@mail.example");
    let from = ("MAIL_FROM", "canary-4711-hush@localhost");
    let output = run(&folder(), &["serve"], &with(&[leaving, from])).await;
    assert_refused(&output, "MAIL_FROM");
    let address = ("PUBLIC_URL", "https://192.0.2.1");
    let output = run(&folder(), &["serve"], &with(&[leaving, address])).await;
    assert_refused(&output, "MAIL_FROM");
}

/// F2
#[tokio::test]
async fn several_servers_in_production_need_what_they_can_share() {
    let output = run(&folder(), &["serve"], &with(&[("REPLICAS", "2")])).await;
    for variable in ["DATABASE_URL", "REDIS_URL", "GCS_BUCKET"] {
        assert_refused(&output, variable);
    }
    let shared = [
        ("REPLICAS", "2"),
        (
            "DATABASE_URL",
            "mysql://shop:canary-4711-hush@db.example/shop",
        ),
        ("REDIS_URL", "redis://:canary-4711-hush@redis.example"),
        ("GCS_BUCKET", "pictures"),
    ];
    for at in 1..shared.len() {
        let mut one_less = shared;
        one_less[at].1 = "";
        let output = run(&folder(), &["serve"], &with(&one_less)).await;
        for (other, (variable, _)) in shared.iter().enumerate().skip(1) {
            let named = said(&output).1.contains(&format!("{variable}: "));
            assert_eq!(named, other == at, "{variable}: {:?}", said(&output));
        }
        assert_refused(&output, shared[at].0);
    }
}

/// F1
#[tokio::test]
async fn all_problems_are_told_together() {
    let settings = [
        ("SHOTIFY_ENV", "production"),
        ("MAX_FILES", "canary-4711-hush"),
        ("HTTP_ADDR", "canary-4711-hush"),
        ("SESSION_IDLE", "canary-4711-hush"),
    ];
    let output = run(&folder(), &["serve"], &settings).await;
    for variable in [
        "SESSION_SECRETS",
        "PUBLIC_URL",
        "SMTP_URL",
        "MAX_FILES",
        "HTTP_ADDR",
        "SESSION_IDLE",
    ] {
        assert_refused(&output, variable);
    }
}

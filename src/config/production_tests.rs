use super::tests::{read, refused};

/// Hex of no meaning, as `openssl rand -hex 32` writes it.
const KEY: &str = "9f1c6f0e7b0d4a2f8e35c1d7a64b90f2e8d1573ac46f0b9288e7d30f15c2ba64";
const OTHER: &str = "02d7be91c4a85f36e10b7d92f8a4c653de6790b1f3528ca4d01e96fb7c43a85d";

/// What production needs at least.
const GOOD: [(&str, &str); 4] = [
    ("SHOTIFY_ENV", "production"),
    ("SESSION_SECRETS", KEY),
    ("PUBLIC_URL", "https://shop.example"),
    ("SMTP_URL", "smtps://user:pw@mail.example"),
];

/// The complaints when one variable is changed (or unset, by the empty text).
fn complaints(changes: &[(&str, &str)]) -> Vec<&'static str> {
    refused(&with(changes))
}

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = GOOD
        .into_iter()
        .filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
    kept.chain(changes.iter().copied()).collect()
}

#[test]
fn production_starts_with_what_it_needs_and_hides_its_insides() {
    let config = read(&GOOD).unwrap();
    assert!(config.environment.is_production());
    assert!(!config.listen.playground && !config.listen.introspection);
    assert_eq!(config.logs.format, super::LogFormat::Json);
    let shown = read(&with(&[("PLAYGROUND", "on"), ("INTROSPECTION", "on")])).unwrap();
    assert!(shown.listen.playground && shown.listen.introspection);
}

/// F1
#[test]
fn missing_short_repeated_and_sample_secrets_are_refused() {
    let twice = format!("{KEY},{OTHER},{KEY}");
    let short = format!("{KEY},{}", &OTHER[..31]);
    for bad in [
        "",
        " , ",
        "tooshort",
        &short,
        &twice,
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "k3Jx9QmZk3Jx9QmZk3Jx9QmZk3Jx9QmZk3Jx9QmZ",
        "abababcabababcabababcabababcabababcabababc",
        "change-me-change-it-or-be-sorry-12",
        "my-Super-SECRET-key-for-this-server-1",
        "0123456789abcdef0123456789abcdeffedcba",
        "please-replace-this-Example-key-now-42",
    ] {
        let found = complaints(&[("SESSION_SECRETS", bad)]);
        assert!(
            !found.is_empty() && found.iter().all(|name| *name == "SESSION_SECRETS"),
            "{bad}: {found:?}"
        );
    }
    let two = format!("{KEY},{OTHER}");
    for good in [&two, &KEY[..32]] {
        assert!(read(&with(&[("SESSION_SECRETS", good)])).is_ok(), "{good}");
    }
}

/// F1
#[test]
fn a_refusal_never_tells_the_secret() {
    let error = read(&with(&[("SESSION_SECRETS", "tooshort")])).unwrap_err();
    let told = error.to_string();
    assert!(
        told.contains("SESSION_SECRETS") && !told.contains("tooshort"),
        "{told}"
    );
}

/// F2
#[test]
fn what_is_fit_only_for_development_is_refused() {
    for (name, bad) in [
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "http://shop.example"),
        ("SMTP_URL", ""),
        ("DATABASE_URL", "mysql://root:pw@db/shotify"),
        ("DATABASE_URL", "mysql://db/shotify"),
        ("REDIS_URL", "redis://cache"),
        ("REDIS_URL", "rediss://user@cache"),
        ("REDIS_URL", "redis://:@cache"),
        ("VISION_ENDPOINT", "http://127.0.0.1:9000"),
        ("VISION_ENDPOINT", "HTTP://vision.example"),
        ("GCS_ENDPOINT", "http://gcs:4443"),
        ("GCS_ENDPOINT", "HTTP://10.0.0.1"),
        ("GCS_ENDPOINT", "http://localhost.example"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "https://a.example,null"),
        ("SMTP_URL", "smtp://mail.example"),
        ("SMTP_URL", "smtp://user:pw@mail.example:587"),
        ("SMTP_URL", "smtp://mail.example?tls=opportunistic"),
        ("MAIL_FROM", "shop@localhost"),
        ("MAIL_FROM", "shop@mail.LOCALHOST"),
    ] {
        assert_eq!(complaints(&[(name, bad)]), [name], "{bad}");
    }
    let primary = ("DATABASE_URL", "mysql://app:pw@db/shotify");
    let replica = ("DATABASE_READ_URL", "mysql://root:pw@replica/shotify");
    assert_eq!(complaints(&[primary, replica]), ["DATABASE_READ_URL"]);
    for (name, good) in [
        ("DATABASE_URL", "mysql://app:pw@db/shotify"),
        ("REDIS_URL", "rediss://:pw@cache"),
        ("VISION_ENDPOINT", "https://eu-vision.googleapis.com"),
        ("GCS_ENDPOINT", "https://storage.eu.example"),
        ("GCS_ENDPOINT", "http://127.0.0.1:4443"),
        ("GCS_ENDPOINT", "http://[::1]:4443"),
        ("GCS_ENDPOINT", "http://localhost:4443"),
        ("ALLOWED_ORIGINS", "https://a.example"),
        ("SMTP_URL", "smtp://user:pw@mail.example?tls=required"),
        ("SMTP_URL", "smtp://127.0.0.1:25"),
        ("SMTP_URL", "smtp://localhost?tls=opportunistic"),
        ("MAIL_FROM", "shop@mail.example"),
    ] {
        assert!(read(&with(&[(name, good)])).is_ok(), "{name}");
    }
}

/// F2
#[test]
fn mails_leave_production_safely_and_from_somewhere() {
    let no_smtp = ("SMTP_URL", "");
    let key = ("SENDGRID_API_KEY", "SG.key");
    assert!(read(&with(&[no_smtp, key])).is_ok());
    assert_eq!(complaints(&[key]), ["SMTP_URL"], "one way, not two");
    let plain = ("SENDGRID_ENDPOINT", "http://sendgrid.example");
    assert_eq!(complaints(&[no_smtp, key, plain]), ["SENDGRID_ENDPOINT"]);
    let stand_in = ("SENDGRID_ENDPOINT", "http://127.0.0.1:9000");
    assert!(read(&with(&[no_smtp, key, stand_in])).is_ok());
    // An address of the net is no place to be answered at: the default is at localhost.
    let address = ("PUBLIC_URL", "https://192.0.2.1");
    assert_eq!(complaints(&[address]), ["MAIL_FROM"]);
    assert_eq!(complaints(&[no_smtp, key, address]), ["MAIL_FROM"]);
    let here = ("SMTP_URL", "smtp://localhost:25");
    assert!(
        read(&with(&[address, here])).is_ok(),
        "that server's choice"
    );
}

/// F2
#[test]
fn several_servers_may_not_keep_things_to_themselves() {
    let found = complaints(&[("REPLICAS", "2")]);
    assert_eq!(found, ["DATABASE_URL", "REDIS_URL", "GCS_BUCKET"]);
    let shared = [
        ("REPLICAS", "2"),
        ("DATABASE_URL", "mysql://app:pw@db/shotify"),
        ("REDIS_URL", "redis://:pw@cache"),
        ("GCS_BUCKET", "pictures"),
    ];
    assert!(read(&with(&shared)).is_ok());
    for (at, (name, _)) in shared.iter().enumerate().skip(1) {
        let mut one_less = shared;
        one_less[at].1 = "";
        assert_eq!(complaints(&one_less), [*name]);
    }
    let file = ("DATABASE_URL", "sqlite:///srv/shotify.db");
    let with_file = [shared[0], file, shared[2], shared[3]];
    assert_eq!(complaints(&with_file), ["DATABASE_URL"]);
}

/// F1, F2
#[test]
fn all_of_it_is_told_at_once() {
    let found = refused(&[("SHOTIFY_ENV", "production")]);
    assert_eq!(found, ["PUBLIC_URL", "SESSION_SECRETS", "SMTP_URL"]);
}

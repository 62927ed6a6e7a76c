use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use super::*;

/// Reads a configuration from pairs.
pub(super) fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let map: HashMap<&str, &str> = pairs.iter().copied().collect();
    Config::from_env(&|name| map.get(name).map(ToString::to_string))
}

/// Variables that are complained about.
pub(super) fn refused(pairs: &[(&str, &str)]) -> Vec<&'static str> {
    let error = read(pairs).expect_err("it is refused");
    error
        .problems
        .iter()
        .map(|problem| problem.variable)
        .collect()
}

#[test]
fn nothing_is_needed_for_development() {
    let config = read(&[]).unwrap();
    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.listen.http.to_string(), "127.0.0.1:8080");
    assert_eq!(config.listen.metrics.to_string(), "127.0.0.1:9464");
    assert_eq!(config.listen.public_url, "http://localhost:8080");
    assert!(config.listen.playground && config.listen.introspection && config.worker);
    assert_eq!(
        config.database,
        Database::Sqlite("./data/shotify.db".into())
    );
    assert_eq!(config.sessions, Sessions::Sql);
    assert_eq!(config.objects, Objects::Files("./data/objects".into()));
    assert_eq!(
        (config.vision.labeller, config.mail.transport),
        (Vision::OnDevice, Mail::Mailbox)
    );
    assert_eq!(config.mail.from.as_str(), "no-reply@localhost");
    assert_eq!(config.currency.as_str(), "USD");
    assert_eq!(config.logs.format, LogFormat::Pretty);
    assert!(config.session_secrets.is_empty());
}

#[test]
fn the_limits_are_those_of_the_rules() {
    let limits = read(&[]).unwrap().limits;
    assert_eq!(limits.max_file_bytes, 26_214_400);
    assert_eq!(
        (limits.max_files, limits.max_request_bytes),
        (20, 125_829_120)
    );
    assert_eq!((limits.max_pixels, limits.max_side), (50_000_000, 16_384));
    assert_eq!(
        (limits.max_images, limits.max_stored_bytes),
        (10_000, 21_474_836_480)
    );
    assert_eq!((limits.max_mutations, limits.max_depth), (5, 12));
    assert_eq!(
        (limits.max_document_bytes, limits.max_tokens),
        (16_384, 1_000)
    );
    assert_eq!(limits.session_lifetime, Duration::from_hours(168));
    assert_eq!(limits.session_idle, Duration::from_hours(24));
    assert_eq!(limits.access_token_lifetime, Duration::from_mins(15));
    assert_eq!(
        (
            limits.failed_sign_ins_per_account,
            limits.failed_sign_ins_per_ip
        ),
        (20, 60)
    );
    assert_eq!((limits.mails_per_address, limits.mails_per_ip), (3, 20));
    assert_eq!(limits.registrations_per_ip, 20);
    assert_eq!(
        (limits.labellings_per_member, limits.labellings_window),
        (500, Duration::from_hours(1))
    );
}

#[test]
fn every_setting_can_be_set() {
    let config = read(&[
        ("HTTP_ADDR", "[::]:0"),
        ("PUBLIC_URL", "https://Shop.Example:443/"),
        (
            "ALLOWED_ORIGINS",
            "https://a.example, https://b.example:8443,",
        ),
        ("TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1, fd00::/8"),
        ("REPLICAS", "3"),
        ("WORKER", "off"),
        ("DATA_DIR", "/srv/shotify"),
        ("SESSION_SECRETS", "one, two"),
        ("DATABASE_URL", "mysql://app:pw@db/shotify"),
        (
            "DATABASE_READ_URL",
            "mysql://app:pw@replica/shotify, mysql://app:pw@other/shotify",
        ),
        ("CURRENCY", "EUR"),
        ("LOG_FORMAT", "json"),
        ("MAX_FILES", "3"),
        ("SESSION_IDLE", "90m"),
        ("SHUTDOWN_LINGER", "0s"),
    ]);
    let config = config.unwrap();
    assert_eq!(config.listen.public_url, "https://shop.example");
    assert_eq!(
        config.listen.allowed_origins,
        ["https://a.example", "https://b.example:8443"]
    );
    let proxies: Vec<String> = config
        .listen
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(proxies, ["10.0.0.0/8", "192.0.2.1/32", "fd00::/8"]);
    assert_eq!((config.replicas, config.worker), (3, false));
    assert_eq!(config.data_dir, Path::new("/srv/shotify"));
    assert_eq!(
        config.objects,
        Objects::Files("/srv/shotify/objects".into())
    );
    let secrets: Vec<&str> = config.session_secrets.iter().map(Secret::reveal).collect();
    assert_eq!(secrets, ["one", "two"]);
    let Database::MySql { url, replicas } = config.database else {
        panic!("MySQL and its replicas");
    };
    assert_eq!(url.reveal(), "mysql://app:pw@db/shotify");
    let replicas: Vec<&str> = replicas.iter().map(Secret::reveal).collect();
    assert_eq!(
        replicas,
        [
            "mysql://app:pw@replica/shotify",
            "mysql://app:pw@other/shotify"
        ]
    );
    assert_eq!(config.mail.from.as_str(), "no-reply@shop.example");
    assert_eq!(
        (config.limits.max_files, config.limits.session_idle),
        (3, Duration::from_mins(90))
    );
}

#[test]
fn an_empty_value_is_as_if_not_set() {
    let config = read(&[
        ("HTTP_ADDR", "  "),
        ("DATABASE_URL", ""),
        ("SESSION_SECRETS", " , "),
    ]);
    assert_eq!(
        config.unwrap().database,
        Database::Sqlite("./data/shotify.db".into())
    );
}

#[test]
fn sqlite_may_be_named_in_several_ways() {
    for url in [
        "sqlite:///tmp/a.db",
        "sqlite:/tmp/a.db",
        "sqlite:///tmp/a.db?mode=rwc",
    ] {
        let config = read(&[("DATABASE_URL", url)]).unwrap();
        assert_eq!(
            config.database,
            Database::Sqlite("/tmp/a.db".into()),
            "{url}"
        );
    }
    for bad in [
        "sqlite::memory:",
        "sqlite://",
        "postgres://a/b",
        "mysql://host",
        "mysql:///db",
        "x",
    ] {
        assert_eq!(refused(&[("DATABASE_URL", bad)]), ["DATABASE_URL"], "{bad}");
    }
}

#[test]
fn a_redis_is_an_address_and_the_number_of_a_database() {
    for good in [
        "redis://r",
        "rediss://u:p@r:6380/",
        "redis://:p@10.0.0.1/15",
    ] {
        let config = read(&[("REDIS_URL", good)]).unwrap();
        assert_eq!(config.sessions, Sessions::Redis(Secret::new(good)));
    }
    for bad in [
        "redis://",
        "redis+unix:///s",
        "redis://r/zero",
        "rediss://r/#insecure",
        "redis://r?protocol=resp3",
    ] {
        assert_eq!(refused(&[("REDIS_URL", bad)]), ["REDIS_URL"], "{bad}");
    }
}

#[test]
fn all_problems_are_told_together_without_any_value() {
    let pairs = [
        ("SHOTIFY_ENV", "prod-v4lue"),
        ("HTTP_ADDR", "v4lue"),
        ("PUBLIC_URL", "https://v4lue.example/path"),
        ("ALLOWED_ORIGINS", "https://v4lue.example/"),
        ("TRUSTED_PROXIES", "v4lue"),
        ("REPLICAS", "0v4lue"),
        ("WORKER", "v4lue"),
        ("DATABASE_URL", "v4lue"),
        ("REDIS_URL", "http://v4lue"),
        ("GCS_ENDPOINT", "v4lue"),
        ("VISION", "v4lue"),
        ("SMTP_URL", "v4lue"),
        ("MAIL_FROM", "v4lue"),
        ("CURRENCY", "JPY"),
        ("LOG_FORMAT", "v4lue"),
        ("MAX_FILES", "0"),
        ("SESSION_IDLE", "1w"),
    ];
    let error = read(&pairs).unwrap_err();
    let mut named: Vec<&str> = error
        .problems
        .iter()
        .map(|problem| problem.variable)
        .collect();
    let mut expected: Vec<&str> = pairs.iter().map(|(name, _)| *name).collect();
    named.sort_unstable();
    expected.sort_unstable();
    assert_eq!(named, expected);
    let told = error.to_string();
    assert!(
        !told.contains("v4lue") && !format!("{error:?}").contains("v4lue"),
        "{told}"
    );
}

#[test]
fn a_bucket_has_a_name_of_a_bucket() {
    for good in ["pictures", "shop-pictures_1", "pictures.shop.example"] {
        let config = read(&[("GCS_BUCKET", good)]).unwrap();
        assert!(matches!(config.objects, Objects::Gcs { bucket, .. } if bucket == good));
    }
    let long = "a".repeat(223);
    for bad in [
        "ab",
        "Pictures",
        "gs://pictures",
        "a/b",
        "-pictures",
        "pictures.",
        &long,
    ] {
        assert_eq!(refused(&[("GCS_BUCKET", bad)]), ["GCS_BUCKET"], "{bad}");
    }
}

#[test]
fn an_endpoint_holds_no_password() {
    for bad in [
        "http://ann:hunter2@gcs",
        "http://ann@gcs",
        "http://gcs/?key=hunter2",
    ] {
        let error = read(&[("GCS_BUCKET", "pictures"), ("GCS_ENDPOINT", bad)]).unwrap_err();
        assert_eq!(error.problems[0].variable, "GCS_ENDPOINT", "{bad}");
        assert!(!error.to_string().contains("hunter2"), "{bad}");
    }
}

#[test]
fn a_replica_needs_a_primary() {
    let replica = ("DATABASE_READ_URL", "mysql://app:pw@replica/shotify");
    assert_eq!(refused(&[replica]), ["DATABASE_READ_URL"]);
}

#[test]
fn google_cloud_vision_is_signed_in_like_the_storage() {
    let pairs = [
        ("VISION", "google"),
        ("VISION_ENDPOINT", "http://127.0.0.1:9000"),
        ("GCS_BUCKET", "pictures"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/etc/key.json"),
    ];
    let config = read(&pairs).unwrap();
    let file = Some("/etc/key.json".into());
    let Objects::Gcs { credentials, .. } = &config.objects else {
        panic!("Google Cloud Storage");
    };
    assert_eq!(*credentials, file);
    let vision = Vision::Google {
        endpoint: Some("http://127.0.0.1:9000".to_owned()),
        credentials: file,
    };
    assert_eq!(config.vision.labeller, vision);
    let name = "GOOGLE_APPLICATION_CREDENTIALS";
    let rows = config.rows().iter().filter(|row| row.variable == name);
    assert_eq!(rows.count(), 1);
}

#[test]
fn traces_are_sampled_as_the_standard_names_it() {
    let sampling = |settings: &[(&str, &str)]| read(settings).unwrap().traces.sampling;
    let found = |by_parent, share| Sampling { by_parent, share };
    assert_eq!(read(&[]).unwrap().traces.endpoint, None);
    assert_eq!(sampling(&[]), found(true, 1.0));
    for (name, expected) in [
        ("always_on", found(false, 1.0)),
        ("always_off", found(false, 0.0)),
        ("traceidratio", found(false, 0.25)),
        ("parentbased_always_off", found(true, 0.0)),
        ("parentbased_traceidratio", found(true, 0.25)),
    ] {
        let settings = [
            ("OTEL_TRACES_SAMPLER", name),
            ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
        ];
        assert_eq!(sampling(&settings), expected, "{name}");
    }
    for odd in [
        ("OTEL_TRACES_SAMPLER", "sometimes"),
        ("OTEL_TRACES_SAMPLER_ARG", "1.1"),
        ("OTEL_TRACES_SAMPLER_ARG", "NaN"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://ann:hunter2@collector",
        ),
    ] {
        assert!(read(&[odd]).is_err(), "{odd:?}");
    }
}

/// N1
#[test]
fn the_table_shows_everything_but_secrets() {
    let config = read(&[
        ("SESSION_SECRETS", "hunter2"),
        ("DATABASE_URL", "mysql://app:hunter2@db/shotify"),
        ("REDIS_URL", "redis://:hunter2@r"),
        ("SMTP_URL", "smtp://u:hunter2@m"),
        ("HTTP_ADDR", "0.0.0.0:80"),
    ]);
    let config = config.unwrap();
    let table = config.table();
    assert!(!table.contains("hunter2") && !format!("{config:?}").contains("hunter2"));
    for row in config.rows() {
        let line = table
            .lines()
            .find(|line| line.starts_with(row.variable))
            .unwrap();
        assert!(line.contains(&row.value), "{line}");
        assert!(
            line.ends_with(if row.set { "set" } else { "default" }),
            "{line}"
        );
    }
}

#[test]
fn the_sample_file_names_every_variable_with_its_default() {
    let sample = include_str!("../../.env.example");
    for row in read(&[]).unwrap().rows() {
        let line = format!("#{}=", row.variable);
        let mut lines = sample.lines().filter_map(|known| known.strip_prefix(&line));
        let default = lines.next().unwrap_or_else(|| panic!("{line} is missing"));
        assert!(
            default.is_empty() || default == row.value,
            "{line}{default}"
        );
    }
}

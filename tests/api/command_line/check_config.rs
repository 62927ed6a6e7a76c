//! `check-config`: what would be used, and whether it works; nothing is changed by looking.

use super::{CANARY, assert_refused, folder, run, said};

/// N1
#[tokio::test]
async fn check_config_shows_every_setting_but_no_secret() {
    let data = folder();
    assert!(run(&data, &["migrate"], &[]).await.status.success());
    let secret = format!("{CANARY}, {CANARY}-two");
    let output = run(
        &data,
        &["check-config"],
        &[("SESSION_SECRETS", &secret), ("MAX_FILES", "7")],
    )
    .await;
    let (out, err) = said(&output);
    assert!(output.status.success(), "{err}");
    for expected in [
        "SESSION_SECRETS",
        "***",
        "HTTP_ADDR",
        "MAX_FILES",
        "The database answers",
    ] {
        assert!(out.contains(expected), "{expected}: {out}");
    }
    assert!(!out.contains(CANARY) && !err.contains(CANARY), "{out}{err}");
}

/// N1
#[tokio::test]
async fn check_config_says_what_does_not_answer_without_its_secrets() {
    let url = format!("mysql://shop:{CANARY}@127.0.0.1:1/shop");
    let output = run(&folder(), &["check-config"], &[("DATABASE_URL", &url)]).await;
    assert_refused(&output, "database");
    let (out, err) = said(&output);
    assert!(
        out.contains("MAX_FILES"),
        "the table is what was asked for: {out}"
    );
    assert!(!err.contains("MAX_FILES"), "{err}");
}

/// N1
#[tokio::test]
async fn check_config_says_that_redis_does_not_answer_without_its_password() {
    let url = format!("redis://:{CANARY}@127.0.0.1:1");
    let output = run(&folder(), &["check-config"], &[("REDIS_URL", &url)]).await;
    assert_refused(&output, "REDIS_URL");
}

/// N1
#[tokio::test]
async fn check_config_tries_google_cloud_vision() {
    let data = folder();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let answer = axum::routing::post(async || "{}");
    let router = axum::Router::new().route("/v1/images:annotate", answer);
    let standing_in = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let settings = [("VISION", "google"), ("VISION_ENDPOINT", &endpoint)];
    let output = run(&data, &["check-config"], &settings).await;
    let (out, err) = said(&output);
    assert!(
        output.status.success() && out.contains("Google Cloud Vision answers."),
        "{out}{err}"
    );
    standing_in.abort();
    let nowhere = [
        ("VISION", "google"),
        ("VISION_ENDPOINT", "http://127.0.0.1:1"),
    ];
    assert_refused(&run(&data, &["check-config"], &nowhere).await, "VISION");
    let key = data.path().join("key.json");
    std::fs::write(&key, format!("{{\"type\": \"{CANARY}\"}}")).unwrap();
    let file = ("GOOGLE_APPLICATION_CREDENTIALS", key.to_str().unwrap());
    let output = run(&data, &["check-config"], &[settings[0], file]).await;
    assert_refused(&output, "VISION");
}

#[tokio::test]
async fn check_config_makes_nothing() {
    let data = folder();
    let inside = data.path().join("data");
    let setting = [("DATA_DIR", inside.to_str().unwrap())];
    let output = run(&data, &["check-config"], &setting).await;
    let (out, err) = said(&output);
    assert!(output.status.success(), "{err}");
    assert!(out.contains("the first start makes it"), "{out}");
    assert!(out.contains("the first start makes their folder"), "{out}");
    assert!(!inside.exists());
}

#[tokio::test]
async fn check_config_says_that_objects_cannot_be_kept() {
    let data = folder();
    let check = ["check-config"];
    let objects = data.path().join("objects");
    std::fs::create_dir(&objects).unwrap();
    let output = run(&data, &check, &[]).await;
    let (out, err) = said(&output);
    assert!(
        output.status.success() && out.contains("can be written to"),
        "{out}{err}"
    );
    assert_eq!(std::fs::read_dir(&objects).unwrap().count(), 0);
    std::fs::remove_dir(&objects).unwrap();
    std::fs::write(&objects, "").unwrap();
    assert_refused(&run(&data, &check, &[]).await, "DATA_DIR");
}

/// N1
#[tokio::test]
async fn check_config_names_every_replica_that_does_not_answer() {
    let url = |name: &str| format!("mysql://shop:{CANARY}@127.0.0.1:1/{name}");
    let replicas = format!("{},{}", url("one"), url("two"));
    let settings = [
        ("DATABASE_URL", &*url("shop")),
        ("DATABASE_READ_URL", &replicas),
    ];
    let output = run(&folder(), &["check-config"], &settings).await;
    for replica in ["DATABASE_READ_URL, number 1", "DATABASE_READ_URL, number 2"] {
        assert_refused(&output, replica);
    }
}

#[tokio::test]
async fn check_config_migrates_nothing() {
    let data = folder();
    let file = data.path().join("shotify.db");
    std::fs::write(&file, "").unwrap();
    for _ in 0..2 {
        let output = run(&data, &["check-config"], &[]).await;
        let (out, err) = said(&output);
        assert!(output.status.success(), "{err}");
        assert!(
            out.contains("the next start brings its schema up to date"),
            "{out}"
        );
    }
}

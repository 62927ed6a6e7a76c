//! The demo, filled into a folder that is thrown away.

use super::members::MEMBERS;
use super::{fill, run};
use crate::app::App;
use crate::config::Config;
use crate::ports::store::Store as _;

fn config(settings: &[(&str, &str)]) -> Config {
    let get = |name: &str| {
        let found = settings.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Config::from_env(&get).unwrap()
}

/// How many images are shown to everyone, and how many sales each member was part of.
async fn census(app: &App) -> (usize, Vec<usize>) {
    let (mut images, mut sales) = (0, Vec::new());
    for member in MEMBERS {
        let key = member.email();
        let user = app.store.users().confirmed_with(&key).await.unwrap();
        let id = user.unwrap().id;
        images += app
            .store
            .products()
            .newest_of(id, &[id], 100)
            .await
            .unwrap()
            .len();
        sales.push(app.store.sales().of_member(id, 100).await.unwrap().len());
    }
    (images, sales)
}

#[tokio::test]
async fn a_second_start_finds_everything_in_place_and_adds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&[("DATA_DIR", folder.path().to_str().unwrap())]);
    let app = App::open(config.clone()).await.unwrap();
    fill::fill(&app).await.unwrap();
    let first = census(&app).await;
    assert_eq!(first.0, 24);
    let bought: usize = MEMBERS.iter().map(|member| member.bought.len()).sum();
    // Each sale has two sides.
    assert_eq!(first.1.iter().sum::<usize>(), 2 * bought);
    assert!(first.1.iter().all(|sales| *sales > 0), "{first:?}");
    app.store.close().await;

    let app = App::open(config).await.unwrap();
    fill::fill(&app).await.unwrap();
    assert_eq!(census(&app).await, first);
    app.store.close().await;
}

#[tokio::test]
async fn the_demo_does_not_run_in_production() {
    let folder = tempfile::tempdir().unwrap();
    let production = config(&[
        ("SHOTIFY_ENV", "production"),
        ("DATA_DIR", folder.path().to_str().unwrap()),
        ("PUBLIC_URL", "https://shotify.example"),
        ("SESSION_SECRETS", "7hQ2vN9xK4mB8wR5tY1zC6pL3sD0fG2jA"),
        ("SMTP_URL", "smtps://mail.shotify.example"),
    ]);
    let refused = run(production).await.unwrap_err();
    assert!(refused.0.starts_with("SHOTIFY_ENV"), "{refused}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

//! `PersistedQueries`.

use std::sync::Arc;

use shotify::adapters::persisted::memory::MemoryQueries;
use shotify::adapters::persisted::redis::{LONGEST, MOST, RedisQueries};
use shotify::ports::persisted::PersistedQueries;
use shotify::ports::store::StoreError;

use crate::support::{on_redis, race};

async fn get(queries: &dyn PersistedQueries, hash: &str) -> Option<String> {
    let found = queries.get(hash).await.unwrap();
    found.map(|document| document.to_string())
}

async fn a_document_is_found_by_its_hash(queries: &dyn PersistedQueries) {
    assert_eq!(get(queries, "a").await, None);
    queries.put("a", "{ a } # Ä 🐎").await.unwrap();
    queries.put("b", "{ b }").await.unwrap();
    queries.put("a", "{ a } # Ä 🐎").await.unwrap();
    assert_eq!(get(queries, "a").await.unwrap(), "{ a } # Ä 🐎");
    assert_eq!(get(queries, "b").await.unwrap(), "{ b }");
    assert_eq!(get(queries, "c").await, None);
}

#[tokio::test]
async fn memory_keeps_documents() {
    a_document_is_found_by_its_hash(&MemoryQueries::default()).await;
}

#[tokio::test]
async fn redis_keeps_documents_for_all_servers() {
    on_redis(async |corner| {
        let one = RedisQueries::new(corner.link());
        a_document_is_found_by_its_hash(&one).await;
        let other = RedisQueries::new(corner.link());
        assert_eq!(get(&other, "b").await.unwrap(), "{ b }");
        // What a server has seen, it goes on knowing.
        corner.keys.forget().await;
        assert_eq!(get(&other, "b").await.unwrap(), "{ b }");
        assert_eq!(get(&RedisQueries::new(corner.link()), "b").await, None);
    })
    .await;
}

#[tokio::test]
async fn redis_keeps_those_that_were_asked_for_last_and_only_so_many() {
    on_redis(async |corner| {
        let queries = Arc::new(RedisQueries::new(corner.link()));
        for hash in 0..MOST {
            queries.put(&hash.to_string(), "{ a }").await.unwrap();
        }
        // As another server asks, for this one need not.
        let other = RedisQueries::new(corner.link());
        assert!(get(&other, "0").await.is_some());
        race(30, |index| {
            let queries = Arc::clone(&queries);
            async move { queries.put(&format!("new {index}"), "{ b }").await.unwrap() }
        })
        .await;
        let fresh = RedisQueries::new(corner.link());
        assert!(get(&fresh, "0").await.is_some(), "asked for");
        assert!(get(&fresh, "new 0").await.is_some(), "new");
        assert_eq!(get(&fresh, "1").await, None, "the oldest");
        let text = corner.link().key("documents", "text");
        let used = corner.link().key("documents", "used");
        let texts: usize = corner.keys.run(redis::cmd("HLEN").arg(&text)).await;
        let uses: usize = corner.keys.run(redis::cmd("ZCARD").arg(&used)).await;
        assert_eq!((texts, uses), (MOST, MOST));
        for key in [text, used] {
            let left: i64 = corner.keys.run(redis::cmd("TTL").arg(&key)).await;
            assert!(left > 0, "{key} would stay for ever");
        }
    })
    .await;
}

#[tokio::test]
async fn redis_keeps_no_document_that_is_too_long() {
    on_redis(async |corner| {
        let queries = RedisQueries::new(corner.link());
        for (hash, length) in [("fits", LONGEST), ("long", LONGEST + 1)] {
            queries.put(hash, &"x".repeat(length)).await.unwrap();
            assert!(get(&queries, hash).await.is_some());
            let fresh = RedisQueries::new(corner.link());
            assert_eq!(get(&fresh, hash).await.is_some(), hash == "fits");
        }
    })
    .await;
}

#[tokio::test]
async fn documents_that_nobody_asks_for_are_gone_after_a_week() {
    on_redis(async |corner| {
        let queries = RedisQueries::new(corner.link());
        queries.put("old", "{ a }").await.unwrap();
        queries.put("young", "{ a }").await.unwrap();
        let used = corner.link().key("documents", "used");
        let week = 7 * 24 * 60 * 60 * 1000;
        let mut age = redis::cmd("ZINCRBY");
        age.arg(&used).arg(-week).arg("old");
        let _: f64 = corner.keys.run(&age).await;
        queries.put("new", "{ a }").await.unwrap();
        let fresh = RedisQueries::new(corner.link());
        assert_eq!(get(&fresh, "old").await, None);
        assert!(get(&fresh, "young").await.is_some());
    })
    .await;
}

/// D1
#[tokio::test]
async fn without_redis_a_server_knows_what_it_has_seen() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}/", nobody.local_addr().unwrap());
    drop(nobody);
    let link = shotify::adapters::redis::RedisLink::open(&url).unwrap();
    let queries = RedisQueries::new(Arc::new(link));
    let failed = queries.put("a", "{ a }").await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))));
    assert_eq!(get(&queries, "a").await.unwrap(), "{ a }");
    let failed = queries.get("b").await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))));
}

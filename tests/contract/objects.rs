//! What every object store must do.

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use shotify::ports::objects::{ObjectError, ObjectFacts, ObjectStore};

/// Runs the whole contract; `store` holds nothing under `contract/`.
pub async fn holds(store: &dyn ObjectStore) {
    keeps_what_is_put(store).await;
    replaces_as_a_whole(store).await;
    reads_ranges(store).await;
    deletes_once_and_again(store).await;
    tells_missing_from_failed(store).await;
    keeps_keys_apart(store).await;
    takes_no_key_that_is_none(store).await;
    takes_large_objects(store).await;
}

async fn put(store: &dyn ObjectStore, key: &str, bytes: &[u8]) {
    let bytes = Bytes::copy_from_slice(bytes);
    store
        .put(key, bytes, "image/jpeg")
        .await
        .expect("it can be put");
}

pub async fn read(
    store: &dyn ObjectStore,
    key: &str,
    range: Option<std::ops::Range<u64>>,
) -> Vec<u8> {
    let object = store.get(key, range).await.expect("it can be read");
    let mut bytes = BytesMut::new();
    let mut chunks = object.bytes;
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk.expect("every chunk arrives"));
    }
    bytes.to_vec()
}

async fn keeps_what_is_put(store: &dyn ObjectStore) {
    put(store, "contract/ab12/original.jpg", b"the bytes").await;
    assert_eq!(
        read(store, "contract/ab12/original.jpg", None).await,
        b"the bytes"
    );
    assert_eq!(
        store
            .size("contract/ab12/original.jpg")
            .await
            .expect("it has a size"),
        9
    );
    put(store, "contract/empty.png", b"").await;
    assert_eq!(read(store, "contract/empty.png", None).await, b"");
    assert_eq!(
        read(store, "contract/empty.png", Some(0..5)).await,
        b"",
        "of nothing, too"
    );
    for (key, bytes) in [
        ("contract/ab12/original.jpg", &b"the bytes"[..]),
        ("contract/empty.png", b""),
    ] {
        let facts = store.facts(key).await.expect("it can be looked at");
        assert_eq!(facts, ObjectFacts::of(bytes));
    }
}

async fn replaces_as_a_whole(store: &dyn ObjectStore) {
    put(store, "contract/again.jpg", b"a long first version").await;
    let opened = store
        .get("contract/again.jpg", None)
        .await
        .expect("it can be read");
    put(store, "contract/again.jpg", b"second").await;
    assert_eq!(read(store, "contract/again.jpg", None).await, b"second");
    let chunks: Vec<_> = opened.bytes.collect().await;
    let first: Vec<u8> = chunks.into_iter().flatten().flatten().collect();
    assert_eq!(
        first, b"a long first version",
        "who reads sees one version, whole"
    );
}

async fn reads_ranges(store: &dyn ObjectStore) {
    put(store, "contract/range.jpg", b"0123456789").await;
    for (range, expected) in [
        (0..10, &b"0123456789"[..]),
        (0..1, b"0"),
        (3..7, b"3456"),
        (9..10, b"9"),
        (5..500, b"56789"),
        (10..20, b""),
        (400..500, b""),
    ] {
        let text = format!("{range:?}");
        assert_eq!(
            read(store, "contract/range.jpg", Some(range)).await,
            expected,
            "{text}"
        );
    }
    let part = store
        .get("contract/range.jpg", Some(3..7))
        .await
        .expect("it can be read");
    assert_eq!(
        part.size, 10,
        "the size of the whole object, whatever the range"
    );
}

async fn deletes_once_and_again(store: &dyn ObjectStore) {
    put(store, "contract/gone.jpg", b"x").await;
    for _ in 0..2 {
        store
            .delete("contract/gone.jpg")
            .await
            .expect("deleting is idempotent");
        assert!(matches!(
            store.size("contract/gone.jpg").await,
            Err(ObjectError::Missing)
        ));
    }
    put(store, "contract/gone.jpg", b"back").await;
    assert_eq!(read(store, "contract/gone.jpg", None).await, b"back");
}

async fn tells_missing_from_failed(store: &dyn ObjectStore) {
    assert!(matches!(
        store.get("contract/never.jpg", None).await,
        Err(ObjectError::Missing)
    ));
    assert!(matches!(
        store.get("contract/never.jpg", Some(1..2)).await,
        Err(ObjectError::Missing)
    ));
    assert!(matches!(
        store.size("contract/never.jpg").await,
        Err(ObjectError::Missing)
    ));
    assert!(matches!(
        store.facts("contract/never.jpg").await,
        Err(ObjectError::Missing)
    ));
}

/// U9: nor is anything else touched by one.
async fn takes_no_key_that_is_none(store: &dyn ObjectStore) {
    for bad in [
        "",
        "..",
        "contract/..",
        "/contract/x",
        "contract//x",
        "contract/x?y",
        "a/../b",
    ] {
        let failed = |result: Result<(), ObjectError>| {
            assert!(matches!(result, Err(ObjectError::Failed(_))), "{bad}");
        };
        failed(store.put(bad, Bytes::new(), "image/png").await);
        failed(store.get(bad, None).await.map(drop));
        failed(store.size(bad).await.map(drop));
        failed(store.facts(bad).await.map(drop));
        failed(store.delete(bad).await);
    }
}

async fn keeps_keys_apart(store: &dyn ObjectStore) {
    let keys = [
        "contract/a/b.jpg",
        "contract/a-b.jpg",
        "contract/a_b.jpg",
        "contract/a.b.jpg",
    ];
    for key in keys {
        put(store, key, key.as_bytes()).await;
    }
    for key in keys {
        assert_eq!(read(store, key, None).await, key.as_bytes());
    }
}

async fn takes_large_objects(store: &dyn ObjectStore) {
    let large: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    put(store, "contract/large.jpg", &large).await;
    assert!(read(store, "contract/large.jpg", None).await == large);
    let part = read(store, "contract/large.jpg", Some(1_000_003..2_000_001)).await;
    assert!(part == large[1_000_003..2_000_001]);
}

mod files {
    use shotify::adapters::objects::FileObjects;

    #[tokio::test]
    async fn files_keep_the_contract() {
        let dir = tempfile::tempdir().expect("a temporary folder can be made");
        let store = FileObjects::open(dir.path().join("objects")).expect("it can be opened");
        super::holds(&store).await;
    }
}

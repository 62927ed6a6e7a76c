//! Tests over stores in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::ports::objects::Object;
use crate::services::testing::FakeStore;

/// Objects, and what is wrong with the store.
#[derive(Default)]
struct Memory {
    held: Mutex<BTreeMap<String, Bytes>>,
    /// Keys whose bytes change on the way in, or out.
    damaged: BTreeSet<&'static str>,
    away: bool,
    /// Keys that are not answered for.
    out: BTreeSet<&'static str>,
    puts: Mutex<Vec<(String, &'static str)>>,
}

impl Memory {
    fn holding(keys: &[&str]) -> Self {
        let held = keys.iter().map(|key| ((*key).to_owned(), bytes_of(key)));
        Self {
            held: Mutex::new(held.collect()),
            ..Self::default()
        }
    }

    fn damaging(mut self, key: &'static str) -> Self {
        self.damaged.insert(key);
        self
    }

    fn held(&self) -> BTreeMap<String, Bytes> {
        self.held.lock().unwrap().clone()
    }

    fn find(&self, key: &str) -> Result<Bytes, ObjectError> {
        if self.away || self.out.contains(key) {
            return Err(ObjectError::Unavailable("no answer".into()));
        }
        let found = self.held.lock().unwrap().get(key).cloned();
        found.ok_or(ObjectError::Missing)
    }

    fn on_the_way(&self, key: &str, bytes: Bytes) -> Bytes {
        let damaged = self.damaged.contains(key);
        if damaged {
            Bytes::from_static(b"?")
        } else {
            bytes
        }
    }
}

fn bytes_of(key: &str) -> Bytes {
    Bytes::from(format!("bytes of {key}"))
}

#[async_trait]
impl ObjectStore for Memory {
    async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        media_type: &'static str,
    ) -> Result<(), ObjectError> {
        self.puts.lock().unwrap().push((key.to_owned(), media_type));
        let bytes = self.on_the_way(key, bytes);
        self.held.lock().unwrap().insert(key.to_owned(), bytes);
        Ok(())
    }
    async fn size(&self, key: &str) -> Result<u64, ObjectError> {
        Ok(self.find(key)?.len() as u64)
    }
    async fn facts(&self, key: &str) -> Result<ObjectFacts, ObjectError> {
        Ok(ObjectFacts::of(&self.find(key)?))
    }
    async fn get(&self, key: &str, _range: Option<Range<u64>>) -> Result<Object, ObjectError> {
        let bytes = self.on_the_way(key, self.find(key)?);
        let halves = [bytes.slice(..1), bytes.slice(1..)];
        Ok(Object {
            size: bytes.len() as u64,
            bytes: Box::pin(stream::iter(halves.map(Ok))),
        })
    }
    async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        self.held.lock().unwrap().remove(key);
        Ok(())
    }
}

const ALL: [&str; 10] = [
    "1/o.png",
    "1/t.webp",
    "1/p.webp",
    "1/w.webp",
    "2/o.jpg",
    "2/t.jpg",
    "2/p.jpg",
    "2/w.jpg",
    "avatars/a.jpg",
    "avatars/b.webp",
];

/// Two products and two avatars, each on a page of its own.
fn store() -> FakeStore {
    let mut store = FakeStore::default();
    let keys = |id: usize| {
        let [original, thumbnail, preview, watermarked] =
            std::array::from_fn(|at| ALL[4 * (id - 1) + at].to_owned());
        let keys = ObjectKeys {
            original,
            thumbnail,
            preview,
            watermarked,
        };
        (ProductId::new(i64::try_from(id).unwrap()), keys)
    };
    let page = move |after: ProductId, _| {
        let next = usize::try_from(after.get()).unwrap() + 1;
        Ok((next <= 2).then(|| keys(next)).into_iter().collect())
    };
    store.products.expect_keys_after().returning(page);
    let page = |after: UserId, _| {
        let found = match after.get() {
            0 => Some((UserId::new(5), ALL[8].to_owned())),
            5 => Some((UserId::new(9), ALL[9].to_owned())),
            _ => None,
        };
        Ok(found.into_iter().collect())
    };
    store.users.expect_avatars_after().returning(page);
    store
}

async fn copy(from: &Arc<Memory>, to: &Arc<Memory>) -> Result<CopyReport, CopyError> {
    let copy = ObjectCopy {
        store: Arc::new(store()),
        from: from.clone(),
        to: to.clone(),
        parallel: 3,
    };
    copy.run(|_| ()).await
}

fn counts(report: &CopyReport) -> (u64, u64, u64) {
    (report.copied, report.skipped, report.failed)
}

#[tokio::test]
async fn all_that_rows_name_is_copied_and_nothing_else() {
    let from = Arc::new(Memory::holding(&ALL));
    let stray = ("9/stray.jpg".to_owned(), Bytes::new());
    from.held.lock().unwrap().extend([stray]);
    let to = Arc::default();
    let report = copy(&from, &to).await.unwrap();
    assert_eq!(counts(&report), (10, 0, 0));
    assert_eq!(to.held(), Memory::holding(&ALL).held());
    let bytes: usize = ALL.iter().map(|key| bytes_of(key).len()).sum();
    assert_eq!(report.bytes, bytes as u64);
    let puts = to.puts.lock().unwrap();
    assert!(puts.contains(&("1/o.png".to_owned(), "image/png")));
    assert!(puts.contains(&("avatars/b.webp".to_owned(), "image/webp")));
}

#[tokio::test]
async fn a_second_run_passes_over_what_is_there_and_mends_what_is_not() {
    let from = Arc::new(Memory::holding(&ALL));
    let to = Arc::new(Memory::holding(&ALL[..4]));
    // Of the same size, but not the same.
    let half = Bytes::from_static(b"bytes 0f 1/o.png");
    assert_eq!(half.len(), bytes_of(ALL[0]).len());
    to.held.lock().unwrap().insert(ALL[0].to_owned(), half);
    let report = copy(&from, &to).await.unwrap();
    assert_eq!(counts(&report), (7, 3, 0));
    assert_eq!(to.held(), from.held());
    let report = copy(&from, &to).await.unwrap();
    assert_eq!(counts(&report), (0, 10, 0));
    assert_eq!(to.puts.lock().unwrap().len(), 7);
}

#[tokio::test]
async fn a_damaged_copy_is_no_copy() {
    let whole = Arc::new(Memory::holding(&ALL));
    let to = Arc::new(Memory::default().damaging(ALL[1]));
    let report = copy(&whole, &to).await.unwrap();
    assert_eq!(counts(&report), (9, 0, 1));
    assert!(!to.held().contains_key(ALL[1]), "it is removed again");
    let from = Arc::new(Memory::holding(&ALL).damaging(ALL[2]));
    let to = Arc::default();
    let report = copy(&from, &to).await.unwrap();
    assert_eq!(counts(&report), (9, 0, 1));
    assert!(!to.held().contains_key(ALL[2]), "it is not written");
}

#[tokio::test]
async fn what_is_missing_is_counted_and_the_rest_is_copied() {
    let from = Arc::new(Memory::holding(&ALL[1..]));
    let to = Arc::default();
    let report = copy(&from, &to).await.unwrap();
    assert_eq!(counts(&report), (9, 0, 1));
    let said = report.to_string();
    assert!(said.ends_with("0 there already, 1 failed"), "{said}");
}

#[tokio::test]
async fn a_store_that_stays_away_ends_it() {
    let from = Arc::new(Memory::holding(&ALL));
    let to = Arc::new(Memory {
        away: true,
        ..Memory::default()
    });
    let ten = copy(&from, &to).await.unwrap();
    assert_eq!(counts(&ten), (0, 0, 10));
    let copy = ObjectCopy {
        store: Arc::new(products(vec![ALL[0]; 100])),
        from,
        to,
        parallel: 1,
    };
    let error = copy.run(|_| ()).await.unwrap_err();
    assert!(matches!(error, CopyError::GivenUp));
}

fn with(original: &str) -> ObjectKeys {
    ObjectKeys {
        original: original.to_owned(),
        thumbnail: ALL[1].to_owned(),
        preview: ALL[2].to_owned(),
        watermarked: ALL[3].to_owned(),
    }
}

/// A product for each of these keys of originals; all else is the same.
fn products(originals: Vec<&'static str>) -> FakeStore {
    let mut store = FakeStore::default();
    let pages = move |after: ProductId, _| {
        let next = usize::try_from(after.get()).unwrap();
        let keys = originals.get(next).map(|original| with(original));
        let row = keys.map(|keys| (ProductId::new(after.get() + 1), keys));
        Ok(row.into_iter().collect())
    };
    store.products.expect_keys_after().returning(pages);
    store
        .users
        .expect_avatars_after()
        .returning(|_, _| Ok(Vec::new()));
    store
}

#[tokio::test]
async fn a_store_that_is_away_now_and_then_does_not_end_it() {
    let more_than_given_up = usize::try_from(GIVE_UP).unwrap() + 5;
    let copy = ObjectCopy {
        store: Arc::new(products(vec![ALL[0]; more_than_given_up])),
        from: Arc::new(Memory {
            out: BTreeSet::from([ALL[0]]),
            ..Memory::holding(&ALL)
        }),
        to: Arc::new(Memory::default()),
        parallel: 1,
    };
    let report = copy.run(|_| ()).await.unwrap();
    assert_eq!(counts(&report), (3, 72, 25));
}

/// What the database says when it is asked again.
async fn copy_while_deleting(again: Option<&'static str>) -> CopyReport {
    let mut store = FakeStore::default();
    let mut asked = 0;
    let page = move |after: ProductId, _| {
        asked += i32::from(after.get() == 0);
        let there = if asked == 1 { Some(ALL[0]) } else { again };
        let row = there.filter(|_| after.get() == 0);
        let row = row.map(|original| (ProductId::new(1), with(original)));
        Ok(row.into_iter().collect())
    };
    store.products.expect_keys_after().returning(page);
    let mut asked = 0;
    let page = move |after: UserId, _| {
        asked += 1;
        let there = (after.get() < 5 && (asked == 1 || again.is_some())).then_some(());
        let row = there.map(|()| (UserId::new(5), ALL[8].to_owned()));
        Ok(row.into_iter().collect())
    };
    store.users.expect_avatars_after().returning(page);
    let copy = ObjectCopy {
        store: Arc::new(store),
        from: Arc::new(Memory::holding(&ALL[1..4])),
        to: Arc::new(Memory::default()),
        parallel: 2,
    };
    copy.run(|_| ()).await.unwrap()
}

#[tokio::test]
async fn what_is_deleted_between_its_page_and_its_copy_is_gone_and_not_failed() {
    let report = copy_while_deleting(None).await;
    assert_eq!((counts(&report), report.gone), ((3, 0, 0), 2));
    let said = report.to_string();
    let end = "0 there already, 2 deleted meanwhile, 0 failed";
    assert!(said.ends_with(end), "{said}");
    let report = copy_while_deleting(Some(ALL[0])).await;
    assert_eq!((counts(&report), report.gone), ((3, 0, 2), 0));
    // The row is there and names another one by now.
    let report = copy_while_deleting(Some(ALL[4])).await;
    assert_eq!((counts(&report), report.gone), ((3, 0, 1), 1));
}

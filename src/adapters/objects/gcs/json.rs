//! Metadata, deletions and the bucket itself, by the JSON API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::faults::{told, within};
use super::{Bucket, SERVICE};
use crate::adapters::google::Fault;
use crate::ports::objects::{ObjectError, ObjectFacts};

/// What a server does with objects.
const PERMISSIONS: [&str; 4] = [
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.get",
    "storage.objects.list",
];

/// An object's metadata. Google writes 64-bit numbers as texts.
#[derive(Deserialize)]
struct Metadata {
    size: String,
    crc32c: String,
    generation: String,
}

/// What is kept under a key, and which one in the row of all that ever was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    pub facts: ObjectFacts,
    pub generation: i64,
}

impl Metadata {
    fn kept(&self) -> Option<Kept> {
        let facts = ObjectFacts {
            size: self.size.parse().ok()?,
            crc32c: u32::from_be_bytes(STANDARD.decode(&self.crc32c).ok()?.try_into().ok()?),
        };
        let generation = self.generation.parse().ok()?;
        Some(Kept { facts, generation })
    }
}

#[derive(Default, Deserialize)]
struct Allowed {
    #[serde(default)]
    permissions: Vec<String>,
}

impl Bucket {
    /// What is kept under a key.
    pub(super) async fn kept(&self, key: &str) -> Result<Kept, ObjectError> {
        match self.often(|| self.look(key)).await {
            Ok(kept) => Ok(kept),
            Err(fault) => Err(self.missing(fault).await),
        }
    }

    async fn look(&self, key: &str) -> Result<Kept, Fault> {
        let mut url = self.object(key);
        url.set_query(Some("fields=size,crc32c,generation"));
        let metadata: Metadata = self.ask(url).await?;
        let incomplete = || self.web.odd("lacks an object's size or checksum");
        metadata.kept().ok_or_else(incomplete)
    }

    /// Removes an object: whatever it is, or only this generation of it.
    pub(super) async fn remove(
        &self,
        key: &str,
        generation: Option<i64>,
    ) -> Result<(), ObjectError> {
        let mut url = self.object(key);
        if let Some(generation) = generation {
            url.set_query(Some(&format!("ifGenerationMatch={generation}")));
        }
        let delete = || {
            let request = self.web.request(Method::DELETE, url.clone());
            within(self.deadlines.answer, "a deletion", async {
                self.web.send(request).await.map(drop)
            })
        };
        match self.often(delete).await {
            Ok(()) => Ok(()),
            Err(fault) => Err(self.missing(fault).await),
        }
    }

    /// What a fault is to who asked for an object: where Google says that something is missing, whether it is the object
    /// or the bucket. A bucket that is not there must not make deletions succeed.
    pub(super) async fn missing(&self, fault: Fault) -> ObjectError {
        if !fault.is(404) {
            return told(fault);
        }
        match self.list_nothing().await {
            Ok(()) => ObjectError::Missing,
            Err(fault) => told(fault),
        }
    }

    /// Whether the bucket is there and ours to use.
    pub(super) async fn check(&self) -> Result<(), Fault> {
        self.list_nothing().await?;
        if !self.signed_in {
            // An emulator knows no permissions.
            return Ok(());
        }
        let mut url = self.place.join(["storage", "v1", "b", &self.name, "iam"]);
        if let Ok(mut path) = url.path_segments_mut() {
            path.push("testPermissions");
        }
        let pairs = PERMISSIONS.map(|name| ("permissions", name));
        url.query_pairs_mut().extend_pairs(pairs);
        let allowed: Allowed = self.often(|| self.ask(url.clone())).await?;
        let allowed = |name: &&str| allowed.permissions.iter().any(|given| given == name);
        let lacking: Vec<&str> = PERMISSIONS
            .into_iter()
            .filter(|name| !allowed(name))
            .collect();
        if lacking.is_empty() {
            return Ok(());
        }
        Err(Fault::Refused {
            status: None,
            reason: format!("the account lacks {} on the bucket", lacking.join(", ")),
        })
    }

    /// Asks for a list of nothing much: a right that every server has, and a bucket that must be there.
    async fn list_nothing(&self) -> Result<(), Fault> {
        let mut url = self.place.join(["storage", "v1", "b", &self.name, "o"]);
        url.set_query(Some("maxResults=1&fields=kind"));
        let listed = self
            .often(|| self.ask::<serde_json::Value>(url.clone()))
            .await;
        match listed {
            Err(fault) if fault.is(404) => Err(Fault::Refused {
                status: None,
                reason: format!("{SERVICE} has no such bucket"),
            }),
            Err(fault) => Err(fault),
            Ok(_) => Ok(()),
        }
    }

    async fn ask<T: DeserializeOwned>(&self, url: Url) -> Result<T, Fault> {
        let request = self.web.request(Method::GET, url);
        let answer = within(self.deadlines.answer, "an answer", self.web.send(request)).await?;
        let not_understood = |error| self.web.odd(&format!("is not understood: {error}"));
        serde_json::from_slice(&answer).map_err(not_understood)
    }

    /// An object's address.
    fn object(&self, key: &str) -> Url {
        self.place
            .join(["storage", "v1", "b", &self.name, "o", key])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(size: &str, crc32c: &str, generation: &str) -> Option<Kept> {
        let [size, crc32c, generation] = [size, crc32c, generation].map(str::to_owned);
        let metadata = Metadata {
            size,
            crc32c,
            generation,
        };
        metadata.kept()
    }

    #[test]
    fn metadata_is_read_exactly_or_not_at_all() {
        let found = kept("11", "yZRlqg==", "1795617987888642").unwrap();
        assert_eq!(found.facts, ObjectFacts::of(b"hello world"));
        assert_eq!(found.generation, 1_795_617_987_888_642);
        for (size, crc32c, generation) in [
            ("", "yZRlqg==", "1"),
            ("-1", "yZRlqg==", "1"),
            ("11", "", "1"),
            ("11", "yZRl", "1"),
            ("11", "yZRlqgAA", "1"),
            ("11", "yZRlqg==", ""),
        ] {
            assert!(kept(size, crc32c, generation).is_none());
        }
    }
}

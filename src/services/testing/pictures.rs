//! A studio and an object store without pictures or disks.

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use url::Url;

use super::Accounts;
use crate::domain::embedding::{Embedding, ModelId};
use crate::domain::picture::{ImageFormat, PictureFacts};
use crate::ports::objects::{Object, ObjectError, ObjectFacts, ObjectStore};
use crate::ports::pictures::{Developed, Encoded, Examined, PictureError, SpooledFile, Studio};

/// Takes any file but an empty one for a PNG.
#[derive(Default)]
pub struct FakeStudio {
    /// The watermark of each upload that was looked at.
    pub watermarks: Mutex<Vec<String>>,
}

impl FakeStudio {
    /// Of any upload, and how many bytes three of them have.
    const RENDITION: &[u8] = b"picture";
    pub const RENDITIONS: u64 = 3 * Self::RENDITION.len() as u64;

    /// The embedding of a file: four numbers made of its size and its bytes.
    pub fn embedding(size: u64, bytes: &[u8]) -> Embedding {
        let mut sums = [
            1.0,
            f32::from(u16::try_from(size % 1000).unwrap()),
            0.0,
            0.0,
        ];
        for (at, byte) in bytes.iter().enumerate() {
            sums[2 + at % 2] += f32::from(*byte);
        }
        Embedding::new(ModelId::new("fake"), &sums).unwrap()
    }

    fn embedding_of(upload: &SpooledFile) -> Embedding {
        let mut bytes = Vec::new();
        (&upload.file).rewind().unwrap();
        (&upload.file).read_to_end(&mut bytes).unwrap();
        Self::embedding(upload.size, &bytes)
    }
}

#[async_trait]
impl Studio for FakeStudio {
    async fn develop(
        &self,
        upload: SpooledFile,
        watermark: String,
    ) -> Result<Developed, PictureError> {
        self.watermarks.lock().unwrap().push(watermark);
        if upload.size == 0 {
            return Err(PictureError::Unsupported("the file is empty"));
        }
        let encoded = |format| Encoded {
            bytes: Bytes::from_static(Self::RENDITION),
            format,
        };
        Ok(Developed {
            facts: PictureFacts {
                width: 4,
                height: 3,
                format: ImageFormat::Png,
                size: upload.size,
                renditions: Self::RENDITIONS,
                placeholder: vec![1],
                perceptual_hash: 1,
                sha256: [1; 32],
            },
            embedding: Self::embedding_of(&upload),
            original: encoded(ImageFormat::Png),
            thumbnail: encoded(ImageFormat::Jpeg),
            preview: encoded(ImageFormat::Webp),
            watermarked: encoded(ImageFormat::Jpeg),
        })
    }
    async fn examine(&self, upload: SpooledFile) -> Result<Examined, PictureError> {
        if upload.size == 0 {
            return Err(PictureError::Unsupported("the file is empty"));
        }
        Ok(Examined {
            embedding: Self::embedding_of(&upload),
            sha256: [1; 32],
        })
    }
    async fn embed(&self, preview: &Encoded) -> Result<Embedding, PictureError> {
        Ok(Self::embedding(preview.bytes.len() as u64, &preview.bytes))
    }
    fn model(&self) -> ModelId {
        ModelId::new("fake")
    }
    async fn avatar(&self, _upload: SpooledFile) -> Result<Encoded, PictureError> {
        panic!("avatars are mocked")
    }
}

/// Objects in memory, beside the journal that must announce them.
pub struct MemoryObjects {
    store: Arc<Accounts>,
    held: Mutex<BTreeMap<String, &'static str>>,
    unannounced: Mutex<Vec<String>>,
    /// Keys that hold this cannot be put.
    pub refused: Mutex<Option<&'static str>>,
}

impl MemoryObjects {
    pub fn new(store: Arc<Accounts>) -> Self {
        Self {
            store,
            held: Mutex::default(),
            unannounced: Mutex::default(),
            refused: Mutex::default(),
        }
    }

    /// Key and media type of every object.
    pub fn held(&self) -> BTreeMap<String, &'static str> {
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Keys put before the journal named them.
    pub fn unannounced(&self) -> Vec<String> {
        self.unannounced.lock().unwrap().clone()
    }
}

#[async_trait]
impl ObjectStore for MemoryObjects {
    async fn put(
        &self,
        key: &str,
        _bytes: Bytes,
        media_type: &'static str,
    ) -> Result<(), ObjectError> {
        if !self.store.journal().iter().any(|(noted, _)| noted == key) {
            self.unannounced.lock().unwrap().push(key.to_owned());
        }
        let refused = *self.refused.lock().unwrap();
        if refused.is_some_and(|part| key.contains(part)) {
            return Err(ObjectError::Unavailable("no answer".into()));
        }
        let mut held = self.held.lock().unwrap();
        held.insert(key.to_owned(), media_type);
        Ok(())
    }
    async fn size(&self, _key: &str) -> Result<u64, ObjectError> {
        panic!("uploads do not read")
    }
    async fn facts(&self, _key: &str) -> Result<ObjectFacts, ObjectError> {
        panic!("uploads do not read")
    }
    async fn link(
        &self,
        _key: &str,
        _media_type: &'static str,
        _valid_for: Duration,
    ) -> Result<Option<Url>, ObjectError> {
        panic!("uploads give no links out")
    }
    async fn get(&self, _key: &str, _range: Option<Range<u64>>) -> Result<Object, ObjectError> {
        panic!("uploads do not read")
    }
    async fn delete(&self, _key: &str) -> Result<(), ObjectError> {
        panic!("deletions go by the outbox")
    }
}

//! Seeing pictures: the model inside the server, who labels, and the index of what pictures look like.

use std::sync::Arc;

use super::AppError;
use crate::adapters::clock::SystemClock;
use crate::adapters::pictures::{PictureLimits, PictureStudio};
use crate::adapters::vectors::memory::{MemoryIndex, SearchLimits};
use crate::adapters::vision::MeasuredLabeller;
use crate::adapters::vision::google::{GoogleLabeller, GoogleVisionConfig};
use crate::adapters::vision::on_device::{ClassThesaurus, Model, OnDeviceLabeller};
use crate::config::{Config, Vision};
use crate::domain::embedding::Similarity;
use crate::ports::clock::Clock;
use crate::ports::pictures::Studio;
use crate::ports::store::Store;
use crate::ports::vectors::VectorIndex;
use crate::ports::vision::{Embedder as _, Labeller, Thesaurus};
use crate::services::similarity::{Duplicates, Follower, Similar};

/// Numbers of an embedding.
const DIMENSIONS: usize = 1280;

/// What sees.
pub(super) struct Seeing {
    pub studio: Arc<dyn Studio>,
    pub labeller: Arc<dyn Labeller>,
    pub thesaurus: Arc<dyn Thesaurus>,
    pub follower: Arc<Follower>,
    index: Arc<dyn VectorIndex>,
    least: Similarity,
    model: Arc<Model>,
}

impl Seeing {
    pub fn open(
        config: &Config,
        store: Arc<dyn Store>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, AppError> {
        let model = Arc::new(Model::new());
        let studio = Arc::new(PictureStudio::new(picture_limits(config), model.clone()));
        let index: Arc<dyn VectorIndex> = Arc::new(MemoryIndex::new(
            model.model(),
            DIMENSIONS,
            SearchLimits::default(),
        ));
        let follower = Follower::new(store, index.clone(), model.model(), clock.clone());
        Ok(Self {
            labeller: labeller(config, &studio, &model, clock)?,
            thesaurus: Arc::new(ClassThesaurus),
            follower: Arc::new(follower),
            index,
            least: Similarity::new(config.vision.similarity_least),
            model,
            studio,
        })
    }

    /// Reads the model beside everything else, so that the first upload need not wait for it.
    pub fn warm(&self) {
        self.model.warm();
    }

    pub fn duplicates(&self, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Duplicates {
        let similar = Similar {
            store,
            index: self.index.clone(),
            follower: self.follower.clone(),
            least: self.least,
        };
        Duplicates { similar, clock }
    }
}

fn labeller(
    config: &Config,
    studio: &Arc<PictureStudio>,
    model: &Arc<Model>,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn Labeller>, AppError> {
    let (name, labeller): (_, Arc<dyn Labeller>) = if let Some(google) = google(config, clock)? {
        ("google", Arc::new(google))
    } else {
        let (studio, model) = (studio.clone(), model.clone());
        ("on_device", Arc::new(OnDeviceLabeller { studio, model }))
    };
    Ok(Arc::new(MeasuredLabeller { name, labeller }))
}

/// Google Cloud Vision, where the settings name it.
fn google(config: &Config, clock: &Arc<dyn Clock>) -> Result<Option<GoogleLabeller>, AppError> {
    let Vision::Google {
        endpoint,
        credentials,
    } = &config.vision.labeller
    else {
        return Ok(None);
    };
    let google = GoogleVisionConfig {
        endpoint: endpoint.clone(),
        credentials: credentials.clone(),
        ..GoogleVisionConfig::default()
    };
    let labeller = GoogleLabeller::new(google, clock.clone());
    labeller
        .map(Some)
        .map_err(|error| AppError::new("VISION", error))
}

/// Whether who labels pictures answers, as a sentence; none where that is the server itself. Sends no picture.
pub(super) async fn check(config: &Config) -> Result<Option<&'static str>, AppError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let Some(google) = google(config, &clock)? else {
        return Ok(None);
    };
    let checked = google.check().await;
    checked.map_err(|error| AppError::new("VISION", error))?;
    Ok(Some("Google Cloud Vision answers."))
}

fn picture_limits(config: &Config) -> PictureLimits {
    PictureLimits {
        max_pixels: config.limits.max_pixels,
        max_side: config.limits.max_side,
        ..PictureLimits::default()
    }
}

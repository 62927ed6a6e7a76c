//! Pictures put up, one or several at once, all or none.

use rand::RngExt as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::crash::ledger::{Fate, Image, Listing};
use crate::crash::person::{Person, Reply};
use crate::crash::pictures;
use crate::support::File;

const UPLOAD: &str =
    "mutation($input: [NewImageInput!]!) { uploadImages(input: $input) { id title } }";
const FIND: &str = "query($t: String!) { images(input: { title: $t }) { id title owned } }";
const PATHS: [&str; 5] = [
    "variables.input.0.file",
    "variables.input.1.file",
    "variables.input.2.file",
    "variables.input.3.file",
    "variables.input.4.file",
];

/// What one request puts up.
struct Batch {
    mark: String,
    input: Vec<Value>,
    files: Vec<File>,
    images: Vec<Image>,
}

impl Person {
    pub async fn upload(&mut self, name: &str) {
        let batch = self.batch(name);
        let size = batch.images.len();
        let kind = if size == 1 {
            "upload one"
        } else {
            "upload several"
        };
        let mark = batch.mark.clone();
        self.stage
            .know(|known| known.batches.insert(mark.clone(), size));
        let variables = json!({ "input": batch.input });
        loop {
            let asked = self.ask(kind, |client| client.form(UPLOAD, &variables, &batch.files));
            match asked.await {
                Reply::Answered(data) => {
                    return self.note(&data["uploadImages"], &batch.images);
                }
                Reply::Unknown => {}
                reply @ Reply::Refused(_) => return self.surprise(kind, &reply),
            }
            // Without an answer: all of them are there, or none.
            let found = self.look(FIND, json!({ "t": batch.mark })).await;
            match found["images"].as_array().map_or(0, Vec::len) {
                // Nothing was done: who goes home lets it be.
                0 if self.stage.ends() => return,
                0 => {}
                there if there == size => return self.note(&found["images"], &batch.images),
                there => {
                    let what = format!("{there} images of the {size} of the batch {mark}");
                    return self.stage.loss(what);
                }
            }
        }
    }

    /// A batch whose last file is no picture: refused as a whole.
    pub async fn upload_badly(&mut self) {
        let mut batch = self.batch("");
        if let Some(last) = batch.files.last_mut() {
            last.bytes = b"GIF89a no picture".to_vec();
        }
        let mark = batch.mark.clone();
        self.stage.know(|known| known.refused.insert(mark));
        let variables = json!({ "input": batch.input });
        let kind = "upload a broken one";
        let (reply, _) = self
            .insist(kind, |client| client.form(UPLOAD, &variables, &batch.files))
            .await;
        if !matches!(&reply, Reply::Refused(code) if code == "UNSUPPORTED_IMAGE") {
            self.surprise(kind, &reply);
        }
    }

    fn batch(&mut self, owner: &str) -> Batch {
        let size = if self.rng.random_bool(0.5) {
            1
        } else {
            self.rng.random_range(2..=PATHS.len())
        };
        let mark = format!("{}z", self.new_name("b"));
        let mut batch = Batch {
            mark,
            input: Vec::new(),
            files: Vec::new(),
            images: Vec::new(),
        };
        for (at, path) in PATHS.into_iter().take(size).enumerate() {
            let bytes = pictures::any(&mut self.rng);
            let listing = self.listing();
            let title = format!("{} {at}", batch.mark);
            batch.input.push(json!({
                "title": title, "file": null, "labels": ["crash", batch.mark], "private": listing.private,
                "forSale": listing.for_sale, "price": price(listing.cents), "autoLabel": self.rng.random_bool(0.2),
            }));
            batch.images.push(Image {
                owner: owner.to_owned(),
                title,
                sha256: Sha256::digest(&bytes).into(),
                listing,
                changing: false,
                fate: Fate::Here,
            });
            let name = "picture";
            batch.files.push(File { path, name, bytes });
        }
        batch
    }

    fn listing(&mut self) -> Listing {
        Listing {
            private: self.rng.random_bool(0.1),
            archived: false,
            for_sale: self.rng.random_bool(0.8),
            cents: self.rng.random_range(1..10_000),
        }
    }

    /// Notes what is there from now on, by its title.
    fn note(&self, found: &Value, images: &[Image]) {
        let found = found.as_array().cloned().unwrap_or_default();
        for image in images {
            let one = found
                .iter()
                .find(|one| one["title"] == image.title.as_str());
            match one.and_then(|one| one["id"].as_str()) {
                Some(id) => self.stage.know(|known| {
                    known.images.insert(id.to_owned(), image.clone());
                }),
                None => self
                    .stage
                    .loss(format!("{} is not among what was put up", image.title)),
            }
        }
    }
}

/// As the API has it.
pub fn price(cents: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "prices are small")]
    let cents = cents as f64;
    cents / 100.0
}

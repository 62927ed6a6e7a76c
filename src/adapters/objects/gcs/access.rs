//! Who we are to Google Cloud Storage, or to its emulator.

use std::path::Path;
use std::sync::Arc;

use google_cloud_auth::credentials::{Credentials, anonymous};
use google_cloud_auth::signer::Signer;

use super::GcsError;
use crate::adapters::google::{TokenSource, from_file, of_the_machine};
use crate::adapters::web::Place;

/// All that a token is good for: to read and write, not to change who may.
const SCOPE: &str = "https://www.googleapis.com/auth/devstorage.read_write";

/// One account, in the forms that are asked for.
pub(super) struct Access {
    /// For Google's client.
    pub credentials: Credentials,
    /// For the JSON API; none for an emulator.
    pub tokens: Option<Arc<dyn TokenSource>>,
    /// Only of a service account whose key is here.
    pub signer: Option<Signer>,
}

impl Access {
    /// An emulator is spoken to by plain http, and without any credentials: they could be read on the way. On a loopback
    /// address they cannot, so those that are named are used.
    pub fn open(place: &Place, file: Option<&Path>) -> Result<Self, GcsError> {
        let account = match file {
            Some(file) if !place.plain || place.loopback => from_file(file, SCOPE),
            None if !place.plain => of_the_machine(SCOPE),
            _ => return Ok(Self::nobody()),
        };
        let account = account.map_err(GcsError::Credentials)?;
        Ok(Self {
            tokens: Some(account.tokens()),
            credentials: account.credentials.into(),
            signer: account.signer,
        })
    }

    fn nobody() -> Self {
        Self {
            credentials: anonymous::Builder::new().build(),
            tokens: None,
            signer: None,
        }
    }
}

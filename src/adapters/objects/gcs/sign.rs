//! Signed links (V4): whoever has one may read one object until it ends.

use std::error::Error as _;
use std::time::Duration;

use google_cloud_storage::builder::storage::SignedUrlBuilder;
use url::Url;

use super::{Bucket, SERVICE};
use crate::ports::objects::ObjectError;

impl Bucket {
    /// A link, where the account's own key is here to sign it: no other account signs without asking Google first, which
    /// takes longer than to send the bytes. The media type is part of what is signed. Links count from the machine's own
    /// clock, as the signer takes it.
    pub(super) async fn link(
        &self,
        key: &str,
        media_type: &'static str,
        valid_for: Duration,
    ) -> Result<Option<Url>, ObjectError> {
        let Some(signer) = &self.signer else {
            return Ok(None);
        };
        let unsigned = SignedUrlBuilder::for_object(self.path(), key)
            .with_endpoint(self.place.as_str())
            .with_expiration(valid_for)
            .with_query_param("response-content-type", media_type);
        let url = unsigned.sign_with(signer).await.map_err(|error| {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            ObjectError::Failed(format!("{SERVICE}: a link cannot be signed: {cause}"))
        })?;
        let url = Url::parse(&url);
        url.map(Some)
            .map_err(|_| ObjectError::Failed(format!("{SERVICE}: a signed link is no URL")))
    }
}

//! Google's own client, made when it is first needed: making it may ask the network who we are.

use google_cloud_auth::credentials::Credentials;
use google_cloud_gax::retry_policy::NeverRetry;
use google_cloud_storage::client::Storage;
use google_cloud_storage::read_resume_policy::NeverResume;
use tokio::sync::OnceCell;

use crate::adapters::google::Fault;
use crate::adapters::web::Place;

/// The client, or what it will be made of.
pub(super) struct Client {
    endpoint: String,
    credentials: Credentials,
    made: OnceCell<Storage>,
}

impl Client {
    pub fn new(place: &Place, credentials: Credentials) -> Self {
        Self {
            endpoint: place.as_str().to_owned(),
            credentials,
            made: OnceCell::new(),
        }
    }

    /// The client. It tries once: how often is tried is decided here, for all requests alike.
    pub async fn get(&self) -> Result<&Storage, Fault> {
        let make = || {
            Storage::builder()
                .with_endpoint(self.endpoint.clone())
                .with_credentials(self.credentials.clone())
                .with_grpc_subchannel_count(1)
                .with_retry_policy(NeverRetry)
                .with_read_resume_policy(NeverResume)
                .build()
        };
        let made = Box::pin(self.made.get_or_try_init(make)).await;
        made.map_err(|error| Fault::passing(format!("no client can be made: {error}")))
    }
}

//! Brings members, photographs and sales in. What is there already is left alone, so that a start that broke off
//! is completed by the next one.

use std::fmt::Display;
use std::io::{self, Seek as _, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::catalogue::{self, Photo};
use super::members::{MEMBERS, Member, PASSWORD};
use crate::app::{App, AppError};
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::product::Seen;
use crate::domain::session::SessionId;
use crate::domain::user::Role;
use crate::domain::viewer::Viewer;
use crate::ports::pictures::SpooledFile;
use crate::ports::store::{Store, StoreResult};
use crate::services::products::{ImageSearch, NewImage, ProductsService};
use crate::services::sales::{BuyError, Purchase, SalesService};
use crate::services::users::{Registration, UsersService};

/// Where the members come from, for the limits.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Most of a member's pictures that are looked at.
const PAGE: i64 = 100;

/// Fills the marketplace.
pub(super) async fn fill(app: &App) -> Result<(), AppError> {
    let services = app.services();
    let filler = Filler {
        store: Arc::new(app.store.clone()),
        users: services.users,
        products: services.products,
        sales: services.sales,
    };
    filler.fill().await
}

struct Filler {
    store: Arc<dyn Store>,
    users: Arc<dyn UsersService>,
    products: Arc<dyn ProductsService>,
    sales: Arc<dyn SalesService>,
}

impl Filler {
    async fn fill(&self) -> Result<(), AppError> {
        let photos = catalogue::photos().map_err(failed("demo/photos.csv"))?;
        let (mut viewers, mut shelf) = (Vec::new(), Vec::new());
        for member in &MEMBERS {
            let viewer = self.join(member).await?;
            shelf.extend(self.put_up(member, &viewer, &photos).await?);
            viewers.push(viewer);
        }
        for (member, viewer) in MEMBERS.iter().zip(&viewers) {
            for title in member.bought {
                self.buy(viewer, title, &shelf).await?;
            }
        }
        Ok(())
    }

    /// The member's confirmed account, made where there is none.
    async fn join(&self, member: &Member) -> Result<Viewer, AppError> {
        let email = Email::parse(&member.email()).map_err(failed(member.name))?;
        let user = match self.account(&email).await.map_err(failed(member.name))? {
            Some(user) => user,
            None => self.register(member, &email).await?,
        };
        // Nobody signed in: the demo acts for its members without a session.
        let session = SessionId([0; 16]);
        Ok(Viewer {
            user,
            role: Role::User,
            session,
        })
    }

    async fn account(&self, email: &Email) -> StoreResult<Option<UserId>> {
        let users = self.store.users();
        if let Some(user) = users.confirmed_with(&email.key()).await? {
            return Ok(Some(user.id));
        }
        let mut waiting = users.waiting_for(&email.key(), 1).await?;
        let Some(waiting) = waiting.pop() else {
            return Ok(None);
        };
        self.confirm(waiting.id, email).await?;
        Ok(Some(waiting.id))
    }

    async fn register(&self, member: &Member, email: &Email) -> Result<UserId, AppError> {
        let registration = Registration {
            username: member.name.to_owned(),
            email: member.email(),
            password: PASSWORD.to_owned(),
            bio: member.bio.to_owned(),
            avatar: Some(spooled(member.avatar).map_err(failed(member.avatar))?),
        };
        let made = self.users.register(registration, HERE).await;
        let user = made.map_err(failed(member.name))?.id;
        let confirmed = self.confirm(user, email).await;
        confirmed.map_err(failed(member.name))?;
        Ok(user)
    }

    /// What the mailed link would do.
    async fn confirm(&self, user: UserId, email: &Email) -> StoreResult<()> {
        let mut unit = self.store.begin().await?;
        unit.users().confirm(user, email).await?;
        unit.commit().await
    }

    /// The member's pictures, put up where they have none.
    async fn put_up(
        &self,
        member: &Member,
        viewer: &Viewer,
        photos: &[Photo],
    ) -> Result<Vec<Seen>, AppError> {
        let own = ImageSearch {
            user_id: Some(viewer.user.get().to_string()),
            ..ImageSearch::default()
        };
        let found = self.products.list(viewer, own, PAGE).await;
        let found = found.map_err(failed(member.name))?;
        if !found.is_empty() {
            return Ok(found);
        }
        let mine = photos.iter().filter(|photo| photo.owner == member.name);
        let images: io::Result<Vec<NewImage>> = mine.map(new_image).collect();
        let images = images.map_err(failed(member.name))?;
        let uploaded = self.products.upload(viewer, images).await;
        uploaded.map_err(failed(member.name))
    }

    /// A title that its owner has changed meanwhile, or taken off the market, is not bought any more.
    async fn buy(&self, viewer: &Viewer, title: &str, shelf: &[Seen]) -> Result<(), AppError> {
        let named = |seen: &&Seen| seen.product.listing.title.as_str() == title;
        let Some(seen) = shelf.iter().find(named) else {
            return Ok(());
        };
        let purchase = Purchase {
            id: seen.product.id.get().to_string(),
            ..Purchase::default()
        };
        match self.sales.buy(viewer, purchase).await {
            Ok(_) | Err(BuyError::NotFound | BuyError::NotForSale) => Ok(()),
            Err(error) => Err(failed(title)(error)),
        }
    }
}

fn new_image(photo: &Photo) -> io::Result<NewImage> {
    Ok(NewImage {
        title: photo.title.clone(),
        description: photo.description.clone(),
        labels: photo.labels(),
        file: spooled(&photo.file)?,
        private: false,
        for_sale: photo.for_sale,
        price: photo.price(),
        discount_percent: photo.discount_percent.into(),
        auto_label: true,
    })
}

/// An embedded picture as an upload: a file without a name, open at its beginning.
fn spooled(name: &str) -> io::Result<SpooledFile> {
    let bytes = catalogue::bytes(name).ok_or(io::ErrorKind::NotFound)?;
    let mut file = tempfile::tempfile()?;
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(SpooledFile {
        file,
        size: bytes.len() as u64,
    })
}

fn failed<E: Display>(what: &str) -> impl FnOnce(E) -> AppError {
    let what = what.to_owned();
    move |error| AppError(format!("the demo cannot be filled: {what}: {error}"))
}

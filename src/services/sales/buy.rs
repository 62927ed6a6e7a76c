//! One purchase. The product's row is locked first, so that price, flags and "already sold" hold until the commit.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Bought, BuyError, Purchase, Sales};
use crate::domain::email::Email;
use crate::domain::id::{ProductId, UserId};
use crate::domain::mail::{Letter, Mail, SaleFacts};
use crate::domain::money::{Cents, Currency};
use crate::domain::product::Product;
use crate::domain::sale::{IdempotencyKey, KeyUse, NewSale, Sale};
use crate::domain::timestamp::Timestamp;
use crate::domain::user::User;
use crate::domain::viewer::Viewer;
use crate::ports::outbox::Task;
use crate::ports::store::{StoreError, UnitOfWork};
use crate::services::retry::retrying;

/// Keys that are kept with one sale. A retry uses its own key again, so an honest client needs one or two; who repeats
/// a purchase under more new keys is answered with the same sale, but these are not kept, and are free for another wish.
const MOST_KEYS: i64 = 10;

/// A wish to buy that has been checked.
struct Wish {
    buyer: UserId,
    /// None: the id names nothing.
    product: Option<ProductId>,
    expected: Option<Cents>,
    key: Option<IdempotencyKey>,
}

/// The two sides, for the mails.
struct Parties {
    buyer: User,
    seller: Option<User>,
}

pub(super) async fn buy(
    this: &Sales,
    viewer: &Viewer,
    purchase: &Purchase,
) -> Result<Bought, BuyError> {
    let wish = Wish {
        buyer: viewer.user,
        product: ProductId::parse(&purchase.id),
        expected: purchase
            .expected_price
            .map(|price| Cents::parse("expectedPrice", price))
            .transpose()?,
        key: purchase
            .idempotency_key
            .as_deref()
            .map(IdempotencyKey::parse)
            .transpose()?,
    };
    retrying(|| attempt(this, &wish)).await
}

async fn attempt(this: &Sales, wish: &Wish) -> Result<Bought, BuyError> {
    let parties = parties(this, wish).await?;
    buy_once(this, wish, &parties).await
}

/// Read before the unit begins: an owner never changes, and a name in a mail need not be locked.
/// A missing product costs the same statements as a hidden one (Z7).
async fn parties(this: &Sales, wish: &Wish) -> Result<Parties, StoreError> {
    let product = this
        .store
        .products()
        .find(wish.buyer, wish.product.unwrap_or(ProductId::new(0)))
        .await?;
    let seller = product.map(|seen| seen.product.owner);
    let mut users = this
        .store
        .users()
        .by_ids(&[wish.buyer, seller.unwrap_or(wish.buyer)])
        .await?;
    let buyer = users
        .iter()
        .position(|user| user.id == wish.buyer)
        .map(|at| users.swap_remove(at));
    let buyer = buyer.ok_or_else(|| StoreError::Failed("the buyer's row is gone".into()))?;
    Ok(Parties {
        buyer,
        seller: users.pop(),
    })
}

/// The checks in the order of rules.md (Money): own image, key mismatch, existing sale, visibility, for sale, expected price.
async fn buy_once(this: &Sales, wish: &Wish, parties: &Parties) -> Result<Bought, BuyError> {
    let mut unit = this.store.begin().await?;
    let id = wish.product.unwrap_or(ProductId::new(0));
    let product = unit.products().lock(&[id]).await?.pop();
    if product.as_ref().is_some_and(|p| p.owner == wish.buyer) {
        return Err(BuyError::Own);
    }
    let known_key = check_key(unit.as_mut(), wish, id).await?;
    if let Some(sale) = unit.sales().find(wish.buyer, id).await? {
        // Under the product's lock, so that no two find the same place.
        if !known_key && unit.sales().count_keys(sale.id).await? < MOST_KEYS {
            bind(unit.as_mut(), wish, &sale).await?;
            unit.commit().await?;
        }
        return Ok(Bought {
            sale,
            is_new: false,
        });
    }
    let product = product
        .filter(|p| p.access(wish.buyer, false).see)
        .ok_or(BuyError::NotFound)?;
    check_terms(&product, wish)?;
    let sale = sell(unit.as_mut(), &product, wish, this.clock.now()).await?;
    bind(unit.as_mut(), wish, &sale).await?;
    for mail in mails(&sale, parties)? {
        unit.outbox().add(&Task::Mail(mail), sale.of.time).await?;
    }
    unit.commit().await?;
    tracing::info!(
        sale = sale.id.get(),
        product = id.get(),
        cents = sale.of.price.get(),
        "sold"
    );
    Ok(Bought { sale, is_new: true })
}

/// Whether the key was used for this very wish before; used for another it is refused.
async fn check_key(
    unit: &mut dyn UnitOfWork,
    wish: &Wish,
    id: ProductId,
) -> Result<bool, BuyError> {
    let Some(key) = &wish.key else {
        return Ok(true);
    };
    match unit.sales().key_use(wish.buyer, key).await? {
        None => Ok(false),
        Some(usage) if usage.product == id && usage.expected == wish.expected => Ok(true),
        Some(_) => Err(BuyError::KeyMismatch),
    }
}

fn check_terms(product: &Product, wish: &Wish) -> Result<(), BuyError> {
    if !product.access(wish.buyer, false).buy {
        return Err(BuyError::NotForSale);
    }
    let now = product.listing.final_price();
    match wish.expected {
        Some(expected) if expected != now => Err(BuyError::PriceChanged { now }),
        _ => Ok(()),
    }
}

async fn sell(
    unit: &mut dyn UnitOfWork,
    product: &Product,
    wish: &Wish,
    time: Timestamp,
) -> Result<Sale, StoreError> {
    let of = NewSale {
        product: product.id,
        buyer: wish.buyer,
        seller: product.owner,
        time,
        title: product.listing.title.clone(),
        price: product.listing.final_price(),
        list_price: product.listing.price,
        discount: product.listing.discount,
        currency: product.currency.clone(),
    };
    let id = unit.sales().add(&of).await?;
    Ok(Sale { id, of })
}

async fn bind(unit: &mut dyn UnitOfWork, wish: &Wish, sale: &Sale) -> Result<(), StoreError> {
    let Some(key) = &wish.key else { return Ok(()) };
    let usage = KeyUse {
        product: sale.of.product,
        expected: wish.expected,
        sale: sale.id,
    };
    unit.sales().bind_key(wish.buyer, key, &usage).await
}

/// A receipt and a notice. A seller who is not known yet put the product up between the reading and the lock:
/// the next attempt knows them.
fn mails(sale: &Sale, parties: &Parties) -> Result<[Mail; 2], StoreError> {
    let seller = parties.seller.as_ref().ok_or(StoreError::Contention)?;
    let receipt = Letter::Receipt(facts(sale, seller)?);
    let notice = Letter::Sold(facts(sale, &parties.buyer)?);
    Ok([mail(&parties.buyer, receipt)?, mail(seller, notice)?])
}

fn mail(to: &User, letter: Letter) -> Result<Mail, StoreError> {
    let address: Option<&Email> = to.email.as_ref();
    let address = address.ok_or(StoreError::Corrupt {
        table: "users",
        column: "email",
        row: to.id.to_string(),
    })?;
    Ok(Mail {
        to: address.clone(),
        username: to.username.as_str().to_owned(),
        letter,
    })
}

fn facts(sale: &Sale, other: &User) -> Result<SaleFacts, StoreError> {
    let amount = |cents: Cents, currency: &Currency| format!("{cents} {}", currency.as_str());
    Ok(SaleFacts {
        sale: sale.id.get(),
        title: sale.of.title.as_str().to_owned(),
        price: amount(sale.of.price, &sale.of.currency),
        list_price: amount(sale.of.list_price, &sale.of.currency),
        discount: sale.of.discount.get(),
        other: other.username.as_str().to_owned(),
        time: rfc3339(sale.of.time)?,
    })
}

fn rfc3339(time: Timestamp) -> Result<String, StoreError> {
    let broken = |_| StoreError::Failed("the clock is out of range".into());
    let instant = OffsetDateTime::from_unix_timestamp(time.seconds()).map_err(broken)?;
    instant
        .format(&Rfc3339)
        .map_err(|e| StoreError::Failed(e.to_string()))
}

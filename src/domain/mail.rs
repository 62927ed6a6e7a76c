//! What the marketplace writes to people: facts only, the wording is a template's.

use super::email::Email;
use super::id::UserId;

/// A mail that is owed. Links with tokens are made when it is sent, so that no token is ever at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The one recipient.
    pub to: Email,
    /// Their public name, for the salutation.
    pub username: String,
    /// What it is about.
    pub letter: Letter,
}

/// The letters that are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Letter {
    /// Confirm this address; the link is made for `user` when it is sent.
    ConfirmAddress {
        /// Whose pending address it is.
        user: UserId,
    },
    /// To the old address: a new one was asked for, or has replaced it.
    AddressChanged {
        /// The new address has been confirmed and replaced the old one.
        done: bool,
    },
    /// Set a new password; the link is made for `user` when it is sent.
    PasswordReset {
        /// Whose password.
        user: UserId,
    },
    /// The password was changed, or reset.
    PasswordChanged,
    /// Somebody tried to register with this address.
    AddressInUse,
    /// To the buyer.
    Receipt(SaleFacts),
    /// To the seller.
    Sold(SaleFacts),
    /// To the owner of an image: another member has put up what looks like the same picture.
    SamePicture(CopyFacts),
}

/// What a notice about the same picture says: nothing that the other member chose but their public name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyFacts {
    /// Title of the earlier image, the recipient's.
    pub title: String,
    /// Id of the later image, as printed.
    pub copy: i64,
    /// Its owner's public name.
    pub other: String,
}

/// What a receipt and a notice of a sale say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleFacts {
    /// The sale's id, as printed.
    pub sale: i64,
    /// The image's title when it was sold.
    pub title: String,
    /// What was paid, such as `12.50 USD`.
    pub price: String,
    /// The list price, likewise.
    pub list_price: String,
    /// Discount in percent.
    pub discount: i64,
    /// The other side's public name.
    pub other: String,
    /// RFC 3339, UTC.
    pub time: String,
}

//! How a mail is written into the outbox: JSON, in structs of its own, so that the domain stays free of serde
//! and rows of earlier versions stay readable.

use serde::{Deserialize, Serialize};

use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::mail::{CopyFacts, Letter, Mail, SaleFacts};
use crate::ports::store::{StoreError, StoreResult};

#[derive(Serialize, Deserialize)]
struct MailRecord {
    to: String,
    username: String,
    letter: LetterRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LetterRecord {
    ConfirmAddress {
        user: i64,
    },
    AddressChanged {
        done: bool,
    },
    PasswordReset {
        user: i64,
    },
    PasswordChanged,
    AddressInUse,
    Receipt(SaleRecord),
    Sold(SaleRecord),
    SamePicture {
        title: String,
        copy: i64,
        other: String,
    },
}

#[derive(Serialize, Deserialize)]
struct SaleRecord {
    sale: i64,
    title: String,
    price: String,
    list_price: String,
    discount: i64,
    other: String,
    time: String,
}

/// The JSON of a mail.
pub(super) fn write(mail: &Mail) -> StoreResult<String> {
    let record = MailRecord {
        to: mail.to.as_str().to_owned(),
        username: mail.username.clone(),
        letter: (&mail.letter).into(),
    };
    serde_json::to_string(&record).map_err(|_| StoreError::Failed("a mail has no JSON".into()))
}

/// The mail of a JSON that [`write()`] wrote; none of another text.
pub(super) fn read(json: &str) -> Option<Mail> {
    let record: MailRecord = serde_json::from_str(json).ok()?;
    Some(Mail {
        to: Email::from_stored(record.to),
        username: record.username,
        letter: record.letter.into(),
    })
}

impl From<&Letter> for LetterRecord {
    fn from(letter: &Letter) -> Self {
        match letter {
            Letter::ConfirmAddress { user } => Self::ConfirmAddress { user: user.get() },
            Letter::AddressChanged { done } => Self::AddressChanged { done: *done },
            Letter::PasswordReset { user } => Self::PasswordReset { user: user.get() },
            Letter::PasswordChanged => Self::PasswordChanged,
            Letter::AddressInUse => Self::AddressInUse,
            Letter::Receipt(facts) => Self::Receipt(facts.into()),
            Letter::Sold(facts) => Self::Sold(facts.into()),
            Letter::SamePicture(facts) => Self::SamePicture {
                title: facts.title.clone(),
                copy: facts.copy,
                other: facts.other.clone(),
            },
        }
    }
}

impl From<LetterRecord> for Letter {
    fn from(record: LetterRecord) -> Self {
        match record {
            LetterRecord::ConfirmAddress { user } => Self::ConfirmAddress {
                user: UserId::new(user),
            },
            LetterRecord::AddressChanged { done } => Self::AddressChanged { done },
            LetterRecord::PasswordReset { user } => Self::PasswordReset {
                user: UserId::new(user),
            },
            LetterRecord::PasswordChanged => Self::PasswordChanged,
            LetterRecord::AddressInUse => Self::AddressInUse,
            LetterRecord::Receipt(facts) => Self::Receipt(facts.into()),
            LetterRecord::Sold(facts) => Self::Sold(facts.into()),
            LetterRecord::SamePicture { title, copy, other } => {
                Self::SamePicture(CopyFacts { title, copy, other })
            }
        }
    }
}

impl From<&SaleFacts> for SaleRecord {
    fn from(facts: &SaleFacts) -> Self {
        Self {
            sale: facts.sale,
            title: facts.title.clone(),
            price: facts.price.clone(),
            list_price: facts.list_price.clone(),
            discount: facts.discount,
            other: facts.other.clone(),
            time: facts.time.clone(),
        }
    }
}

impl From<SaleRecord> for SaleFacts {
    fn from(record: SaleRecord) -> Self {
        Self {
            sale: record.sale,
            title: record.title,
            price: record.price,
            list_price: record.list_price,
            discount: record.discount,
            other: record.other,
            time: record.time,
        }
    }
}

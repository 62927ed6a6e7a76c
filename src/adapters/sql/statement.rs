//! One statement: its text and the values bound to it, for either engine.

use std::borrow::Cow;

use crate::domain::id::{JobId, ProductId, SaleId, UserId};
use crate::domain::timestamp::Timestamp;

/// Everything that is ever bound.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A statement. Values go in as `?`, never as text; whatever is pushed as text is written in this adapter.
#[derive(Debug, Clone)]
pub(super) struct Sql {
    pub(super) text: Cow<'static, str>,
    pub(super) values: Vec<Value>,
}

impl Sql {
    pub(super) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            text: text.into(),
            values: Vec::new(),
        }
    }

    /// Binds the next `?` of the text.
    pub(super) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    pub(super) fn push(&mut self, text: &str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Pushes a text with one `?` and binds it.
    pub(super) fn with(&mut self, text: &str, value: impl Into<Value>) -> &mut Self {
        self.push(text);
        self.values.push(value.into());
        self
    }

    /// Pushes `(?, ?, …)`. The list is filled up to a power of two by repeating its last value, so that the
    /// engines keep few prepared statements for lists of every length. It MUST NOT be empty.
    pub(super) fn list<V: Into<Value>>(
        &mut self,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        let mut values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if let Some(last) = values.last().cloned() {
            values.resize(values.len().next_power_of_two(), last);
        }
        self.push("(")
            .push(&vec!["?"; values.len()].join(", "))
            .push(")");
        self.values.append(&mut values);
        self
    }

    /// Pushes `(?, ?, …), (?, ?, …)` for an INSERT of several rows.
    pub(super) fn rows(&mut self, rows: Vec<Vec<Value>>) -> &mut Self {
        for (index, row) in rows.into_iter().enumerate() {
            self.push(if index == 0 { "(" } else { ", (" })
                .push(&vec!["?"; row.len()].join(", "))
                .push(")");
            self.values.extend(row);
        }
        self
    }
}

macro_rules! bindable {
    ($($from:ty, $v:ident => $value:expr);+ $(;)?) => {
        $(impl From<$from> for Value {
            fn from($v: $from) -> Self {
                $value
            }
        })+
    };
}

bindable! {
    i64, v => Self::Int(v);
    u32, v => Self::Int(v.into());
    bool, v => Self::Int(v.into());
    &str, v => Self::Text(v.to_owned());
    &String, v => Self::Text(v.clone());
    String, v => Self::Text(v);
    &[u8], v => Self::Bytes(v.to_vec());
    Vec<u8>, v => Self::Bytes(v);
    Timestamp, v => Self::Int(v.micros());
    UserId, v => Self::Int(v.get());
    ProductId, v => Self::Int(v.get());
    SaleId, v => Self::Int(v.get());
    JobId, v => Self::Int(v.get());
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The least text behind every text that starts with `prefix`, by code points (which is UTF-8's byte order);
/// none when there is no such text. Prefixes are looked up as the range from `prefix` to here, so `%` and
/// `_` mean nothing.
pub(super) fn behind_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            char::MAX => continue,
            '\u{D7FF}' => '\u{E000}',
            other => char::from_u32(u32::from(other) + 1)?,
        };
        chars.push(next);
        return Some(chars.into_iter().collect());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_text_of_its_length() {
        assert_eq!(behind_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(behind_prefix("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(behind_prefix("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(behind_prefix("\u{10FFFF}"), None);
        assert_eq!(behind_prefix(""), None);
    }

    #[test]
    fn lists_have_few_lengths() {
        let mut sql = Sql::new("SELECT id FROM users WHERE id IN ");
        sql.list([1_i64, 2, 3]);
        assert!(sql.text.ends_with("IN (?, ?, ?, ?)"));
        assert_eq!(sql.values.last(), Some(&Value::Int(3)));
    }
}

//! Identifiers: one type a table, so that they cannot be confused.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// From the number that the database made.
            #[must_use]
            pub const fn new(id: i64) -> Self {
                Self(id)
            }

            /// The number in the database.
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }

            /// Reads an id as clients send it: a positive decimal number. Anything else names nothing.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
                digits.then(|| text.parse().ok()).flatten().filter(|id| *id > 0).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A member.
    UserId
);
id!(
    /// A product; the API calls it `Image`.
    ProductId
);
id!(
    /// A sale.
    SaleId
);
id!(
    /// A row of the outbox.
    JobId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_positive_decimal_numbers_are_ids() {
        assert_eq!(UserId::parse("42"), Some(UserId::new(42)));
        for bad in [
            "",
            "0",
            "-1",
            "+1",
            " 1",
            "1.0",
            "0x1",
            "a",
            "9223372036854775808",
            "١",
        ] {
            assert_eq!(UserId::parse(bad), None, "{bad}");
        }
    }
}

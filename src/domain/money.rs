//! Money in integer cents, and discounts in whole percent.

use super::invalid::Invalid;

/// The dearest price: 1,000,000.00.
const MAX_CENTS: i64 = 100_000_000;

/// An amount in hundredths of the marketplace's currency, 0 to 100,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Cents(i64);

impl Cents {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount read back from the database.
    #[must_use]
    pub const fn from_stored(cents: i64) -> Self {
        Self(cents)
    }

    /// Reads the API's Float. Refused: negative, not finite, more than two decimals, more than 1,000,000.00.
    pub fn parse(field: &str, amount: f64) -> Result<Self, Invalid> {
        let refuse = |why: &str| Err(Invalid::new(field, why));
        if !amount.is_finite() || amount < 0.0 {
            return refuse("must be zero or more");
        }
        if amount > Self(MAX_CENTS).to_f64() {
            return refuse("must be at most 1000000.00");
        }
        let cents = Self(round(amount * 100.0));
        // Printing the cents again must give the very number sent, or it had more than two decimals.
        #[expect(clippy::float_cmp, reason = "exactness is the rule")]
        let exact = cents.to_f64() == amount;
        if exact {
            Ok(cents)
        } else {
            refuse("must have at most two decimals")
        }
    }

    /// An upper bound for a filter: rounded down to the cent, anything beyond the dearest price is that price.
    pub fn parse_limit(field: &str, amount: f64) -> Result<Self, Invalid> {
        if !amount.is_finite() || amount < 0.0 {
            return Err(Invalid::new(field, "must be zero or more"));
        }
        let capped = amount.min(Self(MAX_CENTS).to_f64());
        Ok(Self::parse(field, capped).unwrap_or_else(|_| Self(floor(capped * 100.0))))
    }

    /// The number of cents.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The API's Float.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "at most 100,000,000, exact in an f64"
        )]
        let cents = self.0 as f64;
        cents / 100.0
    }

    /// What is left after a discount, rounded half up to the cent.
    #[must_use]
    pub const fn less(self, discount: Percent) -> Self {
        Self((self.0 * (100 - discount.0) + 50) / 100)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "callers stay below 2^53")]
fn round(x: f64) -> i64 {
    x.round() as i64
}

#[expect(clippy::cast_possible_truncation, reason = "callers stay below 2^53")]
fn floor(x: f64) -> i64 {
    x.floor() as i64
}

impl std::fmt::Display for Cents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// A discount in whole percent, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Percent(i64);

impl Percent {
    /// Checks the range.
    pub fn parse(field: &str, percent: i64) -> Result<Self, Invalid> {
        if (0..=100).contains(&percent) {
            Ok(Self(percent))
        } else {
            Err(Invalid::new(field, "must be 0 to 100"))
        }
    }

    /// A discount read back from the database.
    #[must_use]
    pub const fn from_stored(percent: i64) -> Self {
        Self(percent)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// An ISO 4217 code with two decimals.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Currency(String);

impl Currency {
    /// Three upper-case ASCII letters; codes whose smallest unit is not a hundredth are refused.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        const NOT_HUNDREDTHS: [&str; 25] = [
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
            "VND", "VUV", "XAF", "XOF", "XPF", "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND",
            "CLF",
        ];
        let letters = raw.len() == 3 && raw.bytes().all(|b| b.is_ascii_uppercase());
        if letters && !NOT_HUNDREDTHS.contains(&raw) {
            Ok(Self(raw.to_owned()))
        } else {
            Err(Invalid::new(
                "currency",
                "must be an ISO 4217 code of a currency with two decimals, such as USD",
            ))
        }
    }

    /// A code read back from the database.
    #[must_use]
    pub const fn from_stored(code: String) -> Self {
        Self(code)
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// C6
    #[test]
    fn prices_round_half_up_to_the_cent() {
        let table = [
            (1999, 15, 1699),
            (1, 50, 1),
            (3, 50, 2),
            (1, 51, 0),
            (100, 100, 0),
            (101, 99, 1),
            (100_000_000, 0, 100_000_000),
            (0, 30, 0),
            (50, 1, 50),
            (49, 1, 49),
            (150, 1, 149),
        ];
        for (price, discount, expected) in table {
            assert_eq!(
                Cents(price).less(Percent(discount)).get(),
                expected,
                "{price} less {discount} %"
            );
        }
    }

    /// C6
    #[test]
    fn amounts_that_are_not_whole_cents_are_refused() {
        for bad in [
            -0.01,
            -1.0,
            0.001,
            19.999,
            1.005,
            1_000_000.01,
            1e300,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ] {
            assert_eq!(
                Cents::parse("price", bad).unwrap_err().field,
                "price",
                "{bad}"
            );
        }
        for (good, cents) in [
            (0.0, 0),
            (-0.0, 0),
            (19.99, 1999),
            (0.1, 10),
            (0.29, 29),
            (1_000_000.0, MAX_CENTS),
            (8.2, 820),
        ] {
            assert_eq!(Cents::parse("price", good).unwrap().get(), cents);
        }
    }

    #[test]
    fn a_limit_is_rounded_down_and_has_no_top() {
        for (limit, cents) in [(19.99, 1999), (19.999, 1999), (0.0, 0), (1e18, MAX_CENTS)] {
            assert_eq!(
                Cents::parse_limit("priceLimit", limit).unwrap().get(),
                cents
            );
        }
        assert!(Cents::parse_limit("priceLimit", -1.0).is_err());
    }

    #[test]
    fn currencies_have_two_decimals() {
        assert!(Currency::parse("EUR").is_ok());
        for bad in ["usd", "US", "JPY", "EURO", "KWD"] {
            assert!(Currency::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        /// C6
        #[test]
        fn every_amount_prints_and_reads_back_exactly(cents in 0..=MAX_CENTS) {
            let amount = Cents(cents);
            prop_assert_eq!(Cents::parse("price", amount.to_f64()), Ok(amount));
            let text: f64 = amount.to_string().parse().unwrap();
            prop_assert_eq!(Cents::parse("price", text), Ok(amount));
        }

        /// C6
        #[test]
        fn a_discount_never_adds_and_never_goes_below_zero(cents in 0..=MAX_CENTS, percent in 0i64..=100) {
            let left = Cents(cents).less(Percent(percent)).get();
            prop_assert!((0..=cents).contains(&left));
        }
    }
}

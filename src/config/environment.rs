//! - `SHOTIFY_ENV`: `development` (the default) or `production`, which refuses what is fit only for development.

use super::reader::Reader;

/// Where the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// On somebody's own machine: everything works without settings.
    Development,
    /// Anything fit only for development is refused.
    Production,
}

impl Environment {
    /// The name, which also goes into the derivation of keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }

    /// Whether this is production.
    #[must_use]
    pub const fn is_production(self) -> bool {
        matches!(self, Self::Production)
    }
}

pub(super) fn read(reader: &mut Reader<'_>) -> Environment {
    let expected = "must be development or production";
    reader.parsed("SHOTIFY_ENV", "development", expected, |text| match text {
        "development" => Some(Environment::Development),
        "production" => Some(Environment::Production),
        _ => None,
    })
}

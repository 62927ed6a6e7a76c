//! Instants.

use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;
use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

use crate::domain::timestamp::Timestamp;

/// An instant as the API writes it.
pub struct Time(pub Timestamp);

impl Time {
    /// To the second, as clients of the first Shotify parse it.
    fn text(&self) -> Option<String> {
        OffsetDateTime::from_unix_timestamp(self.0.seconds())
            .ok()?
            .format(&Rfc3339)
            .ok()
    }
}

/// An instant in RFC 3339, UTC, to the second, such as 2026-01-31T09:30:00Z.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for Time {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let instant = OffsetDateTime::parse(text, &Rfc3339)?;
        Ok(Self(Timestamp::from_seconds(instant.unix_timestamp())))
    }

    fn to_value(&self) -> Value {
        self.text().map_or(Value::Null, Value::String)
    }
}

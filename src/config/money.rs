//! - `CURRENCY` (USD): ISO 4217, of a currency with two decimals; prices in another are refused at the start.

use super::reader::Reader;
use crate::domain::money::Currency;

pub(super) fn read(reader: &mut Reader<'_>) -> Currency {
    let expected = "must be an ISO 4217 code of a currency with two decimals, such as USD";
    reader.parsed("CURRENCY", "USD", expected, |text| {
        Currency::parse(text).ok()
    })
}

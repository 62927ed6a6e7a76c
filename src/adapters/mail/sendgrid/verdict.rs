//! What a status means: for this mail, or for all of them.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::adapters::web::{LONGEST, retry_after};
use crate::domain::timestamp::Timestamp;
use crate::ports::mailer::MailError;

/// Judges an answer that is not the one hoped for.
///
/// Refused is what is about this mail. What is about how Shotify is set up (the key, its rights, the sender's
/// address, a wrong endpoint) would meet every mail, and the operator can mend it: such mails wait and are tried
/// again, so that a key that was revoked loses none of them.
pub(super) fn judge(
    status: StatusCode,
    headers: &HeaderMap,
    said: Option<&str>,
    now: Timestamp,
) -> MailError {
    let mut reason = format!("SendGrid answered {status}");
    if let Some(said) = said {
        reason = format!("{reason}: {said}");
    }
    if is_about_the_mail(status) {
        return MailError::Refused(reason);
    }
    let after = retry_after(headers, now).or_else(|| reset(status, headers, now));
    MailError::Later { reason, after }
}

fn is_about_the_mail(status: StatusCode) -> bool {
    let setting = matches!(
        status,
        StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::PROXY_AUTHENTICATION_REQUIRED
    );
    let passing = matches!(
        status,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
    );
    status.is_client_error() && !setting && !passing
}

/// When requests are counted anew: seconds since the epoch.
fn reset(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    if status != StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let header = headers.get("x-ratelimit-reset")?.to_str().ok()?;
    let reset = Timestamp::from_seconds(header.trim().parse().ok()?);
    Some(reset.since(now).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn judged(status: u16, headers: &[(&'static str, &str)]) -> MailError {
        let status = StatusCode::from_u16(status).unwrap();
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        judge(status, &headers, Some("said"), NOW)
    }

    fn after(status: u16, headers: &[(&'static str, &str)]) -> Option<Duration> {
        match judged(status, headers) {
            MailError::Later { after, .. } => after,
            MailError::Refused(reason) => panic!("{reason}"),
        }
    }

    /// M2
    #[test]
    fn what_is_about_the_mail_is_refused_and_all_else_waits() {
        for status in [400, 406, 409, 413, 415, 422] {
            let judged = judged(status, &[]);
            assert!(matches!(judged, MailError::Refused(_)), "{status}");
            assert!(judged.to_string().contains(&format!("{status} ")));
            assert!(judged.to_string().ends_with(": said"));
        }
        for status in [200, 302, 401, 403, 404, 405, 408, 429, 500, 502, 503, 504] {
            assert_eq!(after(status, &[]), None, "{status}");
        }
    }

    /// M2
    #[test]
    fn the_wish_to_wait_is_told_within_bounds() {
        let seconds = Duration::from_secs;
        let reset = |value| after(429, &[("x-ratelimit-reset", value)]);
        assert_eq!(reset("1700000009"), Some(seconds(9)));
        assert_eq!(reset("1699999999"), Some(Duration::ZERO));
        assert_eq!(reset("9999999999999"), Some(LONGEST));
        assert_eq!(reset("soon"), None);
        let both = [("x-ratelimit-reset", "1700000009"), ("retry-after", "7")];
        assert_eq!(after(429, &both), Some(seconds(7)));
        assert_eq!(after(503, &both), Some(seconds(7)));
        assert_eq!(after(503, &both[..1]), None);
    }
}

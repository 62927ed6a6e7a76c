//! What is sent and what comes back, as version 3 of the API has it. Of the answers only what is used.

use serde::{Deserialize, Serialize};

use crate::adapters::mail::{SENDER, one_line};
use crate::domain::email::Email;
use crate::ports::mailer::Message;

/// A mail to one person.
#[derive(Serialize)]
pub(super) struct Request<'a> {
    personalizations: [To<'a>; 1],
    from: Address<'a>,
    subject: String,
    content: [Content<'a>; 2],
    headers: Headers,
    custom_args: Arguments,
    tracking_settings: Settings,
}

#[derive(Serialize)]
struct To<'a> {
    to: [Address<'a>; 1],
}

#[derive(Serialize)]
struct Address<'a> {
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
}

#[derive(Serialize)]
struct Content<'a> {
    r#type: &'static str,
    value: &'a str,
}

#[derive(Serialize)]
struct Headers {
    #[serde(rename = "Message-ID")]
    message_id: String,
    #[serde(rename = "Auto-Submitted")]
    auto_submitted: &'static str,
}

/// Comes back with each event: where `SendGrid` gives a mail an id of its own, a repeat is recognised by this one (M3).
#[derive(Serialize)]
struct Arguments {
    message_id: String,
}

/// All off: links hold tokens, which nobody in between may see, and mails tell nobody when they are read.
#[derive(Serialize)]
struct Settings {
    click_tracking: Clicks,
    open_tracking: Switch,
    subscription_tracking: Switch,
    ganalytics: Switch,
}

#[derive(Serialize)]
struct Clicks {
    enable: bool,
    enable_text: bool,
}

#[derive(Serialize)]
struct Switch {
    enable: bool,
}

/// The body of a request for one mail.
pub(super) fn request<'a>(message: &'a Message, from: &'a Email) -> Request<'a> {
    let off = || Switch { enable: false };
    let address = |email: &'a Email, name| Address {
        email: email.as_str(),
        name,
    };
    let content = |r#type, value| Content { r#type, value };
    Request {
        personalizations: [To {
            to: [address(&message.to, None)],
        }],
        from: address(from, Some(SENDER)),
        subject: one_line(&message.subject),
        content: [
            content("text/plain", message.text.as_str()),
            content("text/html", message.html.as_str()),
        ],
        headers: Headers {
            message_id: one_line(&message.id),
            auto_submitted: "auto-generated",
        },
        custom_args: Arguments {
            message_id: one_line(&message.id),
        },
        tracking_settings: Settings {
            click_tracking: Clicks {
                enable: false,
                enable_text: false,
            },
            open_tracking: off(),
            subscription_tracking: off(),
            ganalytics: off(),
        },
    }
}

#[derive(Deserialize)]
struct Failure {
    errors: Vec<Complaint>,
}

#[derive(Deserialize)]
struct Complaint {
    #[serde(default)]
    message: String,
    #[serde(default)]
    field: Option<String>,
}

/// What an answer complains about, with the fields at fault.
pub(super) fn sentence(body: &[u8]) -> Option<String> {
    let failure: Failure = serde_json::from_slice(body).ok()?;
    let complaints = failure.errors.into_iter().map(|c| match c.field {
        Some(field) => format!("{} ({field})", c.message),
        None => c.message,
    });
    Some(complaints.collect::<Vec<_>>().join("; ")).filter(|said| !said.is_empty())
}

#[derive(Default, Deserialize)]
struct Allowed {
    scopes: Vec<String>,
}

/// What a key may do; nothing, where the answer is not understood.
pub(super) fn scopes(body: &[u8]) -> Vec<String> {
    let allowed: Allowed = serde_json::from_slice(body).unwrap_or_default();
    allowed.scopes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_is_told_with_its_field() {
        let body = br#"{"errors": [
            {"message": "Bad address.", "field": "from.email", "help": "https://x"},
            {"message": "Too long.", "field": null}
        ]}"#;
        let said = sentence(body).unwrap();
        assert_eq!(said, "Bad address. (from.email); Too long.");
        for odd in [&b""[..], b"<html>", b"{\"errors\": []}", b"{\"error\": 1}"] {
            assert_eq!(sentence(odd), None);
        }
    }
}

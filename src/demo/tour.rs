//! What the demo says of itself on standard output.

use std::fmt::Write as _;

use super::members::{MEMBERS, PASSWORD};

/// The accounts, links, and first requests to try. `public_url` is the base of all links.
pub(super) fn text(public_url: &str, metrics: &str) -> String {
    let mut accounts = String::new();
    for member in &MEMBERS {
        let _ = writeln!(accounts, "  {:<26} {PASSWORD}", member.email());
    }
    let mut links = String::new();
    for (link, what) in [
        (format!("{public_url}/"), "what is there"),
        (format!("{public_url}/query/playground"), "GraphiQL"),
        (
            format!("{public_url}/dev/mailbox"),
            "mails: receipts, notices, and those that you cause",
        ),
        (format!("{metrics}/metrics"), "figures of this server"),
    ] {
        let _ = writeln!(links, "  {link:<41} {what}");
    }
    let email = MEMBERS[0].email();
    format!(
        r#"
The demo marketplace is open. Ctrl-C closes it; the next start finds it as it was.

Sign in as
{accounts}
Look at
{links}
In GraphiQL, sign in first; cookie and CSRF token are then sent along by themselves:
  mutation {{ login(input: {{ email: "{email}", password: "{PASSWORD}" }}) }}
Then, for instance:
  {{ searchImages(filter: {{ text: "night" }}, orderBy: PRICE_ASC) {{ nodes {{ title finalPrice user {{ username }} previewUrl }} }} }}

On the command line:
  curl -sD - -c jar {public_url}/query -H 'Content-Type: application/json' \
    -d '{{"query":"mutation {{ login(input: {{ email: \"{email}\", password: \"{PASSWORD}\" }}) }}"}}'
  curl -s -b jar {public_url}/query -H 'Content-Type: application/json' -H 'X-CSRF-Token: ...' \
    -d '{{"query":"{{ me {{ username }} sales {{ title price buyer {{ username }} }} }}"}}'
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_and_link_is_named() {
        let text = text("http://localhost:8080", "http://127.0.0.1:9464");
        for member in MEMBERS {
            assert!(text.contains(&member.email()), "{text}");
        }
        for path in ["/query/playground", "/dev/mailbox", "/metrics"] {
            assert!(text.contains(path), "{text}");
        }
        assert!(text.contains(PASSWORD));
    }
}

//! Letters in words: askama templates below `templates/mail`. HTML escapes every fact, text keeps it on its line.

use askama::Template;

use super::one_line;
use crate::domain::mail::{CopyFacts, Letter, Mail, SaleFacts};
use crate::ports::letters::{LetterWriter, WriteError, Written};

/// Writes letters whose links lie below one public address (M5).
pub struct Letters {
    home: String,
}

/// What every template may use.
struct Facts {
    subject: String,
    username: String,
    home: String,
    /// Empty where the letter has none.
    link: String,
}

/// The two templates of a letter.
macro_rules! template {
    ($name:ident, $html:literal, $text:literal $(, $sale:ident: $facts:ty)?) => {
        mod $name {
            use super::*;

            #[derive(Template)]
            #[template(path = $html)]
            struct Html<'a> {
                mail: &'a Facts,
                $($sale: &'a $facts,)?
            }

            #[derive(Template)]
            #[template(path = $text)]
            struct Text<'a> {
                mail: &'a Facts,
                $($sale: &'a $facts,)?
            }

            pub(super) fn write(mail: Facts $(, $sale: &$facts)?) -> askama::Result<Written> {
                let html = Html { mail: &mail $(, $sale)? }.render()?;
                let text = Text { mail: &mail $(, $sale)? }.render()?;
                Ok(Written { subject: mail.subject, text, html })
            }
        }
    };
}

template!(confirm, "mail/confirm.html", "mail/confirm.txt");
template!(reset, "mail/reset.html", "mail/reset.txt");
template!(
    asked,
    "mail/address_change_asked.html",
    "mail/address_change_asked.txt"
);
template!(
    changed,
    "mail/address_changed.html",
    "mail/address_changed.txt"
);
template!(
    password,
    "mail/password_changed.html",
    "mail/password_changed.txt"
);
template!(
    in_use,
    "mail/address_in_use.html",
    "mail/address_in_use.txt"
);
template!(
    receipt,
    "mail/receipt.html",
    "mail/receipt.txt",
    sale: SaleFacts
);
template!(sold, "mail/sold.html", "mail/sold.txt", sale: SaleFacts);
template!(
    same_picture,
    "mail/same_picture.html",
    "mail/same_picture.txt",
    copy: CopyFacts
);

impl Letters {
    /// A writer for the server at `public_url`.
    #[must_use]
    pub fn new(public_url: &str) -> Self {
        Self {
            home: public_url.trim_end_matches('/').to_owned(),
        }
    }

    fn link(&self, letter: &Letter, token: Option<String>) -> String {
        let home = &self.home;
        match (letter, token) {
            (Letter::ConfirmAddress { .. }, Some(token)) => {
                format!("{home}/validate?token={token}")
            }
            (Letter::PasswordReset { .. }, Some(token)) => format!("{home}/reset?token={token}"),
            _ => String::new(),
        }
    }
}

impl LetterWriter for Letters {
    fn write(&self, mail: &Mail, token: Option<String>) -> Result<Written, WriteError> {
        let facts = Facts {
            subject: subject(&mail.letter),
            username: name(&mail.username),
            home: self.home.clone(),
            link: self.link(&mail.letter, token),
        };
        let written = match &mail.letter {
            Letter::ConfirmAddress { .. } => confirm::write(facts),
            Letter::PasswordReset { .. } => reset::write(facts),
            Letter::AddressChanged { done: false } => asked::write(facts),
            Letter::AddressChanged { done: true } => changed::write(facts),
            Letter::PasswordChanged => password::write(facts),
            Letter::AddressInUse => in_use::write(facts),
            Letter::Receipt(sale) => receipt::write(facts, &plain(sale)),
            Letter::Sold(sale) => sold::write(facts, &plain(sale)),
            Letter::SamePicture(copy) => same_picture::write(facts, &plain_copy(copy)),
        };
        written.map_err(|error| WriteError(error.to_string()))
    }
}

fn subject(letter: &Letter) -> String {
    match letter {
        Letter::ConfirmAddress { .. } => "Confirm your address".into(),
        Letter::PasswordReset { .. } => "Choose a new password".into(),
        Letter::AddressChanged { done: false } => "A new address for your account".into(),
        Letter::AddressChanged { done: true } => "Your address was changed".into(),
        Letter::PasswordChanged => "Your password was changed".into(),
        Letter::AddressInUse => "Your address was entered on Shotify".into(),
        Letter::Receipt(sale) => one_line(&format!("You have bought “{}”", sale.title)),
        Letter::Sold(sale) => one_line(&format!("You have sold “{}”", sale.title)),
        Letter::SamePicture(_) => "Somebody has put up a picture like yours".into(),
    }
}

/// A member's name. It may look like a host, which mail programs make a link: anyone could have such a link mailed to an
/// address that they register. A word joiner behind each dot, which is not seen, ends that.
fn name(text: &str) -> String {
    one_line(text).replace('.', ".\u{2060}")
}

fn plain(sale: &SaleFacts) -> SaleFacts {
    SaleFacts {
        sale: sale.sale,
        title: one_line(&sale.title),
        price: one_line(&sale.price),
        list_price: one_line(&sale.list_price),
        discount: sale.discount,
        other: name(&sale.other),
        time: one_line(&sale.time),
    }
}

fn plain_copy(copy: &CopyFacts) -> CopyFacts {
    CopyFacts {
        title: one_line(&copy.title),
        copy: copy.copy,
        other: name(&copy.other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::email::Email;
    use crate::domain::id::UserId;

    const USER: UserId = UserId::new(1);

    fn sale(title: &str) -> SaleFacts {
        SaleFacts {
            sale: 42,
            title: title.to_owned(),
            price: "9.00 USD".into(),
            list_price: "10.00 USD".into(),
            discount: 10,
            other: "bertha".into(),
            time: "2026-01-02T03:04:05Z".into(),
        }
    }

    fn copy(title: &str) -> CopyFacts {
        CopyFacts {
            title: title.to_owned(),
            copy: 43,
            other: "bertha".into(),
        }
    }

    fn all() -> Vec<Letter> {
        vec![
            Letter::ConfirmAddress { user: USER },
            Letter::PasswordReset { user: USER },
            Letter::AddressChanged { done: false },
            Letter::AddressChanged { done: true },
            Letter::PasswordChanged,
            Letter::AddressInUse,
            Letter::Receipt(sale("Dunes")),
            Letter::Sold(sale("Dunes")),
            Letter::SamePicture(copy("Dunes")),
        ]
    }

    fn written(username: &str, letter: Letter) -> Written {
        let mail = Mail {
            to: Email::parse("a@example.com").unwrap(),
            username: username.to_owned(),
            letter,
        };
        let letters = Letters::new("https://shotify.example/");
        letters.write(&mail, Some("t0-k_n".into())).unwrap()
    }

    fn links(text: &str) -> Vec<&str> {
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '<');
        let starts = text.match_indices("http");
        starts
            .map(|(at, _)| text[at..].split(ends).next().unwrap())
            .collect()
    }

    #[test]
    fn every_letter_is_addressed_and_says_the_same_twice() {
        for letter in all() {
            let Written {
                subject,
                text,
                html,
            } = written("anna", letter);
            assert!(!subject.is_empty() && subject.len() < 80, "{subject}");
            assert!(text.starts_with("Hello anna,\n\n"), "{text}");
            assert!(html.contains("Hello anna,"), "{html}");
            assert!(html.contains(&format!("<title>{subject}</title>")));
            assert!(text.lines().all(|line| line.len() <= 100), "{text}");
        }
    }

    /// M5
    #[test]
    fn links_lie_below_the_public_address_and_nothing_remote_is_loaded() {
        for letter in all() {
            let Written { text, html, .. } = written("anna", letter);
            for link in links(&text).into_iter().chain(links(&html)) {
                assert!(link.starts_with("https://shotify.example"), "{link}");
            }
            for remote in ["<img", "<link", "<script", "src=", "url(", "@import"] {
                assert!(!html.contains(remote), "{remote}");
            }
        }
    }

    /// M4
    #[test]
    fn a_name_that_looks_like_a_host_is_no_link() {
        let host = "evil.example";
        for mut letter in all() {
            match &mut letter {
                Letter::Receipt(facts) | Letter::Sold(facts) => facts.other = host.into(),
                Letter::SamePicture(facts) => facts.other = host.into(),
                _ => {}
            }
            let Written {
                subject,
                text,
                html,
            } = written(host, letter);
            assert!(text.contains("Hello evil.\u{2060}example,"), "{text}");
            for part in [subject, text, html] {
                assert!(!part.contains(host), "{part}");
            }
        }
    }

    #[test]
    fn the_links_are_those_of_the_pages() {
        let confirm = written("anna", Letter::ConfirmAddress { user: USER });
        let link = "https://shotify.example/validate?token=t0-k_n";
        assert!(confirm.text.contains(&format!("\n{link}\n")));
        assert_eq!(confirm.html.matches(link).count(), 2);
        let reset = written("anna", Letter::PasswordReset { user: USER });
        let link = "https://shotify.example/reset?token=t0-k_n";
        assert!(reset.text.contains(&format!("\n{link}\n")));
        let other = written("anna", Letter::PasswordChanged);
        assert!(!other.text.contains("t0-k_n") && !other.html.contains("t0-k_n"));
    }

    /// M4
    #[test]
    fn facts_cannot_break_out_of_their_place() {
        let nasty = "<b>&\"'\r\nBcc: x@example.com\u{2028}{{ mail }}";
        for letter in [
            Letter::Receipt(sale(nasty)),
            Letter::Sold(sale(nasty)),
            Letter::SamePicture(copy(nasty)),
        ] {
            let Written {
                subject,
                text,
                html,
            } = written(nasty, letter);
            assert!(!subject.contains(['\r', '\n', '\u{2028}']), "{subject:?}");
            assert!(!html.contains("<b>"), "{html}");
            assert!(html.contains("&#60;b&#62;&#38;"), "{html}");
            assert!(text.contains("<b>&\"'"), "{text}");
            assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
        }
    }

    #[test]
    fn mails_about_sales_say_that_no_money_moves() {
        for letter in [Letter::Receipt(sale("Dunes")), Letter::Sold(sale("Dunes"))] {
            let Written { text, html, .. } = written("anna", letter);
            for part in [text, html] {
                assert!(part.contains("Shotify records sales and takes no payment yet"));
                assert!(part.contains("9.00 USD (list price 10.00 USD, 10 % off)"));
            }
        }
    }
}

use proptest::prelude::*;

use super::*;

fn session(access: &str) -> SignedIn {
    SignedIn {
        access: access.to_owned(),
        refresh: "refresh.token".to_owned(),
        csrf: "csrf".to_owned(),
        expires: Timestamp::from_seconds(1_900_000_000),
    }
}

fn cookies(secrets: &[&str]) -> SessionCookies {
    SessionCookies::new(secrets, "development", false)
}

/// The value of `Set-Cookie`, without its attributes.
fn pair(header: &HeaderValue) -> String {
    let text = header.to_str().unwrap();
    text.split(';').next().unwrap().to_owned()
}

fn open(cookies: &SessionCookies, lines: &[&str]) -> Opened {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(
            header::COOKIE,
            HeaderValue::from_bytes(line.as_bytes()).unwrap(),
        );
    }
    cookies.open(&headers)
}

fn access(opened: &Opened) -> Option<&str> {
    match &opened.cookie {
        Cookie::Tokens { access, .. } => Some(access),
        Cookie::Absent | Cookie::Broken => None,
    }
}

/// S1
#[test]
fn the_cookie_has_every_attribute() {
    let production = SessionCookies::new(&["k"], "production", true);
    let header = production.seal(&session("a")).unwrap();
    let text = header.to_str().unwrap();
    assert!(text.starts_with("__Host-shotify="), "{text}");
    for attribute in [
        "; HttpOnly",
        "; Secure",
        "; SameSite=Lax",
        "; Path=/",
        "; Expires=Sun, 17 Mar 2030",
    ] {
        assert!(text.contains(attribute), "{attribute}: {text}");
    }
    assert!(!text.contains("Domain"), "{text}");
    let development = cookies(&["k"]).seal(&session("a")).unwrap();
    let text = development.to_str().unwrap();
    assert!(
        text.starts_with("shotify=") && !text.contains("Secure"),
        "{text}"
    );
}

/// S1
#[test]
fn the_cookie_shows_nothing_and_fits() {
    let cookies = cookies(&["k"]);
    let token = "e".repeat(800);
    let header = cookies.seal(&session(&token)).unwrap();
    let pair = pair(&header);
    assert!(pair.len() <= 4096 && !pair.contains("eeee"), "{pair}");
    assert_ne!(header, cookies.seal(&session(&token)).unwrap());
    assert!(cookies.seal(&session(&"e".repeat(4000))).is_none());
}

#[test]
fn a_sealed_cookie_opens() {
    let cookies = cookies(&["k"]);
    let pair = pair(&cookies.seal(&session("a.b.c")).unwrap());
    let opened = open(&cookies, &[&format!("theme=dark; {pair}; x=y")]);
    assert_eq!(access(&opened), Some("a.b.c"));
    assert!(opened.renewed.is_none());
}

/// S2
#[test]
fn whatever_was_altered_is_broken_and_never_a_fault() {
    let cookies = cookies(&["k"]);
    let whole = pair(&cookies.seal(&session("a")).unwrap());
    let value = whole.strip_prefix("shotify=").unwrap();
    let mut altered: Vec<String> = (0..value.len())
        .map(|cut| value[..cut].to_owned())
        .collect();
    for place in 0..value.len() {
        let mut bytes = value.as_bytes().to_vec();
        // The next letter of base64's alphabet: one bit of the sealed bytes differs, unless it is padding.
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let text = String::from_utf8(bytes).unwrap();
        altered.extend((text != value).then_some(text));
    }
    altered.extend(["\"", "%00", "ä", "==", "💥"].map(str::to_owned));
    for value in altered {
        let opened = open(&cookies, &[&format!("shotify={value}")]);
        assert!(
            matches!(opened.cookie, Cookie::Broken | Cookie::Absent),
            "{value}"
        );
        assert!(opened.renewed.is_none());
    }
}

/// S2
#[test]
fn no_cookie_with_a_single_bit_flipped_opens() {
    let cookies = cookies(&["k", "old"]);
    let whole = pair(&cookies.seal(&session("a.b.c")).unwrap());
    let start = "shotify=".len();
    for place in start..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let mut headers = HeaderMap::new();
            // What is no header at all is refused before.
            if let Ok(line) = HeaderValue::from_bytes(&bytes) {
                headers.insert(header::COOKIE, line);
                let opened = cookies.open(&headers);
                assert!(access(&opened).is_none(), "bit {bit} of byte {place}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// S2 X3
    #[test]
    fn no_line_of_any_bytes_opens(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        text in "(shotify=[A-Za-z0-9+/=%\"]{0,120}(; )?){1,3}",
    ) {
        let cookies = cookies(&["k"]);
        for line in [bytes, text.into_bytes()] {
            let mut headers = HeaderMap::new();
            if let Ok(line) = HeaderValue::from_bytes(&line) {
                headers.insert(header::COOKIE, line);
                prop_assert!(access(&cookies.open(&headers)).is_none());
            }
        }
    }
}

/// S2
#[test]
fn a_cookie_of_another_environment_key_or_name_is_nothing() {
    let value = pair(&cookies(&["k"]).seal(&session("a")).unwrap());
    let staging = SessionCookies::new(&["k"], "staging", false);
    assert!(matches!(open(&staging, &[&value]).cookie, Cookie::Broken));
    assert!(matches!(
        open(&cookies(&["other"]), &[&value]).cookie,
        Cookie::Broken
    ));
    let production = SessionCookies::new(&["k"], "development", true);
    assert!(matches!(
        open(&production, &[&value]).cookie,
        Cookie::Absent
    ));
    let renamed = value.replace("shotify=", "__Host-shotify=");
    assert!(matches!(
        open(&production, &[&renamed]).cookie,
        Cookie::Broken
    ));
}

/// F3
#[test]
fn a_cookie_under_an_old_key_opens_and_is_sealed_anew() {
    let old = pair(&cookies(&["old"]).seal(&session("a")).unwrap());
    let rotated = cookies(&["new", "old"]);
    let opened = open(&rotated, &[&old]);
    assert_eq!(access(&opened), Some("a"));
    let renewed = opened.renewed.unwrap();
    assert!(
        renewed
            .to_str()
            .unwrap()
            .contains("Expires=Sun, 17 Mar 2030")
    );
    let again = open(&cookies(&["new"]), &[&pair(&renewed)]);
    assert_eq!(access(&again), Some("a"));
    assert!(again.renewed.is_none());
}

#[test]
fn of_several_cookies_the_first_that_opens_counts() {
    let cookies = cookies(&["k"]);
    let good = pair(&cookies.seal(&session("a")).unwrap());
    let second = pair(&cookies.seal(&session("b")).unwrap());
    let line = format!("shotify=planted; {good}; {second}");
    assert_eq!(access(&open(&cookies, &[&line])), Some("a"));
    assert_eq!(access(&open(&cookies, &["shotify=x", &second])), Some("b"));
    let foreign = format!("theme=häll; {good}");
    assert_eq!(access(&open(&cookies, &[&foreign])), Some("a"));
    assert!(matches!(
        open(&cookies, &["other=1"]).cookie,
        Cookie::Absent
    ));
    assert!(matches!(open(&cookies, &[]).cookie, Cookie::Absent));
}

#[test]
fn clearing_ends_the_cookie_at_once() {
    let production = SessionCookies::new(&["k"], "production", true);
    let header = production.clear().unwrap();
    let text = header.to_str().unwrap();
    assert!(
        text.starts_with("__Host-shotify=;") && text.contains("Max-Age=0"),
        "{text}"
    );
    assert!(text.contains("Path=/") && text.contains("Secure"), "{text}");
}

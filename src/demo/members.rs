//! Who lives in the demo.

/// The password of all of them.
pub(super) const PASSWORD: &str = "copper lantern over seven hills";

/// A member of the demo.
pub(super) struct Member {
    /// Their name; the owner in `demo/photos.csv`.
    pub(super) name: &'static str,
    /// What they say of themselves.
    pub(super) bio: &'static str,
    /// The photograph that their avatar is cut from.
    pub(super) avatar: &'static str,
    /// What they bought: titles.
    pub(super) bought: &'static [&'static str],
}

impl Member {
    /// An address that reaches nobody (RFC 2606).
    pub(super) fn email(&self) -> String {
        format!("{}@shotify.example", self.name)
    }
}

/// All of them.
pub(super) const MEMBERS: [Member; 4] = [
    Member {
        name: "amelia",
        bio: "Animals, mostly those that look back.",
        avatar: "giant-panda.jpg",
        bought: &["Narwhals at the surface", "Into the blue"],
    },
    Member {
        name: "bruno",
        bio: "Wide skies, old stones and whoever walks between them.",
        avatar: "moose-at-rest.jpg",
        bought: &[
            "Jaguar sisters",
            "Orchestra on stage",
            "Golden Temple in Amritsar",
        ],
    },
    Member {
        name: "chiyo",
        bio: "Under water in summer, among lanterns at night.",
        avatar: "blue-cave.jpg",
        bought: &["Machu Picchu under clouds", "Jaguar sisters"],
    },
    Member {
        name: "dario",
        bio: "I carry drums to places with good light.",
        avatar: "bata-drums.jpg",
        bought: &["Drums of the summer festival", "The Red Pyramid"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::email::Email;
    use crate::domain::password::Password;
    use crate::domain::text::Bio;

    #[test]
    fn every_member_could_have_registered() {
        for member in MEMBERS {
            let email = member.email();
            assert!(Email::parse(&email).is_ok() && Bio::parse(member.bio).is_ok());
            let personal = [member.name, email.as_str()];
            Password::parse_new("password", PASSWORD, &personal).unwrap();
        }
    }
}

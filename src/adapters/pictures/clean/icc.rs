//! ICC colour profiles (ICC.1:2022): the only other thing that is kept, so that colours stay the same.

/// Bytes of the header every profile begins with, and the count of its tags.
const HEADER: usize = 132;

/// No real profile is larger; the largest printing profiles have 3 MiB.
pub(super) const MAX_BYTES: usize = 4 << 20;

/// The profile cut to the length it declares, or nothing when it is no profile.
pub(super) fn checked(profile: &[u8]) -> Option<Vec<u8>> {
    let declared = u32::from_be_bytes(*profile.first_chunk()?) as usize;
    let is_profile = profile.get(36..40) == Some(b"acsp");
    let fits = (HEADER..=MAX_BYTES.min(profile.len())).contains(&declared);
    (is_profile && fits).then(|| profile[..declared].to_vec())
}

/// Whether the profile describes pixels of this colour space: `RGB ` or `GRAY`.
pub(in crate::adapters::pictures) fn describes(profile: &[u8], space: [u8; 4]) -> bool {
    profile.get(16..20) == Some(&space)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_ends_where_it_says() {
        let mut profile = vec![0; 200];
        profile[..4].copy_from_slice(&180_u32.to_be_bytes());
        profile[16..20].copy_from_slice(b"RGB ");
        profile[36..40].copy_from_slice(b"acsp");
        assert_eq!(checked(&profile).unwrap().len(), 180);
        assert!(describes(&profile, *b"RGB ") && !describes(&profile, *b"GRAY"));
        assert_eq!(checked(&profile[..150]), None);
        assert_eq!(checked(b"not a profile at all"), None);
        assert_eq!(checked(b""), None);
    }
}

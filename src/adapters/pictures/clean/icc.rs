//! ICC colour profiles (ICC.1:2022): kept in the original, so that its colours stay the same, but only what colours are
//! made of. A profile without anything else stays as it is to the bit.

/// Bytes of the header every profile begins with.
const HEADER: usize = 128;
/// Where the tags begin, behind their count.
const TAGS: usize = HEADER + 4;
/// Signature, place and length of a tag.
const TAG: usize = 12;
/// Real profiles have about twenty.
const MAX_TAGS: usize = 100;

/// No real profile is larger; the largest printing profiles have 3 MiB.
pub(in crate::adapters::pictures) const MAX_BYTES: usize = 4 << 20;

/// The kinds of pixels that a profile may describe in a JPEG.
pub(super) const WITH_INKS: &[&[u8; 4]] = &[b"RGB ", b"GRAY", b"CMYK"];
/// Those in the other formats, which know no inks.
pub(super) const OF_SCREENS: &[&[u8; 4]] = &[b"RGB ", b"GRAY"];

/// The tags that make colours, and the names of the profile. Others hold serial numbers of monitors, measurements of
/// test charts, and whatever a maker liked.
const KEPT: &[&[u8; 4]] = &[
    b"desc", b"dscm", b"cprt", b"dmnd", b"dmdd", b"vued", b"wtpt", b"bkpt", b"rXYZ", b"gXYZ",
    b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"chad", b"chrm", b"cicp", b"A2B0", b"A2B1",
    b"A2B2", b"B2A0", b"B2A1", b"B2A2", b"D2B0", b"D2B1", b"D2B2", b"D2B3", b"B2D0", b"B2D1",
    b"B2D2", b"B2D3", b"gamt", b"lumi", b"meas", b"tech", b"view", b"clro", b"clrt", b"pre0",
    b"pre1", b"pre2",
];

/// The profile without what stands outside of its tags, and without tags that make no colours; nothing when it is no
/// profile of these kinds of pixels.
pub(super) fn checked(profile: &[u8], of: &[&[u8; 4]]) -> Option<Vec<u8>> {
    let declared = u32::from_be_bytes(*profile.first_chunk()?) as usize;
    let is_profile = profile.get(36..40) == Some(b"acsp");
    let space: [u8; 4] = profile.get(16..20)?.try_into().ok()?;
    let fits = (TAGS..=MAX_BYTES.min(profile.len())).contains(&declared);
    if !is_profile || !fits || !of.contains(&&space) {
        return None;
    }
    let before = &profile[..declared];
    let mut after = rebuilt(before)?;
    if after != before {
        // Its name was computed from all of it.
        after[84..100].fill(0);
    }
    Some(after)
}

/// What is kept stays where it is; all else is zero.
fn rebuilt(profile: &[u8]) -> Option<Vec<u8>> {
    let count = u32::from_be_bytes(*profile.get(HEADER..)?.first_chunk()?) as usize;
    let table = profile.get(TAGS..TAGS + TAG * count.min(MAX_TAGS + 1))?;
    let first = TAGS + table.len();
    let tags: Vec<_> = table.as_chunks::<TAG>().0.iter().collect();
    let kept: Vec<_> = tags
        .into_iter()
        .filter(|tag| KEPT.contains(&&[tag[0], tag[1], tag[2], tag[3]]))
        .filter_map(|tag| Some((tag, place(tag, first, profile.len())?)))
        .collect();
    let end = kept.iter().map(|(_, place)| place.end).max()?;
    let mut out = vec![0; end.next_multiple_of(4).min(profile.len())];
    out[..100].copy_from_slice(&profile[..100]);
    let size = u32::try_from(out.len()).ok()?;
    out[..4].copy_from_slice(&size.to_be_bytes());
    let count = u32::try_from(kept.len())
        .ok()
        .filter(|_| count <= MAX_TAGS)?;
    out[HEADER..TAGS].copy_from_slice(&count.to_be_bytes());
    let entries = out[TAGS..].as_chunks_mut::<TAG>().0.iter_mut();
    for ((tag, _), entry) in kept.iter().zip(entries) {
        entry.copy_from_slice(*tag);
    }
    for (_, place) in kept {
        out[place.clone()].copy_from_slice(&profile[place]);
    }
    Some(out)
}

/// Where a tag's data stands, if that is within the profile and behind its table.
fn place(tag: &[u8; TAG], first: usize, size: usize) -> Option<std::ops::Range<usize>> {
    let number = |at: usize| u32::from_be_bytes([tag[at], tag[at + 1], tag[at + 2], tag[at + 3]]);
    let (start, length) = (number(4) as usize, number(8) as usize);
    let end = start.checked_add(length)?;
    (start >= first && end <= size).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A profile of two tags that share their data, and one that is not known.
    fn profile() -> Vec<u8> {
        let mut profile = vec![0; 200];
        profile[..4].copy_from_slice(&200_u32.to_be_bytes());
        profile[16..20].copy_from_slice(b"RGB ");
        profile[36..40].copy_from_slice(b"acsp");
        profile[84..100].copy_from_slice(&[7; 16]);
        profile[131] = 3;
        for (entry, (name, start)) in [(b"wtpt", 168_u32), (b"bkpt", 168), (b"rXYZ", 180)]
            .iter()
            .enumerate()
        {
            let tag = [&name[..], &start.to_be_bytes(), &20_u32.to_be_bytes()].concat();
            profile[TAGS + TAG * entry..][..TAG].copy_from_slice(&tag);
        }
        profile[168..].fill(9);
        profile
    }

    fn rgb(profile: &[u8]) -> Option<Vec<u8>> {
        checked(profile, OF_SCREENS)
    }

    #[test]
    fn a_sound_profile_stays_as_it_is_and_ends_where_it_says() {
        let sound = profile();
        assert_eq!(rgb(&sound).unwrap(), sound);
        assert_eq!(rgb(&[&sound[..], b"SECRET"].concat()).unwrap(), sound);
    }

    /// U3
    #[test]
    fn what_no_tag_holds_and_what_is_no_colour_is_gone() {
        let mut foreign = profile();
        foreign[110..116].copy_from_slice(b"SECRET");
        foreign[TAGS + 2 * TAG..][..4].copy_from_slice(b"mmod");
        let cleaned = rgb(&foreign).unwrap();
        assert_eq!(cleaned.len(), 188);
        assert_eq!(cleaned[131], 2);
        assert!(cleaned[84..128].iter().all(|byte| *byte == 0));
        assert!(cleaned[TAGS + 2 * TAG..168].iter().all(|byte| *byte == 0));
        assert!(cleaned[168..].iter().all(|byte| *byte == 9));
        assert_eq!(rgb(&cleaned).unwrap(), cleaned, "once is enough");
    }

    #[test]
    fn what_is_no_profile_of_these_pixels_is_none() {
        let mut inks = profile();
        inks[16..20].copy_from_slice(b"CMYK");
        assert_eq!(rgb(&inks), None);
        assert!(checked(&inks, WITH_INKS).is_some());
        assert_eq!(rgb(&profile()[..150]), None);
        let mut endless = profile();
        endless[130] = 1;
        assert_eq!(rgb(&endless), None);
        let mut empty = profile();
        empty[131] = 0;
        assert_eq!(rgb(&empty), None);
        assert_eq!(rgb(b"not a profile at all"), None);
        assert_eq!(rgb(b""), None);
    }
}

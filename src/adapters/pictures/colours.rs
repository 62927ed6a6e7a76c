//! From the colours of a file to those of the screen: renditions are sRGB and need no profile, so that neither their
//! size nor their look depends on what a file says of its colours.

use image::DynamicImage;
use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, CmsError, ColorPrimaries, ColorProfile,
    DataColorSpace, Layout, MatrixCoefficients, ToneReprCurve, TransferCharacteristics,
    TransformExecutor, TransformOptions, curve_from_gamma,
};

use super::clean::icc::MAX_BYTES;

/// Of the perceptual quantizer: how many times brighter its brightest is than the white of a page (ITU-R BT.2408).
const PQ_OVER_WHITE: f64 = 10_000.0 / 203.0;
/// Steps of the curve that is made for it.
const PQ_STEPS: u16 = 4096;

/// What a file says of its colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Colours {
    /// Nothing, or that they are sRGB.
    Screen,
    /// An ICC profile.
    Profile(Vec<u8>),
    /// Primaries and transfer by the numbers of ITU-T H.273, in full range.
    Coded { primaries: u8, transfer: u8 },
    /// As PNG has it, in 1/100,000: the exponent, and x and y of white, red, green and blue.
    Measured {
        gamma: Option<u32>,
        places: Option<[u32; 8]>,
    },
}

impl Colours {
    /// How these are shown; nothing where they are those of the screen, or where nobody can tell.
    fn profile(&self) -> Option<ColorProfile> {
        match self {
            Self::Screen => None,
            Self::Profile(bytes) if bytes.len() > MAX_BYTES => None,
            Self::Profile(bytes) => ColorProfile::new_from_slice(bytes).ok(),
            Self::Coded {
                primaries,
                transfer,
            } => coded(*primaries, *transfer),
            Self::Measured { gamma, places } => measured(*gamma, *places),
        }
    }
}

/// Makes them sRGB. A profile that does not describe these pixels, or that cannot be read, is passed over as browsers
/// do: a printing profile, for instance, when the decoder has already made colours of the screen of the inks.
pub(super) fn on_screen(mut picture: DynamicImage, colours: &Colours) -> DynamicImage {
    if let Some(from) = colours.profile() {
        let before = picture.clone();
        if apply(&mut picture, from).is_err() {
            return before;
        }
    }
    picture
}

fn apply(picture: &mut DynamicImage, mut from: ColorProfile) -> Result<(), CmsError> {
    let mut screen = ColorProfile::new_srgb();
    let mut space = DataColorSpace::Rgb;
    if !picture.color().has_color() {
        space = DataColorSpace::Gray;
        screen.gray_trc.clone_from(&screen.red_trc);
        only_grey(&mut from);
        only_grey(&mut screen);
    }
    if from.color_space == space {
        transformed(picture, &from, &screen)
    } else {
        Err(CmsError::InvalidLayout)
    }
}

/// Of what has a curve for grey, its grey alone.
fn only_grey(of: &mut ColorProfile) {
    if of.gray_trc.is_some() {
        of.color_space = DataColorSpace::Gray;
        of.cicp = None;
    }
}

fn transformed(
    picture: &mut DynamicImage,
    from: &ColorProfile,
    to: &ColorProfile,
) -> Result<(), CmsError> {
    let options = TransformOptions::default();
    let eight = |layout| from.create_transform_8bit(layout, to, layout, options);
    let sixteen = |layout| from.create_transform_16bit(layout, to, layout, options);
    match picture {
        DynamicImage::ImageLuma8(pixels) => run(eight(Layout::Gray)?.as_ref(), pixels),
        DynamicImage::ImageLumaA8(pixels) => run(eight(Layout::GrayAlpha)?.as_ref(), pixels),
        DynamicImage::ImageRgb8(pixels) => run(eight(Layout::Rgb)?.as_ref(), pixels),
        DynamicImage::ImageRgba8(pixels) => run(eight(Layout::Rgba)?.as_ref(), pixels),
        DynamicImage::ImageLuma16(pixels) => run(sixteen(Layout::Gray)?.as_ref(), pixels),
        DynamicImage::ImageLumaA16(pixels) => run(sixteen(Layout::GrayAlpha)?.as_ref(), pixels),
        DynamicImage::ImageRgb16(pixels) => run(sixteen(Layout::Rgb)?.as_ref(), pixels),
        DynamicImage::ImageRgba16(pixels) => run(sixteen(Layout::Rgba)?.as_ref(), pixels),
        _ => Err(CmsError::InvalidLayout),
    }
}

fn run<T: Copy + Default>(
    executor: &(dyn TransformExecutor<T> + Send + Sync),
    pixels: &mut [T],
) -> Result<(), CmsError> {
    let before = pixels.to_vec();
    executor.transform(&before, pixels)
}

fn coded(primaries: u8, transfer: u8) -> Option<ColorProfile> {
    const PQ: u8 = 16;
    const HLG: u8 = 18;
    // HLG was made to be shown as it is on screens of its primaries; PQ gets a curve below.
    let known = match transfer {
        HLG | PQ => TransferCharacteristics::Bt202010bit,
        other => TransferCharacteristics::try_from(other).ok()?,
    };
    let primaries = CicpColorPrimaries::try_from(primaries).ok()?;
    let unknown = ColorProfile::default();
    let mut profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries: primaries,
        transfer_characteristics: known,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    if profile.red_trc.is_none() || profile.red_colorant == unknown.red_colorant {
        return None;
    }
    if transfer == PQ {
        with_curve(&mut profile, &pq());
    }
    with_grey(profile)
}

/// Light up to the white of a page; what is brighter is white.
fn pq() -> ToneReprCurve {
    let light = |step: u16| {
        let signal = (f64::from(step) / f64::from(PQ_STEPS - 1)).powf(1.0 / 78.843_75);
        let ratio = (signal - 0.835_937_5).max(0.0) / (18.851_562_5 - 18.687_5 * signal);
        let light = (ratio.powf(1.0 / 0.159_301_757_812_5) * PQ_OVER_WHITE).min(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 65,535"
        )]
        let value = (light * 65_535.0).round() as u16;
        value
    };
    ToneReprCurve::Lut((0..PQ_STEPS).map(light).collect())
}

fn measured(gamma: Option<u32>, places: Option<[u32; 8]>) -> Option<ColorProfile> {
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    if let Some([wx, wy, rx, ry, gx, gy, bx, by]) = places {
        let place = |x, y| {
            let (x, y) = (f64::from(x) / 100_000.0, f64::from(y) / 100_000.0);
            #[expect(clippy::cast_possible_truncation, reason = "five digits")]
            let place = Chromaticity::new(x as f32, y as f32);
            place
        };
        let primaries = ColorPrimaries {
            red: place(rx, ry),
            green: place(gx, gy),
            blue: place(bx, by),
        };
        profile.update_rgb_colorimetry(place(wx, wy).to_xyyb(), primaries);
    }
    if let Some(gamma) = gamma.filter(|gamma| (1_000..=1_000_000).contains(gamma)) {
        #[expect(clippy::cast_possible_truncation, reason = "five digits")]
        let exponent = (100_000.0 / f64::from(gamma)) as f32;
        with_curve(&mut profile, &curve_from_gamma(exponent));
    }
    with_grey(profile)
}

fn with_curve(profile: &mut ColorProfile, curve: &ToneReprCurve) {
    profile.cicp = None;
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve.clone());
}

/// Grey pixels go by the same curve. Places that are no colours make no profile.
fn with_grey(mut profile: ColorProfile) -> Option<ColorProfile> {
    profile.gray_trc.clone_from(&profile.red_trc);
    let colorants = [
        profile.red_colorant,
        profile.green_colorant,
        profile.blue_colorant,
    ];
    let sound = |of: &moxcms::Xyzd| [of.x, of.y, of.z].iter().all(|value| value.is_finite());
    colorants.iter().all(sound).then_some(profile)
}

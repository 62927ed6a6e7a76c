//! A line of text as pixels to lay over a picture: light letters with a dark rim, rising to the right.

use ab_glyph::{
    Font, FontRef, Glyph, Outline, OutlineCurve, OutlinedGlyph, Point, PxScaleFactor, Rect,
};
use ab_glyph::{ScaleFont, point};

static FONT: &[u8] = include_bytes!("../../../../assets/fonts/DejaVuSans-Bold.ttf");

/// How much of the picture the letters and their rim hide, of 1.
const LETTER: f32 = 0.42;
const RIM: f32 = 0.42;

/// Direction of the text, in radians above the horizontal.
pub(super) const RISE: f32 = 0.5;

/// One pixel to lay over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dab {
    /// Relative to where the text begins.
    pub x: i32,
    pub y: i32,
    /// Grey to paint, 0 black.
    pub tone: u8,
    /// How strongly, 255 covers.
    pub alpha: u8,
}

/// The text at one size.
#[derive(Debug)]
pub(super) struct Stamp {
    pub dabs: Vec<Dab>,
    /// Pixels from the text's beginning to its end, along its direction.
    pub length: f32,
}

impl Stamp {
    /// `height` is the line's height in pixels. Characters that the font has not are left out.
    pub fn new(text: &str, height: f32) -> Self {
        let font =
            FontRef::try_from_slice(FONT).expect("the font is part of the program and tested");
        let mut mask = Mask::default();
        let mut length = 0.0;
        let scaled = font.as_scaled(height);
        for id in text
            .chars()
            .map(|letter| font.glyph_id(letter))
            .filter(|id| id.0 != 0)
        {
            let at = turned(point(length, 0.0), -1.0);
            let factor = scaled.scale_factor();
            mask.letter(
                font.outline(id),
                id.with_scale_and_position(height, at),
                factor,
            );
            length += scaled.h_advance(id);
        }
        Self {
            dabs: mask.dabs((height / 23.0).max(0.8)),
            length,
        }
    }
}

/// Rotates by [`RISE`]; `up` is 1 where the vertical axis grows upwards, -1 where it grows downwards.
pub(super) fn turned(p: Point, up: f32) -> Point {
    let (sin, cos) = (RISE.sin() * up, RISE.cos());
    point(p.x * cos - p.y * sin, p.x * sin + p.y * cos)
}

fn turned_outline(outline: &Outline) -> Outline {
    let turn = |p: &Point| turned(*p, 1.0);
    let curves: Vec<OutlineCurve> = outline
        .curves
        .iter()
        .map(|curve| match curve {
            OutlineCurve::Line(a, b) => OutlineCurve::Line(turn(a), turn(b)),
            OutlineCurve::Quad(a, b, c) => OutlineCurve::Quad(turn(a), turn(b), turn(c)),
            OutlineCurve::Cubic(a, b, c, d) => {
                OutlineCurve::Cubic(turn(a), turn(b), turn(c), turn(d))
            }
        })
        .collect();
    Outline {
        bounds: around(&outline.bounds),
        curves,
    }
}

/// The upright box around a turned box, in the font's way: `min` is the upper left, upwards being larger.
fn around(bounds: &Rect) -> Rect {
    let Rect { min, max } = *bounds;
    let corners = [min, max, point(min.x, max.y), point(max.x, min.y)].map(|p| turned(p, 1.0));
    let least = |of: fn(&Point) -> f32| corners.iter().map(of).fold(f32::MAX, f32::min);
    let most = |of: fn(&Point) -> f32| corners.iter().map(of).fold(f32::MIN, f32::max);
    Rect {
        min: point(least(|p| p.x), most(|p| p.y)),
        max: point(most(|p| p.x), least(|p| p.y)),
    }
}

/// Where the letters are, and how much of each pixel they cover.
#[derive(Default)]
struct Mask {
    covered: Vec<(i32, i32, f32)>,
}

impl Mask {
    fn letter(&mut self, outline: Option<Outline>, glyph: Glyph, factor: PxScaleFactor) {
        let Some(outline) = outline else { return };
        let drawn = OutlinedGlyph::new(glyph, turned_outline(&outline), factor);
        let corner = drawn.px_bounds().min;
        let (left, top) = (whole(corner.x), whole(corner.y));
        drawn.draw(|x, y, cover| {
            if cover > 0.01 {
                self.covered.push((
                    left + x.cast_signed(),
                    top + y.cast_signed(),
                    cover.min(1.0),
                ));
            }
        });
    }

    /// Lays a rim of `width` pixels behind the letters.
    fn dabs(&self, width: f32) -> Vec<Dab> {
        let reach = whole(width.ceil());
        let mut grid = Grid::around(&self.covered, reach);
        for (x, y, cover) in &self.covered {
            let cell = grid.at(*x, *y);
            cell.0 = cell.0.max(*cover);
        }
        for (x, y, cover) in &self.covered {
            for (dx, dy, strength) in brush(reach, width) {
                let rim = &mut grid.at(x + dx, y + dy).1;
                *rim = rim.max(cover * strength);
            }
        }
        grid.dabs()
    }
}

/// A soft disc.
fn brush(reach: i32, width: f32) -> impl Iterator<Item = (i32, i32, f32)> {
    let square = (-reach..=reach).flat_map(move |dy| (-reach..=reach).map(move |dx| (dx, dy)));
    square.filter_map(move |(dx, dy)| {
        let distance = real(dx).hypot(real(dy));
        let strength = (width + 0.5 - distance).clamp(0.0, 1.0);
        (strength > 0.0).then_some((dx, dy, strength))
    })
}

/// Letter and rim, pixel by pixel.
struct Grid {
    left: i32,
    top: i32,
    width: i32,
    cells: Vec<(f32, f32)>,
}

impl Grid {
    fn around(covered: &[(i32, i32, f32)], margin: i32) -> Self {
        let (mut left, mut top, mut right, mut bottom) = (0, 0, 0, 0);
        for (x, y, _) in covered {
            (left, right) = (left.min(*x), right.max(*x));
            (top, bottom) = (top.min(*y), bottom.max(*y));
        }
        let (width, height) = (right - left + 1 + 2 * margin, bottom - top + 1 + 2 * margin);
        let cells = vec![(0.0, 0.0); usize::try_from(width * height).unwrap_or_default()];
        Self {
            left: left - margin,
            top: top - margin,
            width,
            cells,
        }
    }

    fn at(&mut self, x: i32, y: i32) -> &mut (f32, f32) {
        let index = (y - self.top) * self.width + x - self.left;
        &mut self.cells[usize::try_from(index).expect("the grid has a margin around all letters")]
    }

    fn dabs(&self) -> Vec<Dab> {
        let cells = self
            .cells
            .iter()
            .zip(0_i32..)
            .filter(|((letter, rim), _)| letter + rim > 0.02);
        cells
            .map(|((letter, rim), index)| {
                let (light, dark) = (letter * LETTER, rim * RIM * (1.0 - letter));
                let alpha = light + dark * (1.0 - light);
                Dab {
                    x: self.left + index % self.width,
                    y: self.top + index / self.width,
                    tone: byte(light / alpha),
                    alpha: byte(alpha),
                }
            })
            .collect()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "pixels of a rendition are some thousands"
)]
pub(super) fn whole(value: f32) -> i32 {
    value.round() as i32
}

#[expect(
    clippy::cast_precision_loss,
    reason = "pixels of a rendition are some thousands"
)]
pub(super) fn real(value: i32) -> f32 {
    value as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte"
)]
fn byte(part: f32) -> u8 {
    (part * 255.0).round().clamp(0.0, 255.0) as u8
}

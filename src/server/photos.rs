//! Pictures that people send: taken by what they are and not by what they are called, and written anew, so that nothing of the
//! file itself is ever handed on: no place where it was taken, no second file behind it, nothing that a reader would trip over.
//!
//! One at a time, away from the async threads. What a picture would need is known from its head, before any of it is unpacked.

use super::Result;
use crate::error::Error;
use anyhow::Context;
use axum::body::Bytes;
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage, codecs::jpeg::JpegEncoder,
    guess_format, imageops::FilterType,
};
use std::{io::Cursor, sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

/// The largest file that is taken. Source: issue 6.
pub const FILE_MAX_BYTES: usize = 10 << 20;
/// The most pixels that are unpacked: four bytes each, 160 MB.
const PIXELS_MAX: u64 = 40_000_000;
/// The most memory that unpacking may take, the pixels among it: enough for 40 megapixels of a progressive JPEG.
const MEMORY_MAX: u64 = 384 << 20;
/// The shortest side that is worth showing, in pixels.
const SIDE_MIN: u32 = 200;
/// How many times longer one side may be than the other: of a strip, what is cut out would have to be enlarged beyond measure.
const RATIO_MAX: u32 = 8;
/// What unpacking a JPEG takes beside its pixels: a progressive one keeps two bytes for each value until the end.
const JPEG_FACTOR: u64 = 3;
/// Pictures are brought down to this by averaging, which needs no more memory, before they are made smaller with care.
const CARE_MAX: u32 = 3_200;
/// Longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// How well pictures are written, from the best: the first that makes a file small enough, or the last.
const QUALITIES: [u8; 5] = [82, 74, 66, 58, 50];

/// Why a file is not taken as a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is neither a JPEG, nor a PNG, nor a WebP, whatever it is called.
    Kind,
    /// It begins like one, and can't be read.
    Broken,
    /// It has more than 40 megapixels, or would take too much memory.
    TooLarge,
    /// One of its sides is shorter than 200 pixels, or than an eighth of the other.
    TooSmall,
}

/// A picture as it is handed on, a JPEG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// The file.
    pub bytes: Bytes,
}

/// What is to be made of a picture.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// As wide as each of these, for what is wider; otherwise as it is.
    pub widths: &'static [u32],
    /// And exactly this size, cut out of the middle.
    pub cover: [u32; 2],
    /// Bytes of the narrowest, where that is possible.
    pub narrowest_max: usize,
}

/// What was made of a picture.
#[derive(Clone, Debug)]
pub struct Photos {
    /// The whole picture, the narrowest first.
    pub whole: Vec<Photo>,
    /// The one that was cut out.
    pub cover: Photo,
}

/// Makes pictures, one at a time in this process. Clones share the turn.
#[derive(Clone, Debug)]
pub struct DarkRoom(Arc<Semaphore>);

impl Default for DarkRoom {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl DarkRoom {
    /// What is wanted of this file, or why it is none that can be taken. Errors: `Unavailable` when many wait.
    pub async fn develop(&self, file: Bytes, wanted: Wanted) -> Result<std::result::Result<Photos, Unfit>> {
        let turn = timeout(PATIENCE, Arc::clone(&self.0).acquire_owned());
        let Ok(Ok(turn)) = turn.await else { return Err(Error::Unavailable { retry_after_s: 2 }.into()) };
        let made = spawn_blocking(move || {
            // Let go of when it is done, also where nobody waits for it any more.
            let _turn = turn;
            develop(&file, wanted)
        });
        Ok(made.await.context("making a picture")?)
    }
}

fn develop(file: &[u8], wanted: Wanted) -> std::result::Result<Photos, Unfit> {
    let picture = read(file)?.into_rgb8();
    let mut widths: Vec<u32> = wanted.widths.iter().map(|width| (*width).min(picture.width())).collect();
    widths.dedup();
    let (full_width, full_height) = (u64::from(picture.width()), u64::from(picture.height()));
    let mut whole = Vec::new();
    let mut larger = DynamicImage::from(picture);
    let mut cover = None;
    // Each is made of the next larger one: the pixels of the largest are gone through once.
    for width in widths.into_iter().rev() {
        let height = u32::try_from((full_height * u64::from(width)).div_ceil(full_width)).unwrap_or(u32::MAX);
        if (larger.width(), larger.height()) != (width, height) {
            larger = larger.resize_exact(width, height, FilterType::CatmullRom);
        }
        if cover.is_none() {
            cover = Some(write(&cut_out(&larger, wanted.cover).to_rgb8(), usize::MAX)?);
        }
        let is_narrowest = width <= wanted.widths.first().copied().unwrap_or_default();
        whole.insert(0, write(&larger.to_rgb8(), if is_narrowest { wanted.narrowest_max } else { usize::MAX })?);
    }
    Ok(Photos { whole, cover: cover.ok_or(Unfit::Broken)? })
}

/// The middle of a picture in this size. What isn't shown is cut off before anything is enlarged.
fn cut_out(picture: &DynamicImage, [width, height]: [u32; 2]) -> DynamicImage {
    let (wide, high) = (u64::from(picture.width()), u64::from(picture.height()));
    let (to_width, to_height) = (u64::from(width), u64::from(height));
    let (cut_width, cut_height) = if wide * to_height > high * to_width {
        ((high * to_width / to_height).max(1), high)
    } else {
        (wide, (wide * to_height / to_width).max(1))
    };
    let pixels = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let (x, y) = (pixels((wide - cut_width) / 2), pixels((high - cut_height) / 2));
    picture.crop_imm(x, y, pixels(cut_width), pixels(cut_height)).resize_exact(width, height, FilterType::CatmullRom)
}

/// The picture, the right way up and without anything to see through, not larger than is needed.
fn read(file: &[u8]) -> std::result::Result<DynamicImage, Unfit> {
    let kind = guess_format(file).map_err(|_| Unfit::Kind)?;
    if !matches!(kind, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(Unfit::Kind);
    }
    let mut decoder = ImageReader::with_format(Cursor::new(file), kind).into_decoder().map_err(why)?;
    let (width, height) = decoder.dimensions();
    let needed = decoder.total_bytes() * if kind == ImageFormat::Jpeg { JPEG_FACTOR } else { 1 };
    if u64::from(width) * u64::from(height) > PIXELS_MAX || needed > MEMORY_MAX {
        return Err(Unfit::TooLarge);
    }
    if width.min(height) < SIDE_MIN || width.max(height) / width.min(height) > RATIO_MAX {
        return Err(Unfit::TooSmall);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MAX);
    decoder.set_limits(limits).map_err(|_| Unfit::TooLarge)?;
    let orientation = decoder.orientation().map_err(|_| Unfit::Broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(why)?;
    if width.max(height) > CARE_MAX {
        picture = picture.thumbnail(CARE_MAX, CARE_MAX);
    }
    picture.apply_orientation(orientation);
    Ok(if picture.color().has_alpha() { on_white(&picture).into() } else { picture })
}

/// Why a picture can't be read.
fn why(error: ImageError) -> Unfit {
    if matches!(error, ImageError::Limits(_)) { Unfit::TooLarge } else { Unfit::Broken }
}

fn on_white(picture: &DynamicImage) -> RgbImage {
    let pixels = picture.to_rgba8();
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0.map(u16::from);
        let mix = |colour: u16| ((colour * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        image::Rgb([mix(red), mix(green), mix(blue)])
    })
}

fn write(picture: &RgbImage, max_bytes: usize) -> std::result::Result<Photo, Unfit> {
    let mut bytes = Vec::new();
    for quality in QUALITIES {
        bytes.clear();
        // Writing into a Vec fails only where the sides are longer than a JPEG can say.
        JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).map_err(|_| Unfit::TooLarge)?;
        if bytes.len() <= max_bytes {
            break;
        }
    }
    Ok(Photo { width: picture.width(), height: picture.height(), bytes: bytes.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted = Wanted { widths: &[480, 960, 1_600], cover: [1_200, 630], narrowest_max: 60_000 };

    /// A picture that is hard to pack: noise over a slope, red in its left half and blue in the right.
    fn noise(width: u32, height: u32) -> RgbImage {
        let mut seed = 1_u32;
        RgbImage::from_fn(width, height, |x, y| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (grain, slope) = ((seed >> 25) as u8, (100 * y / height) as u8);
            if x < width / 2 { image::Rgb([200, slope, grain]) } else { image::Rgb([grain, slope, 200]) }
        })
    }

    fn file(picture: &DynamicImage, kind: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, kind).expect("written");
        bytes.into_inner()
    }

    fn made(bytes: &[u8]) -> std::result::Result<Vec<(u32, u32)>, Unfit> {
        Ok(develop(bytes, WANTED)?.whole.iter().map(|photo| (photo.width, photo.height)).collect())
    }

    #[test]
    fn a_picture_of_each_kind_is_made_into_small_ones() {
        let picture = DynamicImage::from(noise(2_000, 1_500));
        for kind in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let photos = develop(&file(&picture, kind), WANTED).expect("a picture");
            let sizes: Vec<_> = photos.whole.iter().map(|photo| (photo.width, photo.height)).collect();
            assert_eq!(sizes, [(480, 360), (960, 720), (1_600, 1_200)], "{kind:?}");
            assert_eq!((photos.cover.width, photos.cover.height), (1_200, 630));
            assert!(photos.whole[0].bytes.len() <= 60_000, "{kind:?}: {}", photos.whole[0].bytes.len());
            assert!(photos.whole.iter().all(|photo| guess_format(&photo.bytes).ok() == Some(ImageFormat::Jpeg)));
        }
    }

    #[test]
    fn what_is_narrow_is_not_made_wider() {
        let narrow = file(&noise(700, 900).into(), ImageFormat::Png);
        assert_eq!(made(&narrow), Ok(vec![(480, 618), (700, 900)]));
        assert_eq!(made(&file(&noise(300, 300).into(), ImageFormat::Png)), Ok(vec![(300, 300)]));
    }

    #[test]
    fn what_can_be_seen_through_is_seen_on_white() {
        let clear = image::RgbaImage::from_pixel(300, 300, image::Rgba([255, 0, 0, 0]));
        let photos = develop(&file(&clear.into(), ImageFormat::Png), WANTED).expect("a picture");
        let seen = image::load_from_memory(&photos.whole[0].bytes).expect("a picture").into_rgb8();
        assert!(seen.get_pixel(150, 150).0.iter().all(|colour| *colour > 250), "{:?}", seen.get_pixel(150, 150));
    }

    /// A JPEG with a note of how the camera was held, and where.
    fn turned(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        exif.extend(b"48.2082N 16.3738E");
        let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
        [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn a_picture_is_turned_as_the_camera_was_held_and_says_no_more_of_it() {
        let jpeg = turned(&file(&noise(800, 600).into(), ImageFormat::Jpeg), 6);
        let photos = develop(&jpeg, WANTED).expect("a picture");
        assert_eq!((photos.whole[0].width, photos.whole[0].height), (480, 640));
        let seen = image::load_from_memory(&photos.whole[0].bytes).expect("a picture").into_rgb8();
        let (above, below) = (seen.get_pixel(240, 60).0, seen.get_pixel(240, 580).0);
        assert!(above[0] > 150 && above[2] < 150 && below[2] > 150, "left came to be above: {above:?} {below:?}");
        let has = |bytes: &[u8], words: &[u8]| bytes.windows(words.len()).any(|part| part == words);
        assert!(has(&jpeg, b"48.2082N"));
        for photo in photos.whole.iter().chain([&photos.cover]) {
            assert!(!has(&photo.bytes, b"48.2082N") && !has(&photo.bytes, b"Exif"));
        }
    }

    /// A PNG that says it has this size, and goes on for a few bytes.
    fn claims(width: u32, height: u32) -> Vec<u8> {
        let mut png = file(&noise(300, 300).into(), ImageFormat::Png);
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = crc(&png[12..29]).to_be_bytes();
        png[29..33].copy_from_slice(&sum);
        png
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 })
        })
    }

    #[test]
    fn what_is_no_picture_or_too_large_a_one_is_said_to_be_so() {
        for nothing in
            [&b""[..], b"\x89PNG", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a\x01\0\x01\0\0\0\0;"]
        {
            assert_eq!(made(nothing), Err(Unfit::Kind), "{nothing:?}");
        }
        let png = file(&noise(400, 300).into(), ImageFormat::Png);
        for end in [9, 40, png.len() / 2] {
            assert_eq!(made(&png[..end]), Err(Unfit::Broken), "{end}");
        }
        assert_eq!(made(&claims(60_000, 60_000)), Err(Unfit::TooLarge));
        assert_eq!(made(&claims(u32::MAX >> 1, 1_000)), Err(Unfit::TooLarge));
        assert_eq!(made(&claims(5_000, 5_000)), Err(Unfit::Broken), "it is not as long as it says");
        assert_eq!(made(&file(&noise(1_000, 199).into(), ImageFormat::Png)), Err(Unfit::TooSmall));
        assert_eq!(made(&claims(200, 200_000)), Err(Unfit::TooSmall), "a strip would be enlarged beyond measure");
    }

    #[test]
    fn what_is_cut_out_is_the_middle_whatever_the_shape() {
        for (width, height) in [(1_600, 200), (200, 1_600), (1_200, 630), (1_600, 1_200)] {
            let picture = DynamicImage::from(noise(width, height));
            let cut = cut_out(&picture, [1_200, 630]).into_rgb8();
            assert_eq!(cut.dimensions(), (1_200, 630), "{width} × {height}");
            let (left, right) = (cut.get_pixel(100, 315).0, cut.get_pixel(1_100, 315).0);
            assert!(left[0] > 150 && right[2] > 150, "{width} × {height}: {left:?} {right:?}");
        }
    }
}

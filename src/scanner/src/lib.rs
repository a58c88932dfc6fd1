//! What the page of the door asks for: the text of a QR code in a picture, and whether a text is a ticket of ours.
//!
//! A crate of its own, so that nobody but the door loads it, and so small that a phone has it at once.

use ed25519_compact::{PublicKey, Signature};
use rqrr::PreparedImage;
use ticket_code::{Content, Flaw};
use wasm_bindgen::prelude::wasm_bindgen;

/// Bytes of a public key.
const KEY_LENGTH: usize = 32;

/// The text of the first QR code that can be read in a picture of red, green, blue and opacity, a byte each, row by row.
/// Nothing where there is none, or where the picture is not of this width and height.
#[wasm_bindgen]
pub fn find_code(width: usize, height: usize, pixels: &[u8]) -> Option<String> {
    if width == 0 || height == 0 || pixels.len() != width * height * 4 {
        return None;
    }
    let grey = |x: usize, y: usize| pixels.get((y * width + x) * 4..).map_or(0, brightness);
    let mut picture = PreparedImage::prepare_from_greyscale(width, height, grey);
    picture.detect_grids().iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}

/// Of a pixel, in quarters of red and blue and a half of green: near enough to how bright it looks.
fn brightness(pixel: &[u8]) -> u8 {
    match pixel {
        [red, green, blue, ..] => ((u16::from(*red) + 2 * u16::from(*green) + u16::from(*blue)) / 4) as u8,
        _ => 0,
    }
}

/// What a scanned text says, by these public keys, one after the other: event, ticket (32 hexadecimal digits each) and
/// nonce with spaces between; or one word for what is wrong with it, `unreadable`, `other_version`, `forged`.
#[wasm_bindgen]
pub fn read_code(text: &str, keys: &[u8]) -> String {
    let is_signed = |signed: &[u8], signature: &[u8]| {
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        let is_of = |key: &[u8]| PublicKey::from_slice(key).is_ok_and(|key| key.verify(signed, &signature).is_ok());
        keys.chunks_exact(KEY_LENGTH).any(is_of)
    };
    match Content::read(text, is_signed) {
        Ok(Content { event, ticket, nonce, .. }) => format!("{event:032x} {ticket:032x} {nonce}"),
        Err(Flaw::Unreadable) => "unreadable".to_owned(),
        Err(Flaw::OtherVersion) => "other_version".to_owned(),
        Err(Flaw::Forged) => "forged".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_compact::{KeyPair, Seed};
    use fast_qr::QRBuilder;

    const CONTENT: Content = Content { event: 0xe, ticket: 0x7, place: 1, nonce: 2 };

    fn pair(seed: u8) -> KeyPair {
        KeyPair::from_seed(Seed::new([seed; 32]))
    }

    fn code(pair: &KeyPair) -> String {
        CONTENT.write(pair.sk.sign(CONTENT.to_bytes(), None).as_ref())
    }

    /// A code as a camera sees it: this many pixels a module, so bright and so dark, the quiet zone around it.
    fn picture(text: &str, scale: usize, light: u8, dark: u8) -> (usize, Vec<u8>) {
        let modules = QRBuilder::new(text).build().expect("a code");
        let size = (modules.size + 8) * scale;
        let is_dark = |x: usize, y: usize| {
            let (column, row) = ((x / scale).checked_sub(4), (y / scale).checked_sub(4));
            let inside = |at: Option<usize>| at.filter(|at| *at < modules.size);
            inside(column)
                .zip(inside(row))
                .is_some_and(|(column, row)| modules.data[row * modules.size + column].value())
        };
        let pixel = |at: usize| {
            let shade = if is_dark(at % size, at / size) { dark } else { light };
            [shade, shade, shade, 255]
        };
        (size, (0..size * size).flat_map(pixel).collect())
    }

    #[test]
    fn a_code_is_found_in_a_picture_and_read() {
        let text = code(&pair(1));
        for (scale, light, dark) in [(2, 255, 0), (3, 120, 40), (6, 250, 90)] {
            let (size, pixels) = picture(&text, scale, light, dark);
            assert_eq!(find_code(size, size, &pixels), Some(text.clone()), "{scale}");
        }
    }

    #[test]
    fn a_picture_without_a_code_or_of_another_size_has_none() {
        assert_eq!(find_code(64, 64, &[127; 64 * 64 * 4]), None);
        assert_eq!(find_code(64, 64, &[127; 64]), None);
        assert_eq!(find_code(0, 0, &[]), None);
    }

    #[test]
    fn what_the_keys_have_signed_says_which_ticket_it_is() {
        let keys = [*pair(2).pk, *pair(1).pk].concat();
        let (event, ticket) = ("0000000000000000000000000000000e", "00000000000000000000000000000007");
        assert_eq!(read_code(&code(&pair(1)), &keys), format!("{event} {ticket} 2"));
    }

    #[test]
    fn what_they_have_not_is_forged_and_anything_else_unreadable() {
        assert_eq!(read_code(&code(&pair(3)), &*pair(1).pk), "forged");
        assert_eq!(read_code(&code(&pair(1)), &[]), "forged");
        assert_eq!(read_code("https://example.org", &*pair(1).pk), "unreadable");
        assert_eq!(read_code("", &*pair(1).pk), "unreadable");
    }
}

//! Time-based one-time passwords (RFC 6238: SHA-1, six digits, steps of 30 seconds).
//!
//! Called by sign-in, by enrollment and by the gate's check of `X-OTP`. It answers *which* step a
//! code belongs to, because a code works once and only a later step may follow; keeping that step is
//! the caller's work. It knows no clock and no database.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::{ConditionallySelectable, ConstantTimeEq};
use thiserror::Error;

/// Seconds for which one code is shown.
pub const STEP_SECONDS: i64 = 30;
/// Bytes of a new secret: as many as SHA-1 gives (RFC 4226 §4).
pub const SECRET_BYTES: usize = 20;
const DIGITS: usize = 6;

/// A shared secret that is not base 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the secret is not base 32")]
pub struct NotBase32;

/// The step that a time falls in.
pub fn step_at(time: DateTime<Utc>) -> i64 {
    time.timestamp().div_euclid(STEP_SECONDS)
}

/// The code of a step.
pub fn code_at(secret: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();

    // RFC 4226 §5.3: the low nibble of the last byte says where the 31 bits begin.
    let offset = usize::from(digest[19] & 0x0f);
    let bits = u32::from_be_bytes([
        digest[offset] & 0x7f,
        digest[offset + 1],
        digest[offset + 2],
        digest[offset + 3],
    ]);
    format!("{:0DIGITS$}", bits % 1_000_000)
}

/// The step whose code this is: the current one or the one before. A future step never matches, or a
/// code could be used again when its time comes.
pub fn matching_step(secret: &[u8], code: &str, now_step: i64) -> Option<i64> {
    let previous_step = now_step - 1;
    // Both are always compared, so that the time taken does not tell which one matched.
    let is_current = code_at(secret, now_step).as_bytes().ct_eq(code.as_bytes());
    let is_previous = code_at(secret, previous_step)
        .as_bytes()
        .ct_eq(code.as_bytes());
    let step = i64::conditional_select(&previous_step, &now_step, is_current);
    bool::from(is_current | is_previous).then_some(step)
}

/// A secret as it is typed into an authenticator.
pub fn encode_secret(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

/// A secret from its base 32 text, whatever its case, grouping and padding.
pub fn decode_secret(text: &str) -> Result<Vec<u8>, NotBase32> {
    let symbols: String = text
        .chars()
        .filter(|symbol| !matches!(symbol, ' ' | '-' | '='))
        .map(|symbol| symbol.to_ascii_uppercase())
        .collect();
    if symbols.is_empty() {
        return Err(NotBase32);
    }
    BASE32_NOPAD
        .decode(symbols.as_bytes())
        .map_err(|_| NotBase32)
}

/// The address that an authenticator reads from a QR code.
pub fn otpauth_url(issuer: &str, account: &str, secret: &[u8]) -> String {
    let issuer = percent_encode(issuer);
    let account = percent_encode(account);
    let secret = encode_secret(secret);
    format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}\
         &algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
    )
}

/// Escapes all but RFC 3986's unreserved characters; authenticators do not read `+` as a space.
fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            reserved => format!("%{reserved:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the shared secret of the SHA-1 rows.
    const RFC_SECRET: &[u8] = b"12345678901234567890";

    fn time(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_vectors_of_rfc_6238_hold() {
        // The RFC prints eight digits; ours are the last six.
        for (seconds, eight_digits) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(
                code_at(RFC_SECRET, step_at(time(seconds))),
                eight_digits[2..],
                "{seconds} s"
            );
        }
    }

    #[test]
    fn the_vectors_of_rfc_4226_hold() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (step, code) in (0..).zip(codes) {
            assert_eq!(code_at(RFC_SECRET, step), code, "step {step}");
        }
    }

    #[test]
    fn a_step_begins_at_each_half_minute() {
        for (seconds, step) in [
            (0, 0),
            (29, 0),
            (30, 1),
            (59, 1),
            (60, 2),
            (-1, -1),
            (-30, -1),
            (-31, -2),
        ] {
            assert_eq!(step_at(time(seconds)), step, "{seconds} s");
        }
    }

    #[test]
    fn the_current_and_the_previous_step_match_and_no_other() {
        let now_step = step_at(time(1_234_567_890));
        for (offset, expected) in [
            (-2, None),
            (-1, Some(now_step - 1)),
            (0, Some(now_step)),
            (1, None),
            (2, None),
        ] {
            let code = code_at(RFC_SECRET, now_step + offset);
            assert_eq!(
                matching_step(RFC_SECRET, &code, now_step),
                expected,
                "offset {offset}"
            );
        }
    }

    #[test]
    fn a_code_of_both_steps_counts_for_the_later_one() {
        // With this secret these neighbors have the same code. Were the older one named, the same six
        // digits would pass a second time.
        let step = 910_738;
        assert_eq!(code_at(RFC_SECRET, step - 1), "911617");
        assert_eq!(code_at(RFC_SECRET, step), "911617");
        assert_eq!(matching_step(RFC_SECRET, "911617", step), Some(step));
    }

    #[test]
    fn anything_but_the_six_digits_is_no_code() {
        let now_step = 1;
        let code = code_at(RFC_SECRET, now_step);
        for wrong in [
            "",
            " ",
            &code[..5],
            &format!("{code}0"),
            &format!(" {code}"),
            "٢٨٧٠٨٢",
        ] {
            assert_eq!(
                matching_step(RFC_SECRET, wrong, now_step),
                None,
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn the_first_step_has_no_trouble_with_the_one_before() {
        assert_eq!(
            matching_step(RFC_SECRET, &code_at(RFC_SECRET, -1), 0),
            Some(-1)
        );
    }

    #[test]
    fn a_key_longer_than_a_block_is_taken() {
        assert_eq!(code_at(&[7; 100], 1).len(), 6);
    }

    #[test]
    fn a_secret_survives_the_round_trip_through_base_32() {
        for secret in [&b"f"[..], b"fo", b"foo", b"foob", b"fooba", RFC_SECRET] {
            assert_eq!(decode_secret(&encode_secret(secret)).unwrap(), secret);
        }
        assert_eq!(
            encode_secret(RFC_SECRET),
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        );
    }

    #[test]
    fn a_secret_may_be_grouped_padded_and_in_any_case() {
        for text in [
            "MZXW6YTBOI======",
            "mzxw6ytboi",
            "MZXW 6YTB OI",
            "mzxw-6ytb-oi",
        ] {
            assert_eq!(decode_secret(text).unwrap(), b"foobar", "{text}");
        }
    }

    #[test]
    fn what_is_not_base_32_is_refused() {
        for text in ["", "====", "M", "MZXW6YT0", "MZXW6YT1", "mzxwé"] {
            assert_eq!(decode_secret(text), Err(NotBase32), "{text:?}");
        }
    }

    #[test]
    fn the_address_is_escaped_for_the_authenticator() {
        assert_eq!(
            otpauth_url(
                "Quarterdeck staging",
                "zoë+ops@quarterdeck.example",
                b"foobar"
            ),
            "otpauth://totp/Quarterdeck%20staging:zo%C3%AB%2Bops%40quarterdeck.example\
             ?secret=MZXW6YTBOI&issuer=Quarterdeck%20staging&algorithm=SHA1&digits=6&period=30"
        );
    }
}

//! Judges what a driver says: a value that no machine has is unknown, with the reason, and never shown as a fact.

use serde_json::Value;

/// More than any card has: 16 TiB.
const MOST_MEMORY: u64 = 16 << 40;

/// A driver version, `550.163.01`.
pub fn driver(value: &Value) -> Result<String, String> {
    let text = value.as_str().unwrap_or_default();
    let parts: Vec<&str> = text.split('.').collect();
    let plain = (2..=4).contains(&parts.len())
        && parts.iter().all(|part| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()));
    if plain { Ok(text.to_owned()) } else { Err(no_version("driver", value)) }
}

/// `12.4` from NVML's number 12040.
pub fn cuda(value: &Value) -> Result<String, String> {
    match value.as_i64() {
        Some(number @ 1000..=99_999) => Ok(format!("{}.{}", number / 1000, number % 1000 / 10)),
        _ => Err(no_version("CUDA", value)),
    }
}

/// `8.9` from the two numbers.
pub fn compute(value: &Value) -> Result<String, String> {
    match (value[0].as_i64(), value[1].as_i64()) {
        (Some(major @ 1..=99), Some(minor @ 0..=9)) => Ok(format!("{major}.{minor}")),
        _ => Err(format!("the driver says {value} for the compute capability, which no card has")),
    }
}

/// Bytes of the card's own memory.
pub fn memory(value: &Value) -> Result<u64, String> {
    match value.as_u64() {
        Some(bytes @ 1..=MOST_MEMORY) => Ok(bytes),
        _ => Err(format!("the driver says {value} bytes, which no card has")),
    }
}

/// A name that says something.
pub fn name(value: &Value) -> Result<String, String> {
    let name = crate::core::text::label(value.as_str().unwrap_or_default());
    if name.is_empty() { Err("the driver says an empty name".to_owned()) } else { Ok(name) }
}

/// `0000:01:00.0` from NVML's `00000000:01:00.0`, as the kernel writes it.
#[must_use]
pub fn pci(value: &Value) -> Option<String> {
    let address = value[0].as_str()?.to_ascii_lowercase();
    let (domain, rest) = address.split_once(':')?;
    let fits = address.len() <= 16 && address.chars().all(|c| c.is_ascii_hexdigit() || c == ':' || c == '.') && rest.len() == 7;
    let short = if domain.len() > 4 { domain.trim_start_matches('0') } else { domain };
    fits.then(|| format!("{short:0>4}:{rest}"))
}

/// `10de:2684` from the number that holds the device in its upper half.
#[must_use]
pub fn pci_id(value: &Value) -> Option<String> {
    let number = value[1].as_u64().filter(|number| (1..=0xffff_ffff).contains(number))?;
    Some(format!("{:04x}:{:04x}", number & 0xffff, number >> 16))
}

fn no_version(of: &str, value: &Value) -> String {
    let shown = crate::core::text::label(&value.to_string());
    let shown: String = shown.chars().take(40).collect();
    format!("the driver says {shown} for the {of} version, which is none")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_driver_says_is_believed() {
        for version in ["550.163.01", "535.261.03", "580.65.06", "576.02", "540.4.0", "610.43"] {
            assert_eq!(driver(&json!(version)).as_deref(), Ok(version));
        }
        assert_eq!(cuda(&json!(12040)).as_deref(), Ok("12.4"));
        assert_eq!(cuda(&json!(13000)).as_deref(), Ok("13.0"));
        assert_eq!(cuda(&json!(12090)).as_deref(), Ok("12.9"));
        assert_eq!(compute(&json!([12, 0])).as_deref(), Ok("12.0"));
        assert_eq!(memory(&json!(85_899_345_920_u64)), Ok(85_899_345_920));
        assert_eq!(pci(&json!(["00000000:01:00.0", 0])).as_deref(), Some("0000:01:00.0"));
        assert_eq!(pci(&json!(["00010000:C1:00.0", 0])).as_deref(), Some("10000:c1:00.0"));
        assert_eq!(pci_id(&json!(["", 0x2684_10de_u32])).as_deref(), Some("10de:2684"));
    }

    #[test]
    fn what_no_machine_has_is_unknown() {
        for version in ["", "abc", "580\n99", "580", "580.", "580.99\u{1b}[2J", "99999.1", "1.2.3.4.5", "-1.0"] {
            assert!(driver(&json!(version)).is_err(), "{version:?}");
        }
        for number in [json!(-5), json!(0), json!(999_999), json!(null), json!("12040"), json!(i64::MIN)] {
            assert!(cuda(&number).is_err(), "{number}");
        }
        for pair in [json!([-1, -99]), json!([0, 0]), json!([8, -1]), json!([8, 99]), json!([100, 0]), json!(null), json!([8])] {
            assert!(compute(&pair).is_err(), "{pair}");
        }
        for bytes in [json!(0), json!(u64::MAX), json!(null), json!(-1)] {
            assert!(memory(&bytes).is_err(), "{bytes}");
        }
        assert!(name(&json!(" \u{1b}[2J\n")).is_err());
        assert_eq!(name(&json!("A".repeat(999))).unwrap().chars().count(), 120);
        for address in ["", ":", "00000000:01:00.0:00000000000000", "zz:01:00.0", "x"] {
            assert_eq!(pci(&json!([address, 0])), None, "{address}");
        }
        assert!(driver(&json!("x".repeat(9999))).unwrap_err().len() < 120);
    }
}

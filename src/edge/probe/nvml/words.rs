//! NVML's numbers in the words of somebody who sees them for the first time.

/// What the library means by this number.
#[must_use]
pub fn refusal(code: i64) -> String {
    let words = match code {
        2 => "the library was asked in a way it does not know",
        3 => "this card does not tell",
        4 => "no permission to talk to the driver",
        9 => "the driver is installed and its kernel module is not loaded",
        10 => "the driver did not answer in its own time",
        12 => "the driver's library was not found",
        13 => "the driver's library lacks a function",
        15 => "the card is lost: it fell off the bus",
        16 => "the card must be reset before it works again",
        17 => "the operating system blocks the card",
        18 => "the driver's library and its kernel module have different versions: restart the machine",
        25 => "the library is older or newer than nixml knows",
        27 => "the system is not in a state to answer",
        28 => "the driver supports none of the cards here",
        999 => "an internal error of the driver",
        _ => return format!("NVML error {code} (unknown)"),
    };
    words.to_owned()
}

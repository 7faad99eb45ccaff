//! What the tests with real parts share: the tools that `scripts/test` brings, a private place to run in, the stand-in nixpkgs.
//!
//! A test file says `mod support;` and takes what it needs.

#![allow(dead_code, unused_imports, unused_macros, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fixture that cannot be made ends the test")]

pub mod index;
pub mod place;
pub mod pty;
pub mod ran;
pub mod schema;
pub mod standin;
pub mod tools;

/// The path of the test it stands in, `file::test`.
macro_rules! test_name {
    () => {{
        fn here() {}
        std::any::type_name_of_val(&here).trim_end_matches("::here").trim_end_matches("::{{closure}}")
    }};
}

/// Ends the test as skipped, loudly: `scripts/test` lists every such line, and fails on one that `tests/expected-skips.txt` lacks.
macro_rules! skip {
    ($($reason:tt)*) => {{
        println!("SKIP {}: {}", $crate::support::test_name!(), format_args!($($reason)*));
        return;
    }};
}

/// The value of an `Option`, or the end of the test as skipped.
macro_rules! need {
    ($value:expr, $($reason:tt)*) => {
        match $value {
            Some(value) => value,
            None => $crate::support::skip!($($reason)*),
        }
    };
}

pub(crate) use {need, skip, test_name};

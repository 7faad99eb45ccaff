//! The NVIDIA library, played by a stand-in in C and loaded through the real wrapper by the real binary.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::redundant_pub_crate,
    reason = "tests touch the world"
)]

mod broken;
mod debian;
mod files;
mod healthy;
mod lab;
mod stuck;
#[path = "../support/mod.rs"]
mod support;

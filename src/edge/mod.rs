//! The ring that touches the world: files, processes, the clock, the environment. The only async code.

#![allow(clippy::disallowed_methods, reason = "this is the ring where effects live")]

pub mod identity;

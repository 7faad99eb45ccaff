//! The pure ring: no files, no processes, no clock, no terminal, no environment, no async.

pub mod data;
pub mod facts;
pub mod failure;
pub mod finding;
pub mod plan;

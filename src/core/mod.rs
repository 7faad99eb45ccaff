//! The pure ring: no files, no processes, no clock, no terminal, no environment, no async.

pub mod choices;
pub mod data;
pub mod facts;
pub mod failure;
pub mod files;
pub mod finding;
pub mod plan;
pub mod text;

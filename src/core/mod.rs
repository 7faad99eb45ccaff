//! The pure ring: no files, no processes, no clock, no terminal, no environment, no async.

pub mod answers;
pub mod catalog;
pub mod changes;
pub mod choices;
pub mod data;
pub mod doctor;
pub mod explain;
pub mod expr;
pub mod facts;
pub mod failure;
pub mod files;
pub mod finding;
pub mod init_report;
pub mod nix_log;
pub mod plan;
pub mod project;
pub mod render;
pub mod requirement;
pub mod session;
pub mod step;
pub mod text;
pub mod undo;
pub mod validation;
pub mod verdict;
pub mod version;
pub mod wizard;

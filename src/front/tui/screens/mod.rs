//! The bodies of the screens, one file each.

pub mod ask;
pub mod end;
pub mod found;
pub mod machine;
pub mod preview;
pub mod review;
pub mod running;

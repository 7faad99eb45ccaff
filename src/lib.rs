//! nixml in three rings: `core` is pure, `edge` touches the world, `front` talks to people.

pub mod core;
pub mod edge;
pub mod front;

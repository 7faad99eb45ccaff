//! Parse arguments, choose a front, join it to the edge; nothing else.

fn main() {}

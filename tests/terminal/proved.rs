//! The whole way with real Nix and real uv: from the first key to a proof, and a shell afterwards.

# What one does to nixml itself; `just` alone lists it. The programs the recipes need: scripts/install-tools.

export PATH := `scripts/tools-root` / "bin" + ":" + env("PATH")

[private]
default:
    @just --list

# Formatting, lints, licences, house rules
check:
    scripts/check

# Format the source
fmt:
    cargo fmt

# All tests, with real Nix and real uv
test *ARGS:
    scripts/test {{ ARGS }}

# Take the new snapshots after having read them
snap:
    INSTA_UPDATE=always cargo test -q
    git diff --stat -- '*.snap'

# From a clone to a printed proof, in a throwaway folder
demo:
    scripts/demo

# The measured promises: start, frame, terminal pane, probe
bench:
    cargo bench

# Long: fuzzing, many students, kills everywhere, advisories
soak:
    cargo test --release -- --ignored
    cargo deny check advisories

# What the catalog says on this machine
catalog:
    cargo run -q -- matrix

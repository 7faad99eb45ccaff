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

# Speed beside floors and peers, everything twice; writes docs/performance.md
bench *GROUPS:
    scripts/install-tools uv
    NIXML_WRITE_DOCS=1 cargo bench --bench speed -- {{ GROUPS }}

# A clean Debian 12 without anything: the demo and CI there (needs root)
room *COMMANDS:
    scripts/clean-room {{ COMMANDS }}

# What a release consists of, against an old glibc
release *FOLDER:
    scripts/release {{ FOLDER }}

# Write THIRD-PARTY.md anew
licences:
    scripts/licences

# Long: kills at every call, every end of every screen, fuzzing, an idle hour's beginning, advisories; the list of cases at the end
soak:
    scripts/install-tools cargo-nextest cargo-deny
    cargo nextest run --profile soak --run-ignored only --no-fail-fast
    scripts/fuzz 300 || echo "soak: the fuzzer could not run here, or found something" >&2
    cargo deny check advisories
    scripts/cases

# The acceptance cases of reliability and security, with what the last runs say of each
cases *ARGS:
    scripts/cases {{ ARGS }}

# The catalog's rows: their age, what lacks a source, what PyPI says otherwise today
catalog *FRAMEWORKS:
    scripts/catalog {{ FRAMEWORKS }}

# Writes the generated pages anew
docs:
    NIXML_WRITE_DOCS=1 cargo test -q --test command_line --test explain --test trust

//! Reads of ELF files what the dynamic loader reads: needed names and search paths. A few pages of each file, whatever its size.

use std::fs::{self, File};
use std::path::Path;

use object::read::ReadCache;
use object::read::elf::{Dyn as _, FileHeader as _, ProgramHeader as _};
use object::{Endianness, ReadRef, elf};

use crate::core::loader::{Elf, Library};

type Header = elf::FileHeader64<Endianness>;

/// What the loader reads of `path`; `None` when it is no 64-bit ELF file, or a damaged one.
#[must_use]
pub fn read(path: &Path) -> Option<Elf> {
    if !fs::metadata(path).ok()?.is_file() {
        return None; // A pipe would wait for ever.
    }
    let cache = ReadCache::new(File::open(path).ok()?);
    let dynamic = dynamic(&cache)?;
    let origin = path.canonicalize().ok()?.parent()?.to_string_lossy().into_owned();
    let of = |tag: i64| dynamic.iter().filter(move |(found, _)| *found == tag).map(|(_, text)| text.as_str());
    let folders =
        |tag| of(tag).flat_map(|list| list.split(':')).filter(|dir| !dir.is_empty()).map(|dir| expand(dir, &origin)).collect();
    Some(Elf {
        path: path.display().to_string(),
        needed: of(elf::DT_NEEDED).map(str::to_owned).collect(),
        rpath: folders(elf::DT_RPATH),
        runpath: folders(elf::DT_RUNPATH),
    })
}

/// The program that loads `path`: the dynamic loader it names.
#[must_use]
pub fn interpreter(path: &Path) -> Option<String> {
    let cache = ReadCache::new(File::open(path).ok()?);
    let data = &cache;
    let header = Header::parse(data).ok()?;
    let endian = header.endian().ok()?;
    let segment = header.program_headers(endian, data).ok()?.iter().find(|segment| segment.p_type(endian) == elf::PT_INTERP)?;
    let bytes = segment.data(endian, data).ok()?;
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    Some(String::from_utf8_lossy(&bytes[..end]).into_owned())
}

/// A library file as a candidate: its version by the name it links to, and whether it is a placeholder.
#[must_use]
pub fn library(path: &Path) -> Option<Library> {
    let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    let real = path.canonicalize().ok()?;
    let version = real.file_name()?.to_string_lossy().split_once(".so.").map(|(_, version)| version.to_owned());
    let shown = path.display().to_string();
    // The real library is tens of megabytes; the placeholder to link against is a few kilobytes.
    let stub = shown.contains("/stubs/") || (name.starts_with("libcuda.so") && meta.len() < 1 << 20);
    Some(Library { path: shown, version: version.filter(|version| version.contains('.')), stub })
}

/// Tags of the dynamic section that hold text, with their text.
fn dynamic<'a>(data: impl ReadRef<'a>) -> Option<Vec<(i64, String)>> {
    let header = Header::parse(data).ok()?;
    let endian = header.endian().ok()?;
    let segments = header.program_headers(endian, data).ok()?;
    let entries = segments.iter().find_map(|segment| segment.dynamic(endian, data).ok().flatten())?;
    let value = |wanted: i64| entries.iter().find(|entry| entry.d_tag(endian) == wanted).map(|entry| entry.d_val(endian));
    let (table, size) = (value(elf::DT_STRTAB)?, value(elf::DT_STRSZ)?);
    let strings = segments.iter().find_map(|segment| segment.data_range(endian, data, table, size).ok().flatten())?;
    let text = |offset: u64| {
        let rest = strings.get(usize::try_from(offset).ok()?..)?;
        let end = rest.iter().position(|byte| *byte == 0)?;
        Some(String::from_utf8_lossy(&rest[..end]).into_owned())
    };
    let tags: [i64; 3] = [elf::DT_NEEDED, elf::DT_RPATH, elf::DT_RUNPATH];
    let texts = entries.iter().take_while(|entry| entry.d_tag(endian) != elf::DT_NULL);
    Some(
        texts
            .map(|entry| (entry.d_tag(endian), entry.d_val(endian)))
            .filter(|(tag, _)| tags.contains(tag))
            .filter_map(|(tag, value)| Some((tag, text(value)?)))
            .collect(),
    )
}

/// `$ORIGIN/../x` as a path without its dots.
fn expand(dir: &str, origin: &str) -> String {
    let path = dir.replace("${ORIGIN}", origin).replace("$ORIGIN", origin);
    super::normal(Path::new(&path)).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_test_binary_is_read() {
        let own = std::env::current_exe().unwrap();
        if cfg!(target_os = "linux") {
            let elf = read(&own).unwrap();
            assert!(elf.needed.iter().any(|name| name.starts_with("libc.so")), "{elf:?}");
            assert!(interpreter(&own).unwrap().contains("ld-linux"));
        }
    }

    #[test]
    fn what_is_no_elf_is_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x.so");
        for bytes in [&b""[..], b"\x7fELF", b"#!/bin/sh\n", &[0x7f; 4096]] {
            fs::write(&file, bytes).unwrap();
            assert_eq!(read(&file), None);
            assert_eq!(interpreter(&file), None);
        }
        assert_eq!(read(dir.path()), None);
        assert_eq!(read(&dir.path().join("gone")), None);
    }

    #[test]
    fn origins_are_expanded() {
        assert_eq!(expand("$ORIGIN/../../nvidia/cudnn/lib", "/v/site-packages/torch/lib"), "/v/site-packages/nvidia/cudnn/lib");
        assert_eq!(expand("${ORIGIN}", "/v"), "/v");
    }
}

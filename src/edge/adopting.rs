//! Reads the files of a project that was there before nixml: plain files inside its folder, in any of the encodings people save them in.

use std::path::Path;

use crate::core::adopt::{self, Found};
use crate::core::changes::OnDisk;
use crate::core::data::Data;
use crate::core::failure::Failure;
use crate::edge::files::Folder;

/// What the files of `dir` ask for; `None` when there is no such folder, nothing to read, or nixml made the project.
///
/// # Errors
/// Exit 2 with `FILE:LINE`: a file that cannot be read on. Exit 3 and 4: as [`Folder::open`].
pub fn read(dir: &Path, data: &Data) -> Result<Option<Found>, Failure> {
    let Some(folder) = Folder::look_only(dir)? else { return Ok(None) };
    if folder.look("nixml.toml") != OnDisk::Absent {
        return Ok(None);
    }
    adopt::read(data, &|path| text(&folder, path))
}

/// One file of the folder as text.
#[must_use]
pub fn text(folder: &Folder, path: &str) -> Option<String> {
    match folder.look(path) {
        OnDisk::File(bytes) => decoded(bytes),
        _ => None,
    }
}

/// UTF-8, or UTF-16 with its mark, as `pip freeze > requirements.txt` writes it in PowerShell.
fn decoded(bytes: Vec<u8>) -> Option<String> {
    let pairs = |order: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| order([pair[0], pair[1]])).collect();
        String::from_utf16(&units).ok()
    };
    match bytes.get(..2) {
        Some([0xff, 0xfe]) => pairs(u16::from_le_bytes),
        Some([0xfe, 0xff]) => pairs(u16::from_be_bytes),
        _ => String::from_utf8(bytes).ok().map(|text| text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn powershell_s_files_are_read() {
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend("numpy\r\n".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(decoded(bytes).as_deref(), Some("numpy\r\n"));
        assert_eq!(decoded(b"\xef\xbb\xbfnumpy".to_vec()).as_deref(), Some("numpy"));
        assert_eq!(decoded(vec![0xfe, 0xff, 0xd8, 0x00]), None);
    }
}

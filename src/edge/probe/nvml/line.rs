//! What the helper process tells: one JSON line a step, so that whatever was said before a hang or a crash is kept.

use crate::core::document;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One question to the NVIDIA library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    Load,
    Init,
    Driver,
    Cuda,
    Count,
    Handle,
    Name,
    Pci,
    Compute,
    Memory,
    Mig,
    Virtualization,
}

impl Call {
    /// The function of the library, as an expert would search for it.
    #[must_use]
    pub fn function(self) -> &'static str {
        match self {
            Self::Load => "dlopen",
            Self::Init => "nvmlInit_v2",
            Self::Driver => "nvmlSystemGetDriverVersion",
            Self::Cuda => "nvmlSystemGetCudaDriverVersion_v2",
            Self::Count => "nvmlDeviceGetCount_v2",
            Self::Handle => "nvmlDeviceGetHandleByIndex_v2",
            Self::Name => "nvmlDeviceGetName",
            Self::Pci => "nvmlDeviceGetPciInfo_v3",
            Self::Compute => "nvmlDeviceGetCudaComputeCapability",
            Self::Memory => "nvmlDeviceGetMemoryInfo_v2",
            Self::Mig => "nvmlDeviceGetMigMode",
            Self::Virtualization => "nvmlDeviceGetVirtualizationMode",
        }
    }
}

/// One line of the helper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// The question that is being asked now.
    Asking {
        call: Call,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gpu: Option<u32>,
    },
    /// Its answer as the library gave it, not judged yet.
    Answer {
        call: Call,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gpu: Option<u32>,
        value: Value,
    },
    /// It was refused: NVML's number where there is one, and words.
    Refused {
        call: Call,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gpu: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<i64>,
        why: String,
    },
    /// Everything was asked.
    Done,
}

impl Line {
    /// Reads one line; anything else that a library printed is `None`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        document::json(text).ok()
    }
}

/// The last line is there and whole. Asked after every read, so it looks at the end only.
#[must_use]
pub fn complete(output: &[u8]) -> bool {
    output.ends_with(b"{\"line\":\"done\"}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_whole_or_nothing() {
        let line = Line::Answer { call: Call::Name, gpu: Some(1), value: "NVIDIA T4".into() };
        let text = serde_json::to_string(&line).unwrap();
        assert_eq!(Line::read(&text), Some(line));
        for broken in ["", "{", &text[..text.len() - 1], "{\"line\":\"answer\"}", "null", "[]", "hello"] {
            assert_eq!(Line::read(broken), None, "{broken}");
        }
        assert!(complete(format!("{text}\n{}\n", serde_json::to_string(&Line::Done).unwrap()).as_bytes()));
        assert!(!complete(text.as_bytes()));
    }
}

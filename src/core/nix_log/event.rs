//! One line of Nix's `--log-format internal-json`, read; numbers that nixml does not know are kept and ignored later.

use serde_json::Value;

use crate::core::text::sanitise;

/// What an activity is (`type` of a `start`).
pub mod activity {
    pub const COPY_PATH: u64 = 100;
    pub const FILE_TRANSFER: u64 = 101;
    pub const COPY_PATHS: u64 = 103;
    pub const BUILDS: u64 = 104;
    pub const BUILD: u64 = 105;
    pub const SUBSTITUTE: u64 = 108;
    pub const QUERY_PATH_INFO: u64 = 109;
    pub const FETCH_TREE: u64 = 112;
}

/// What is said about an activity (`type` of a `result`).
pub mod result {
    pub const BUILD_LOG_LINE: u64 = 101;
    pub const SET_PHASE: u64 = 104;
    pub const PROGRESS: u64 = 105;
    pub const SET_EXPECTED: u64 = 106;
    pub const POST_BUILD_LOG_LINE: u64 = 107;
}

/// Loudness of a message: 0 error, 1 warning, 2 notice, 3 info, then ever more talk up to 7.
pub const ERROR: u64 = 0;
pub const INFO: u64 = 3;

/// A field of an activity or a result: Nix sends texts and numbers only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    Text(String),
    Number(u64),
}

impl Field {
    #[must_use]
    pub fn number(&self) -> u64 {
        match self {
            Self::Number(number) => *number,
            Self::Text(_) => 0,
        }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Number(_) => "",
        }
    }
}

/// One line. Texts are sanitised: Nix puts colours inside its sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Start {
        id: u64,
        kind: u64,
        text: String,
        fields: Vec<Field>,
    },
    Stop {
        id: u64,
    },
    Result {
        id: u64,
        kind: u64,
        fields: Vec<Field>,
    },
    /// `raw` is the innermost message, without the trace; old versions send it for errors only.
    Message {
        level: u64,
        text: String,
        raw: Option<String>,
    },
}

impl Event {
    /// Reads the JSON after `@nix `; `None` when it is not an event nixml knows.
    #[must_use]
    pub fn parse(json: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(json).ok()?;
        let id = || value.get("id").and_then(Value::as_u64);
        let kind = || value.get("type").and_then(Value::as_u64);
        let clean = |key: &str| value.get(key).and_then(Value::as_str).map(|text| sanitise(text).into_owned());
        match value.get("action")?.as_str()? {
            "start" => {
                Some(Self::Start { id: id()?, kind: kind()?, text: clean("text").unwrap_or_default(), fields: fields(&value) })
            }
            "stop" => Some(Self::Stop { id: id()? }),
            "result" => Some(Self::Result { id: id()?, kind: kind()?, fields: fields(&value) }),
            "msg" => {
                let level = value.get("level").and_then(Value::as_u64).unwrap_or(INFO);
                Some(Self::Message { level, text: clean("msg").unwrap_or_default(), raw: clean("raw_msg") })
            }
            _ => None,
        }
    }
}

fn fields(value: &Value) -> Vec<Field> {
    let field = |field: &Value| match field {
        Value::String(text) => Field::Text(sanitise(text).into_owned()),
        other => Field::Number(other.as_u64().unwrap_or(0)),
    };
    value.get("fields").and_then(Value::as_array).map(|list| list.iter().take(16).map(field).collect()).unwrap_or_default()
}

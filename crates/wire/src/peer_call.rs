//! One-to-one calls (contract 1): the events between a client and its server.
//!
//! Signals stay raw JSON here: a server relays them verbatim, a client reads them with
//! [`Message::decode`](crate::signal::Message::decode).

use serde_json::{Value, json};

use crate::lenient::{DecodeError, Fields, expected};
use crate::signal::MAX_ID;

/// What a server tells a client.
#[derive(Debug, Clone, PartialEq)]
pub enum ServerEvent {
    /// `me`: this client's id, on every connect.
    Me(String),
    /// `callUser`: somebody calls, or has more signals for the call they began.
    CallUser {
        /// The signal.
        signal: Value,
        /// The caller's id.
        from: String,
        /// The caller's name, maybe empty.
        name: String,
    },
    /// `callAccepted`: the signal itself. It does not say who sent it.
    CallAccepted(Value),
    /// `callEnded`: somebody, anybody, has disconnected. A hint at most.
    CallEnded,
    /// `callDeclined`, an extension.
    CallDeclined {
        /// Who declined, where the server says so.
        from: Option<String>,
    },
    /// `receiveMessage`, an extension.
    ReceiveMessage {
        /// The text.
        message: String,
        /// Who wrote it, where the server says so.
        from: Option<String>,
    },
}

/// What a client tells its server.
#[derive(Debug, Clone, PartialEq)]
pub enum ClientEvent {
    /// `callUser`: call somebody.
    CallUser {
        /// Whom.
        user_to_call: String,
        /// The signal.
        signal: Value,
        /// The caller's own id, as the caller gives it.
        from: String,
        /// The caller's name, maybe empty.
        name: String,
    },
    /// `answerCall`: a signal from the one who is called.
    AnswerCall {
        /// The signal.
        signal: Value,
        /// The caller.
        to: String,
    },
    /// `callDeclined`, an extension.
    CallDeclined {
        /// The caller.
        to: String,
    },
    /// `sendMessage`, an extension.
    SendMessage {
        /// For whom.
        to: String,
        /// The text.
        message: String,
        /// The writer's own id.
        from: String,
    },
}

impl ServerEvent {
    /// Reads an event; `None` when its name is not of this dialect.
    ///
    /// # Errors
    /// When a payload of this dialect cannot be read.
    pub fn decode(name: &str, args: &[Value]) -> Result<Option<Self>, DecodeError> {
        let payload = args.first().unwrap_or(&Value::Null);
        Ok(Some(match name {
            "me" => Self::Me(own_id(args)?),
            "callUser" => {
                let fields = Fields::of(name, payload)?;
                Self::CallUser {
                    signal: signal(&fields)?,
                    from: bounded(&fields, fields.text(&["from"])?, "from")?,
                    name: fields.optional_text(&["name"])?.unwrap_or_default(),
                }
            }
            "callAccepted" => match payload {
                Value::Object(_) | Value::String(_) => Self::CallAccepted(payload.clone()),
                other => return Err(DecodeError::new(name, "", &expected("a signal", other))),
            },
            "callEnded" => Self::CallEnded,
            "callDeclined" => Self::CallDeclined {
                from: sender(name, payload)?,
            },
            "receiveMessage" => {
                let fields = Fields::of(name, payload)?;
                Self::ReceiveMessage {
                    message: fields.text(&["message"])?,
                    from: fields.optional_text(&["from"])?,
                }
            }
            _ => return Ok(None),
        }))
    }

    /// The event's name and payload, for servers.
    pub fn encode(&self) -> (&'static str, Vec<Value>) {
        match self {
            Self::Me(id) => ("me", vec![id.as_str().into()]),
            Self::CallUser { signal, from, name } => (
                "callUser",
                vec![json!({ "signal": signal, "from": from, "name": name })],
            ),
            Self::CallAccepted(signal) => ("callAccepted", vec![signal.clone()]),
            Self::CallEnded => ("callEnded", vec![]),
            Self::CallDeclined { from } => ("callDeclined", vec![json!({ "from": from })]),
            Self::ReceiveMessage { message, from } => (
                "receiveMessage",
                vec![json!({ "message": message, "from": from })],
            ),
        }
    }
}

impl ClientEvent {
    /// Reads an event, for servers; `None` when its name is not of this dialect.
    ///
    /// # Errors
    /// When a payload of this dialect cannot be read.
    pub fn decode(name: &str, args: &[Value]) -> Result<Option<Self>, DecodeError> {
        let payload = args.first().unwrap_or(&Value::Null);
        if !matches!(name, "callUser" | "answerCall" | "callDeclined" | "sendMessage") {
            return Ok(None);
        }
        let fields = Fields::of(name, payload)?;
        let to = |names: &[&str]| bounded(&fields, fields.text(names)?, "to");
        let from = || Ok::<_, DecodeError>(fields.optional_text(&["from"])?.unwrap_or_default());
        Ok(Some(match name {
            "callUser" => Self::CallUser {
                user_to_call: to(&["userToCall", "to"])?,
                signal: signal(&fields)?,
                from: bounded(&fields, from()?, "from")?,
                name: fields.optional_text(&["name"])?.unwrap_or_default(),
            },
            "answerCall" => Self::AnswerCall {
                signal: signal(&fields)?,
                to: to(&["to"])?,
            },
            "callDeclined" => Self::CallDeclined {
                to: to(&["to", "from"])?,
            },
            _ => Self::SendMessage {
                to: to(&["to"])?,
                message: fields.text(&["message"])?,
                from: from()?,
            },
        }))
    }

    /// The event's name and payload.
    pub fn encode(self) -> (&'static str, Vec<Value>) {
        match self {
            Self::CallUser {
                user_to_call,
                signal,
                from,
                name,
            } => (
                "callUser",
                vec![json!({ "userToCall": user_to_call, "signalData": signal, "from": from, "name": name })],
            ),
            Self::AnswerCall { signal, to } => ("answerCall", vec![json!({ "signal": signal, "to": to })]),
            Self::CallDeclined { to } => ("callDeclined", vec![json!({ "to": to })]),
            Self::SendMessage { to, message, from } => (
                "sendMessage",
                vec![json!({ "to": to, "message": message, "from": from })],
            ),
        }
    }
}

/// The id in the arguments of `me`.
///
/// # Errors
/// When it is none.
pub fn own_id(args: &[Value]) -> Result<String, DecodeError> {
    id("me", args.first().unwrap_or(&Value::Null))
}

fn signal(fields: &Fields<'_>) -> Result<Value, DecodeError> {
    fields
        .any(&["signal", "signalData"])
        .cloned()
        .ok_or_else(|| fields.error("signal", "is missing"))
}

fn id(event: &str, value: &Value) -> Result<String, DecodeError> {
    let id = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        // Some servers wrap it.
        Value::Object(_) => Fields::of(event, value)?.text(&["id", "me"])?,
        other => return Err(DecodeError::new(event, "", &expected("an id", other))),
    };
    if id.is_empty() || id.len() > MAX_ID {
        return Err(DecodeError::new(event, "", "is no id: empty or too long"));
    }
    Ok(id)
}

fn sender(event: &str, payload: &Value) -> Result<Option<String>, DecodeError> {
    match payload {
        Value::Object(_) => Fields::of(event, payload)?.optional_text(&["from"]),
        Value::String(_) | Value::Number(_) => id(event, payload).map(Some),
        _ => Ok(None),
    }
}

fn bounded(fields: &Fields<'_>, id: String, field: &str) -> Result<String, DecodeError> {
    if id.len() > MAX_ID {
        Err(fields.error(field, "is too long"))
    } else {
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_event_is_printed_and_read_as_the_contract_says() {
        let signal = json!({ "type": "offer", "sdp": "v=0" });
        let printed: Vec<String> = [
            ClientEvent::CallUser {
                user_to_call: "b".into(),
                signal: signal.clone(),
                from: "a".into(),
                name: "Ada".into(),
            },
            ClientEvent::AnswerCall {
                signal: signal.clone(),
                to: "a".into(),
            },
            ClientEvent::CallDeclined { to: "a".into() },
            ClientEvent::SendMessage {
                to: "b".into(),
                message: "hi".into(),
                from: "a".into(),
            },
        ]
        .into_iter()
        .map(|event| {
            let (name, args) = event.clone().encode();
            assert_eq!(ClientEvent::decode(name, &args).unwrap(), Some(event));
            format!("{name} {}", args[0])
        })
        .collect();
        expect![[r#"
            callUser {"from":"a","name":"Ada","signalData":{"sdp":"v=0","type":"offer"},"userToCall":"b"}
            answerCall {"signal":{"sdp":"v=0","type":"offer"},"to":"a"}
            callDeclined {"to":"a"}
            sendMessage {"from":"a","message":"hi","to":"b"}"#]]
        .assert_eq(&printed.join("\n"));
        for event in [
            ServerEvent::Me("a".into()),
            ServerEvent::CallUser {
                signal: signal.clone(),
                from: "a".into(),
                name: String::new(),
            },
            ServerEvent::CallAccepted(signal),
            ServerEvent::CallEnded,
            ServerEvent::CallDeclined {
                from: Some("b".into()),
            },
            ServerEvent::ReceiveMessage {
                message: "hi".into(),
                from: None,
            },
        ] {
            let (name, args) = event.encode();
            assert_eq!(ServerEvent::decode(name, &args).unwrap(), Some(event));
        }
    }

    #[test]
    fn numbers_are_ids_and_a_missing_name_is_empty() {
        assert_eq!(
            ServerEvent::decode("me", &[json!(7)]).unwrap(),
            Some(ServerEvent::Me("7".into()))
        );
        let call = ServerEvent::decode("callUser", &[json!({ "signal": {}, "from": 7 })]).unwrap();
        assert_eq!(
            call,
            Some(ServerEvent::CallUser {
                signal: json!({}),
                from: "7".into(),
                name: String::new()
            })
        );
        assert_eq!(ServerEvent::decode("ping", &[]).unwrap(), None);
    }

    #[test]
    fn a_broken_payload_names_event_and_field() {
        let why = |name: &str, value: Value| ServerEvent::decode(name, &[value]).unwrap_err().to_string();
        let complaints = [
            why("me", json!(true)),
            why("me", json!("")),
            why("callUser", json!({ "signal": {} })),
            why("callUser", json!({ "from": "a" })),
            why("callUser", json!([])),
            why("callAccepted", Value::Null),
            why("receiveMessage", json!({})),
        ];
        expect![[r#"
            me: expected an id, got a boolean
            me: is no id: empty or too long
            callUser.from: is missing
            callUser.signal: is missing
            callUser: expected an object, got a list
            callAccepted: expected a signal, got null
            receiveMessage.message: is missing"#]]
        .assert_eq(&complaints.join("\n"));
    }

    proptest! {
        #[test]
        fn no_payload_panics(name in prop_oneof![Just("me"), Just("callUser"), Just("callAccepted"), Just("callDeclined"),
            Just("receiveMessage"), Just("answerCall")], text in ".{0,40}", field in prop_oneof![Just("signal"), Just("from"), Just("to")]) {
            let value = serde_json::from_str(&text).unwrap_or(json!({ field: text }));
            let _ = (ServerEvent::decode(name, std::slice::from_ref(&value)), ClientEvent::decode(name, &[value]));
        }
    }
}

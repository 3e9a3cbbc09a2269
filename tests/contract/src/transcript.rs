//! What passed between a session and an unmodified server, kept as text, and played again without the server.
//!
//! A line is a JSON list. `["do", ms, …]` and `["in", ms, …]` are what the session was told, `["out", …]` what it then
//! said. Times are the session's clock; the server's address is written as `server`.

use std::time::Duration;

use engine::io::{HttpFailure, Input, Output, Reply, RequestId, SocketCommand, SocketId, SocketInput};
use engine::session::socketio::{Emit, SessionOutput, SocketIo, WhenOffline};
use engine::time::Instant;
use serde_json::{Value, json};

/// Something that a session is asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// To connect.
    Connect,
    /// To leave.
    Disconnect,
    /// To watch the link closely, or not to.
    Watch(bool),
    /// To send an event of the main namespace.
    Emit(Emit),
}

impl Deed {
    /// Does it.
    pub fn perform(&self, session: &mut SocketIo, now: Instant) {
        match self {
            Self::Connect => session.connect(now),
            Self::Disconnect => session.disconnect(now),
            Self::Watch(on) => session.watch_closely(now, *on),
            Self::Emit(emit) => drop(session.emit(now, emit.clone())),
        }
    }

    /// As a line.
    #[must_use]
    pub fn line(&self, now: Instant) -> Value {
        let ms = now.as_millis();
        match self {
            Self::Connect => json!(["do", ms, "connect"]),
            Self::Disconnect => json!(["do", ms, "disconnect"]),
            Self::Watch(on) => json!(["do", ms, "watch", on]),
            Self::Emit(emit) => {
                let within = emit.ack_within.map(|within| within.as_millis() as u64);
                json!(["do", ms, "emit", emit.event, emit.args, emit.binary, within])
            }
        }
    }

    fn read(line: &[Value]) -> Option<Self> {
        match line.get(2)?.as_str()? {
            "connect" => Some(Self::Connect),
            "disconnect" => Some(Self::Disconnect),
            "watch" => Some(Self::Watch(line.get(3)?.as_bool()?)),
            "emit" => Some(Self::Emit(Emit {
                namespace: "/".to_owned(),
                event: line.get(3)?.as_str()?.to_owned(),
                args: line.get(4)?.as_array()?.clone(),
                binary: line
                    .get(5)?
                    .as_array()?
                    .iter()
                    .map(bytes)
                    .collect::<Option<_>>()?,
                ack_within: line.get(6)?.as_u64().map(Duration::from_millis),
                offline: WhenOffline::Queue,
            })),
            _ => None,
        }
    }
}

/// An input of the network as a line; `None` for inputs that a session does not get.
#[must_use]
pub fn input_line(now: Instant, input: &Input) -> Option<Value> {
    let ms = now.as_millis();
    Some(match input {
        Input::Tick => json!(["in", ms, "tick"]),
        Input::Socket(id, SocketInput::Opened) => json!(["in", ms, "opened", id.0]),
        Input::Socket(id, SocketInput::Text(text)) => json!(["in", ms, "text", id.0, text]),
        Input::Socket(id, SocketInput::Binary(bytes)) => json!(["in", ms, "binary", id.0, bytes]),
        Input::Socket(id, SocketInput::Closed { code, reason }) => {
            json!(["in", ms, "closed", id.0, code, reason])
        }
        Input::Http(id, Ok(reply)) => json!(["in", ms, "reply", id.0, reply.status, reply.body]),
        Input::Http(id, Err(HttpFailure::Unreachable)) => json!(["in", ms, "unreachable", id.0]),
        Input::Http(id, Err(HttpFailure::TimedOut)) => json!(["in", ms, "timed out", id.0]),
        Input::Environment(_) | Input::Media(_) | Input::Tab(_) => return None,
    })
}

/// What a session said as a line, with its server's `base` URL left out.
#[must_use]
pub fn output_line(output: &SessionOutput, base: &str) -> Value {
    let place = |url: &str| url.replace(base.trim_start_matches("http"), "://server");
    match output {
        SessionOutput::Output(Output::Socket(id, SocketCommand::Open { url })) => {
            json!(["out", "open", id.0, place(url)])
        }
        SessionOutput::Output(Output::Socket(id, SocketCommand::Text(text))) => {
            json!(["out", "text", id.0, text])
        }
        SessionOutput::Output(Output::Socket(id, SocketCommand::Binary(bytes))) => {
            json!(["out", "binary", id.0, bytes])
        }
        SessionOutput::Output(Output::Socket(id, SocketCommand::Close)) => json!(["out", "close", id.0]),
        SessionOutput::Output(Output::Http(id, request)) => {
            json!([
                "out",
                format!("{:?}", request.method),
                id.0,
                place(&request.url),
                format!("{:?}", request.body)
            ])
        }
        SessionOutput::Output(other) => json!(["out", format!("{other:?}")]),
        SessionOutput::Event(event) => json!(["out", "event", format!("{event:?}")]),
    }
}

/// Tells a fresh session everything a transcript says it was told, and compares what it says.
///
/// # Errors
/// With the first line that differs, or cannot be read.
pub fn replay(transcript: &str) -> Result<(), String> {
    let mut session = SocketIo::new(crate::settings("http://server"));
    let mut expected = transcript.lines().filter(|line| !line.is_empty()).peekable();
    while let Some(line) = expected.next() {
        tell(&mut session, line).ok_or_else(|| format!("cannot be read: {line}"))?;
        while let Some(output) = session.poll() {
            let said = output_line(&output, "http://server").to_string();
            match expected.next() {
                Some(line) if line == said => {}
                other => {
                    return Err(format!(
                        "said     {said}\nexpected {}",
                        other.unwrap_or("nothing")
                    ));
                }
            }
        }
    }
    Ok(())
}

fn tell(session: &mut SocketIo, line: &str) -> Option<()> {
    let Ok(Value::Array(line)) = serde_json::from_str(line) else {
        return None;
    };
    let now = Instant::from_millis(line.get(1)?.as_u64()?);
    if line.first()?.as_str()? == "do" {
        Deed::read(&line)?.perform(session, now);
        return Some(());
    }
    let kind = line.get(2)?.as_str()?;
    if kind == "tick" {
        session.handle_tick(now);
        return Some(());
    }
    let id = line.get(3)?.as_u64()?;
    let text = |at: usize| line.get(at).and_then(Value::as_str).map(str::to_owned);
    let number = |at: usize| {
        line.get(at)
            .and_then(Value::as_u64)
            .and_then(|number| u16::try_from(number).ok())
    };
    let input = match kind {
        "opened" => SocketInput::Opened,
        "text" => SocketInput::Text(text(4)?),
        "binary" => SocketInput::Binary(bytes(line.get(4)?)?),
        "closed" => SocketInput::Closed {
            code: number(4)?,
            reason: text(5)?,
        },
        _ => {
            let result = match kind {
                "reply" => Ok(Reply {
                    status: number(4)?,
                    retry_after: None,
                    body: text(5)?,
                }),
                "unreachable" => Err(HttpFailure::Unreachable),
                "timed out" => Err(HttpFailure::TimedOut),
                _ => return None,
            };
            session.handle_http(now, RequestId(id), result);
            return Some(());
        }
    };
    session.handle_socket(now, SocketId(id), input);
    Some(())
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    let byte = |value: &Value| value.as_u64().and_then(|byte| u8::try_from(byte).ok());
    value.as_array()?.iter().map(byte).collect()
}

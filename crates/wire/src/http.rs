//! Error bodies of REST servers: what went wrong, and with which field (contract 5, the REST family); texts in addresses.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// A refusal as a server words it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problem {
    /// The message for people; `None` when the body had none that could be read.
    pub message: Option<String>,
    /// What is wrong with each field.
    pub fields: Vec<FieldError>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name on the wire.
    pub field: String,
    /// What is wrong, in the server's words.
    pub message: String,
}

/// Reads an error body: `{status, message, details}`, `{error}` (text or object), `{errors: [{field, message, value}]}`
/// or `{errors: {field: message}}`. What cannot be read is left out; this never fails, since the status has the last word.
pub fn problem(body: &str) -> Problem {
    let mut problem = Problem::default();
    // Proxies answer with whole HTML pages; those are no message.
    if let Ok(value) = serde_json::from_str::<Value>(body) {
        collect(&value, &mut problem, 0);
    }
    problem
}

/// `{"status":"error"|"fail","message":…}`: `fail` for what the client did (4xx), as this family does.
pub fn error_body(status: u16, message: &str) -> String {
    let kind = if status < 500 { "fail" } else { "error" };
    json!({ "status": kind, "message": message }).to_string()
}

/// `{"status":"fail","message":…,"errors":[{"field","message"}]}`.
pub fn fields_body(message: &str, fields: &[FieldError]) -> String {
    let errors: Vec<Value> = fields
        .iter()
        .map(|error| json!({ "field": error.field, "message": error.message }))
        .collect();
    json!({ "status": "fail", "message": message, "errors": errors }).to_string()
}

/// Deeper nesting than any server sends; a hostile body cannot make us recurse further.
const MAX_DEPTH: u8 = 3;
/// More field errors than any form has fields.
const MAX_FIELDS: usize = 32;
/// Longer messages are cut, so that a server cannot fill the screen.
const MAX_TEXT: usize = 300;

fn collect(value: &Value, problem: &mut Problem, depth: u8) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::String(text) => note(problem, text),
        Value::Object(map) => collect_object(map, problem, depth),
        Value::Array(list) => list.iter().for_each(|item| collect_item(item, problem)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn collect_object(map: &Map<String, Value>, problem: &mut Problem, depth: u8) {
    if let Some(Value::String(text)) = map.get("message") {
        note(problem, text);
    }
    for name in ["error", "message"] {
        if let Some(value @ (Value::String(_) | Value::Object(_))) = map.get(name) {
            collect(value, problem, depth + 1);
        }
    }
    for name in ["errors", "details"] {
        match map.get(name) {
            Some(Value::Array(list)) => list.iter().for_each(|item| collect_item(item, problem)),
            Some(Value::Object(fields)) => fields.iter().for_each(|(field, value)| {
                if let Some(message) = first_text(value) {
                    add(problem, field, message);
                }
            }),
            Some(Value::String(text)) => note(problem, text),
            Some(Value::Null | Value::Bool(_) | Value::Number(_)) | None => {}
        }
    }
}

/// One element of a list of errors: a text, or an object that names its field in one of the usual ways.
fn collect_item(item: &Value, problem: &mut Problem) {
    match item {
        Value::String(text) => note(problem, text),
        Value::Object(map) => {
            let text = |names: &[&str]| names.iter().find_map(|name| map.get(*name)?.as_str());
            let message = text(&["message", "msg", "error"]);
            match (text(&["field", "path", "param", "property"]), message) {
                (Some(field), Some(message)) => add(problem, field, message),
                (None, Some(message)) => note(problem, message),
                (_, None) => {}
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {}
    }
}

fn first_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(list) => list.first().and_then(Value::as_str),
        Value::Object(map) => map.get("message").and_then(Value::as_str),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The first message wins.
fn note(problem: &mut Problem, text: &str) {
    let text = cut(text);
    if problem.message.is_none() && !text.is_empty() {
        problem.message = Some(text);
    }
}

fn add(problem: &mut Problem, field: &str, message: &str) {
    if problem.fields.len() < MAX_FIELDS {
        problem.fields.push(FieldError {
            field: cut(field),
            message: cut(message),
        });
    }
}

fn cut(text: &str) -> String {
    text.trim().chars().take(MAX_TEXT).collect()
}

/// Percent-encoded as a path segment, a query value or a header's (RFC 3986: all but unreserved).
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(body: &str, expected: Expect) {
        let problem = problem(body);
        let mut shown = problem.message.unwrap_or_else(|| "-".into());
        for field in problem.fields {
            shown.push_str(&format!(" | {}: {}", field.field, field.message));
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn every_shape_of_the_contract_is_read() {
        check(
            r#"{"status":"fail","message":"No such video","details":{"id":7}}"#,
            expect!["No such video"],
        );
        check(r#"{"error":"Unauthorized"}"#, expect!["Unauthorized"]);
        check(r#"{"error":{"message":"Nope","code":4}}"#, expect!["Nope"]);
        check(
            r#"{"errors":[{"field":"email","message":"is taken","value":"a@b.c"},{"path":"name","msg":"too long"}]}"#,
            expect!["- | email: is taken | name: too long"],
        );
        check(
            r#"{"errors":{"password":["too short","too plain"]}}"#,
            expect!["- | password: too short"],
        );
        check(
            r#"{"message":["email must be an email"],"error":"Bad Request","statusCode":400}"#,
            expect!["Bad Request"],
        );
        check(r#"{"errors":["first","second"]}"#, expect!["first"]);
    }

    #[test]
    fn what_is_no_error_body_gives_nothing() {
        for body in [
            "",
            "<html>502</html>",
            "null",
            "7",
            "[]",
            "[[[[]]]]",
            r#"{"errors":7}"#,
        ] {
            check(body, expect!["-"]);
        }
    }

    #[test]
    fn what_the_server_prints_reads_back() {
        let fields = vec![FieldError {
            field: "email".into(),
            message: "is taken".into(),
        }];
        let read = problem(&fields_body("Check the form", &fields));
        assert_eq!(
            read,
            Problem {
                message: Some("Check the form".into()),
                fields
            }
        );
        expect![[r#"{"message":"Try later","status":"fail"}"#]].assert_eq(&error_body(429, "Try later"));
        expect![[r#"{"message":"Broken","status":"error"}"#]].assert_eq(&error_body(500, "Broken"));
    }

    proptest::proptest! {
        #[test]
        fn no_body_makes_it_panic(body in ".*") {
            let _ = problem(&body);
        }
    }
}

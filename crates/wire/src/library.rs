//! Accounts of contract 4: what goes to `/api/auth/*` and what comes back, in every shape that servers use.

use serde_json::{Map, Value, json};

use crate::lenient::{DecodeError, Fields};

/// The answer to register, login or refresh.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Session {
    /// The access token; `None` where the server keeps it in a cookie.
    pub access_token: Option<String>,
    /// The refresh token; `None` where the server keeps it in a cookie.
    pub refresh_token: Option<String>,
    /// Seconds until the access token ends, where the server says so outside the token.
    pub expires_in: Option<u64>,
    /// Who it is, where the server says so.
    pub user: Option<User>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User {
    /// Account id.
    pub id: String,
    /// E-mail address, maybe empty.
    pub email: String,
    /// Display name, maybe empty.
    pub name: String,
    /// Avatar as a URL or data URL.
    pub avatar: Option<String>,
    /// `viewer`, `editor` or `admin`, or what the server calls it; maybe empty.
    pub role: String,
    /// The organization, where there are some.
    pub organization_id: Option<String>,
}

/// Reads the answer to register, login or refresh. Tokens and user may be at the top, or inside `data`, `result` or
/// `tokens`; there may be none at all (cookies).
///
/// # Errors
/// When a field that is there has a type that nobody sends.
pub fn session(event: &str, body: &str) -> Result<Session, DecodeError> {
    let mut session = Session::default();
    // 204, or `OK`, with cookies.
    let Ok(value) = serde_json::from_str::<Value>(body) else {
        return Ok(session);
    };
    merge(event, &value, &mut session, 0)?;
    Ok(session)
}

/// Reads the answer to `GET /api/auth/me`: the account itself, or inside `user`, `data` or both.
///
/// # Errors
/// When there is no account in it.
pub fn me(event: &str, body: &str) -> Result<User, DecodeError> {
    let value: Value = serde_json::from_str(body).map_err(|_| DecodeError::new(event, "", "is not JSON"))?;
    let mut inner = &value;
    for _ in 0..MAX_DEPTH {
        let Some(next) = Fields::of(event, inner)?.any(&["user", "data", "result", "profile"]) else {
            break;
        };
        inner = next;
    }
    user(event, inner)
}

/// Reads an account.
///
/// # Errors
/// When it has no id or a field has a type that nobody sends.
pub fn user(event: &str, value: &Value) -> Result<User, DecodeError> {
    let fields = Fields::of(event, value)?;
    let or_empty = |names: &[&str]| Ok::<_, DecodeError>(fields.optional_text(names)?.unwrap_or_default());
    Ok(User {
        id: fields.text(&["id", "_id", "userId", "user_id", "uid"])?,
        email: or_empty(&["email"])?,
        name: or_empty(&["name", "displayName", "display_name", "fullName", "username"])?,
        avatar: fields.optional_text(&["avatar", "avatarUrl", "avatar_url", "picture"])?,
        role: or_empty(&["role"])?,
        organization_id: fields.optional_text(&["organizationId", "organization_id"])?,
    })
}

/// The body of `POST /api/auth/register`.
pub fn register_body(email: &str, name: &str, password: &str) -> String {
    json!({ "email": email, "name": name, "password": password }).to_string()
}

/// The body of `POST /api/auth/login`.
pub fn login_body(email: &str, password: &str) -> String {
    json!({ "email": email, "password": password }).to_string()
}

/// The body of refresh and logout: the refresh token, or nothing where a cookie carries it.
pub fn refresh_body(refresh_token: Option<&str>) -> String {
    match refresh_token {
        Some(token) => json!({ "refreshToken": token }).to_string(),
        None => "{}".to_owned(),
    }
}

/// The body of `PATCH /api/auth/me`; what is `None` stays as it is.
pub fn profile_body(name: Option<&str>, avatar: Option<Option<&str>>) -> String {
    let mut body = Map::new();
    if let Some(name) = name {
        body.insert("name".into(), name.into());
    }
    if let Some(avatar) = avatar {
        body.insert("avatar".into(), avatar.into());
    }
    Value::Object(body).to_string()
}

impl User {
    /// As the embedded backend prints it.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id, "email": self.email, "name": self.name, "avatar": self.avatar, "role": self.role,
            "organizationId": self.organization_id,
        })
    }
}

impl Session {
    /// As the embedded backend prints it; tokens that travel in cookies are left out.
    pub fn to_json(&self) -> Value {
        let mut session = json!({ "accessToken": self.access_token, "expiresIn": self.expires_in });
        if let Some(token) = &self.refresh_token {
            session["refreshToken"] = token.as_str().into();
        }
        if let Some(user) = &self.user {
            session["user"] = user.to_json();
        }
        session
    }
}

const MAX_DEPTH: u8 = 3;

fn merge(event: &str, value: &Value, session: &mut Session, depth: u8) -> Result<(), DecodeError> {
    let Value::Object(_) = value else { return Ok(()) };
    let fields = Fields::of(event, value)?;
    let token =
        |names: &[&str]| Ok::<_, DecodeError>(fields.optional_text(names)?.filter(|text| !text.is_empty()));
    keep(
        &mut session.access_token,
        token(&["accessToken", "access_token", "token"])?,
    );
    keep(
        &mut session.refresh_token,
        token(&["refreshToken", "refresh_token"])?,
    );
    // `expiresIn` is also used for texts such as "15m"; the token's own claims say it better.
    keep(
        &mut session.expires_in,
        fields
            .optional_number(&["expiresIn", "expires_in"])
            .unwrap_or_default(),
    );
    if let Some(found) = fields.any(&["user"]) {
        keep(&mut session.user, Some(user(event, found)?));
    }
    if depth < MAX_DEPTH {
        for name in ["data", "result", "tokens"] {
            if let Some(inner) = fields.any(&[name]) {
                merge(event, inner, session, depth + 1)?;
            }
        }
    }
    Ok(())
}

fn keep<T>(place: &mut Option<T>, found: Option<T>) {
    if place.is_none() {
        *place = found;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(body: &str, expected: Expect) {
        let shown = match session("login", body) {
            Ok(session) => format!(
                "{:?} {:?} {:?} {:?}",
                session.access_token.unwrap_or_default(),
                session.refresh_token.unwrap_or_default(),
                session.expires_in,
                session.user.map(|user| (user.id, user.name))
            ),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn every_way_to_hand_out_tokens_is_read() {
        check(
            r#"{"accessToken":"a","refreshToken":"r"}"#,
            expect![[r#""a" "r" None None"#]],
        );
        check(
            r#"{"token":"a","refresh_token":"r","expires_in":"900"}"#,
            expect![[r#""a" "r" Some(900) None"#]],
        );
        check(
            r#"{"access_token":"a","expiresIn":"15m"}"#,
            expect![[r#""a" "" None None"#]],
        );
        check(
            r#"{"success":true,"data":{"user":{"_id":5,"username":"ada"},"tokens":{"accessToken":"a","refreshToken":"r"}}}"#,
            expect![[r#""a" "r" None Some(("5", "ada"))"#]],
        );
        check(
            r#"{"status":"success","token":"a","data":{"user":{"id":"5","name":"Ada"}}}"#,
            expect![[r#""a" "" None Some(("5", "Ada"))"#]],
        );
    }

    #[test]
    fn cookie_servers_send_no_token() {
        check("", expect![[r#""" "" None None"#]]);
        check("OK", expect![[r#""" "" None None"#]]);
        check(r#"{"message":"Logged in"}"#, expect![[r#""" "" None None"#]]);
        check(r#"{"accessToken":""}"#, expect![[r#""" "" None None"#]]);
    }

    #[test]
    fn what_cannot_be_read_names_answer_and_field() {
        check(
            r#"{"accessToken":{"value":"a"}}"#,
            expect!["login.accessToken: expected a text, got an object"],
        );
        check(
            r#"{"token":"a","user":{"name":"Ada"}}"#,
            expect!["login.id: is missing"],
        );
        check(
            r#"{"token":"a","user":"ada"}"#,
            expect!["login: expected an object, got a text"],
        );
    }

    #[test]
    fn the_account_is_found_wherever_it_is() {
        for body in [
            r#"{"id":"5"}"#,
            r#"{"user":{"id":"5"}}"#,
            r#"{"data":{"user":{"id":5}}}"#,
            r#"{"success":true,"data":{"id":"5"}}"#,
        ] {
            assert_eq!(me("me", body).map(|user| user.id), Ok("5".to_owned()), "{body}");
        }
        assert_eq!(me("me", "{}").unwrap_err().to_string(), "me.id: is missing");
        assert_eq!(me("me", "<html>").unwrap_err().to_string(), "me: is not JSON");
    }

    #[test]
    fn bodies_print_as_the_contract_has_them() {
        expect![[r#"{"email":"a@b.c","name":"Ada","password":"secret"}"#]]
            .assert_eq(&register_body("a@b.c", "Ada", "secret"));
        expect![[r#"{"email":"a@b.c","password":"secret"}"#]].assert_eq(&login_body("a@b.c", "secret"));
        expect![[r#"{"refreshToken":"r"}"#]].assert_eq(&refresh_body(Some("r")));
        expect!["{}"].assert_eq(&refresh_body(None));
        expect![[r#"{"name":"Ada"}"#]].assert_eq(&profile_body(Some("Ada"), None));
        expect![[r#"{"avatar":null}"#]].assert_eq(&profile_body(None, Some(None)));
    }

    #[test]
    fn what_the_server_prints_reads_back() {
        let user = User {
            id: "5".into(),
            email: "a@b.c".into(),
            name: "Ada".into(),
            role: "viewer".into(),
            ..User::default()
        };
        let printed = Session {
            access_token: Some("a".into()),
            refresh_token: None,
            expires_in: Some(900),
            user: Some(user.clone()),
        };
        assert_eq!(session("login", &printed.to_json().to_string()), Ok(printed));
        assert_eq!(me("me", &user.to_json().to_string()), Ok(user));
    }

    proptest::proptest! {
        #[test]
        fn no_answer_makes_it_panic(body in ".*") {
            let _ = session("login", &body);
            let _ = me("me", &body);
        }
    }
}

//! Sign-in and sign-up.

use engine::command::Command;
use engine::event::AccountProblem;
use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::browser::page;
use crate::pages::shell::enter;
use crate::stores::{actions, stores};
use crate::texts::{Text, fill, text, tr};

/// Which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// For who has an account.
    SignIn,
    /// For who wants one.
    SignUp,
}

const FIELDS: [&str; 3] = ["name", "email", "password"];

/// What is wrong with a field, by its name on the wire: found here, else said by the server.
type Wrong = Signal<Vec<(&'static str, String)>>;

pub(super) fn form(scope: &'static str, kind: Kind) -> AnyView {
    let (stores, actions) = (stores(), actions());
    let new = kind == Kind::SignUp;
    let title = if new {
        text!(sign_up_title)
    } else {
        text!(sign_in_title)
    };
    enter(title);
    let [name, email, password] = [(); 3].map(|()| NodeRef::<Input>::new());
    // The server's words count from the first submission on this page.
    let (sent, checks) = (
        RwSignal::new(false),
        RwSignal::new(Vec::<(&'static str, Text)>::new()),
    );
    let problem = Memo::new(move |_| sent.get().then(|| stores.auth.problem()).flatten());
    let wrong: Wrong = Signal::derive(move || wrong(&checks.read(), problem.read().as_ref()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (name, email, password) = (value(name), value(email), value(password));
        let found = check(kind, [&name, &email, &password]);
        checks.set(found.clone());
        if let Some((field, _)) = found.first() {
            page::focus(&["[data-t=", field, "]"].concat());
            return;
        }
        sent.set(true);
        actions.send(match kind {
            Kind::SignUp => Command::SignUp {
                email,
                name,
                password,
            },
            Kind::SignIn => Command::SignIn { email, password },
        });
    };
    let words = move || problem.read().as_ref().and_then(form_words);
    let working = move || stores.auth.is_working();
    let label = if new { text!(sign_up) } else { text!(sign_in) };
    view! { class = scope,
        <div class="page slim">
            <h1 tabindex="-1">{tr(title)}</h1>
            <form class="card stack" novalidate on:submit=submit>
                {new.then(|| field(Field { name: "name", label: text!(name), kind: "text", fill: "name", hint: None }, name, wrong))}
                {field(Field { name: "email", label: text!(email), kind: "email", fill: "email", hint: None }, email, wrong)}
                {field(password_field(new), password, wrong)}
                <p class="error" role="alert" data-t="form-error">
                    {words}
                </p>
                <button class="btn primary wide" type="submit" data-t="submit" disabled=working>
                    {move || if working() { fill(text!(working), &[]) } else { fill(label, &[]) }}
                </button>
            </form>
            {other(new)}
        </div>
    }
    .into_any()
}

struct Field {
    name: &'static str,
    label: Text,
    kind: &'static str,
    /// What a password manager fills in.
    fill: &'static str,
    hint: Option<Text>,
}

fn password_field(new: bool) -> Field {
    Field {
        name: "password",
        label: text!(password),
        kind: "password",
        fill: if new { "new-password" } else { "current-password" },
        hint: new.then_some(text!(password_hint)),
    }
}

fn field(field: Field, node: NodeRef<Input>, wrong: Wrong) -> AnyView {
    let Field {
        name,
        label,
        kind,
        fill,
        hint,
    } = field;
    let found = Memo::new(move |_| {
        wrong
            .read()
            .iter()
            .find(|(at, _)| *at == name)
            .map(|(_, words)| words.clone())
    });
    let note = ["note-", name].concat();
    let described = note.clone();
    let error = move || {
        found.get().map(|words| {
            view! {
                <span class="error" data-t="field-error" data-field=name>
                    {words}
                </span>
            }
            .into_any()
        })
    };
    view! {
        <div class="field">
            <label for=name>{tr(label)}</label>
            <input
                id=name
                name=name
                data-t=name
                type=kind
                dir="auto"
                autocomplete=fill
                aria-invalid=move || found.read().is_some().then_some("true")
                aria-describedby=described
                node_ref=node
            />
            <p class="muted" id=note>
                {error}
                {move || hint.filter(|_| found.read().is_none()).map(tr)}
            </p>
        </div>
    }
    .into_any()
}

fn other(new: bool) -> AnyView {
    let query = use_location().search;
    let (question, label, path) = if new {
        (text!(have_account), text!(sign_in), "/signin")
    } else {
        (text!(no_account), text!(sign_up), "/signup")
    };
    // The place one wanted stays wanted.
    let href = move || match query.read().as_str() {
        "" => path.to_owned(),
        query => [path, "?", query.trim_start_matches('?')].concat(),
    };
    view! {
        <p class="muted">
            {tr(question)}
            " "
            <a href=href>{tr(label)}</a>
        </p>
    }
    .into_any()
}

fn value(node: NodeRef<Input>) -> String {
    node.get_untracked()
        .map(|field| field.value())
        .unwrap_or_default()
}

fn check(kind: Kind, [name, email, password]: [&str; 3]) -> Vec<(&'static str, Text)> {
    let mut found: Vec<(&'static str, Text)> = Vec::new();
    let new = kind == Kind::SignUp;
    if new && name.trim().is_empty() {
        found.push(("name", text!(need_name)));
    }
    if email.trim().is_empty() {
        found.push(("email", text!(need_email)));
    } else if email
        .trim()
        .split_once('@')
        .is_none_or(|(before, after)| before.is_empty() || after.is_empty())
    {
        found.push(("email", text!(need_email_form)));
    }
    match (new, password.chars().count()) {
        (true, 0..8) => found.push(("password", text!(need_password))),
        (false, 0) => found.push(("password", text!(need_any_password))),
        (true | false, _) => {}
    }
    found
}

fn wrong(checks: &[(&'static str, Text)], problem: Option<&AccountProblem>) -> Vec<(&'static str, String)> {
    if !checks.is_empty() {
        return checks
            .iter()
            .map(|(field, words)| (*field, fill(*words, &[])))
            .collect();
    }
    let Some(AccountProblem::Fields(fields)) = problem else {
        return Vec::new();
    };
    fields
        .iter()
        .filter_map(|said| {
            let field = FIELDS.into_iter().find(|field| *field == said.field)?;
            Some((field, said.message.clone()))
        })
        .collect()
}

/// What is wrong with the whole form; fields that it does not have are named here too.
fn form_words(problem: &AccountProblem) -> Option<String> {
    Some(match problem {
        AccountProblem::WrongCredentials => fill(text!(wrong_credentials), &[]),
        AccountProblem::TooMany(None) => fill(text!(too_many), &[]),
        AccountProblem::TooMany(Some(wait)) => fill(
            text!(too_many_in),
            &[("seconds", &wait.as_secs().max(1).to_string())],
        ),
        AccountProblem::Unreachable => fill(text!(unreachable), &[]),
        AccountProblem::SessionEnded => fill(text!(session_ended), &[]),
        AccountProblem::Other(words) => words.clone(),
        AccountProblem::Fields(fields) => {
            let other: Vec<&str> = fields
                .iter()
                .filter(|said| !FIELDS.contains(&said.field.as_str()))
                .map(|said| said.message.as_str())
                .collect();
            if other.is_empty() {
                return None;
            }
            other.join(" ")
        }
    })
}

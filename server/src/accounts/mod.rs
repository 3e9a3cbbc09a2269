//! Accounts and sessions of contract 4: what a server must do, behind no particular transport.

mod keys;
mod password;
mod routes;
mod store;
mod validate;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use keys::{Keys, write_private};
pub use routes::{router, too_many};
pub use store::Change;

use wire::http::FieldError;
use wire::jwt::Claims;
use wire::library::User;

use crate::db::{Db, DbError};
use crate::metrics::Metrics;
use password::{Busy, Passwords};
use store::{NewFamily, NewUser, Rotation, Times};

/// The accounts of this server.
#[derive(Debug)]
pub struct Accounts {
    db: Db,
    keys: Keys,
    passwords: Passwords,
    lifetimes: Lifetimes,
    metrics: Arc<Metrics>,
}

/// How long tokens live.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// An access token.
    pub access: Duration,
    /// A refresh token that is not used.
    pub refresh: Duration,
    /// A used refresh token, during which it gets the same successor.
    pub grace: Duration,
}

/// A session, fresh or renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Who.
    pub user: User,
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
}

/// A person who wants an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUp {
    /// E-mail address.
    pub email: String,
    /// Display name.
    pub name: String,
    /// Password.
    pub password: String,
}

/// Why not.
#[derive(Debug)]
pub enum Refusal {
    /// These fields are not right.
    Fields(Vec<FieldError>),
    /// The e-mail address has an account.
    Taken,
    /// Wrong e-mail address or password, and it is not said which.
    WrongCredentials,
    /// The session is over.
    Over,
    /// Too much at once.
    Busy,
    /// Our own fault; the log says more.
    Broken,
}

impl From<Busy> for Refusal {
    fn from(busy: Busy) -> Self {
        match busy {
            Busy::TooMany => Self::Busy,
            Busy::Broken => Self::Broken,
        }
    }
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        tracing::error!(%error, "database");
        Self::Broken
    }
}

impl Accounts {
    /// Accounts in this database, signed with these keys.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn new(
        db: Db,
        keys: Keys,
        lifetimes: Lifetimes,
        metrics: Arc<Metrics>,
    ) -> Result<Self, &'static str> {
        let passwords = Passwords::new().map_err(|_| "no random numbers")?;
        Ok(Self {
            db,
            keys,
            passwords,
            lifetimes,
            metrics,
        })
    }

    /// Adds an account and begins its first session.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn sign_up(&self, form: SignUp) -> Result<Issued, Refusal> {
        let mut errors = Vec::new();
        let email = validate::email(&form.email, &mut errors);
        let name = validate::name(&form.name, &mut errors);
        validate::password(&form.password, &mut errors);
        if !errors.is_empty() {
            return Err(Refusal::Fields(errors));
        }
        let password = self.passwords.hash(form.password).await?;
        let id = self
            .keys
            .random()
            .ok_or(Refusal::Broken)?
            .chars()
            .take(22)
            .collect();
        let user = User {
            id,
            email,
            name,
            avatar: None,
            role: "viewer".into(),
            organization_id: Some("default".into()),
        };
        let new = NewUser {
            user: user.clone(),
            password,
        };
        let now = seconds();
        if !self.db.call(move |db| store::add_user(db, &new, now)).await? {
            return Err(Refusal::Taken);
        }
        self.begin(user).await
    }

    /// Begins a session.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn sign_in(&self, email: &str, password: String) -> Result<Issued, Refusal> {
        let email = validate::email(email, &mut Vec::new());
        let found = self.db.call(move |db| store::user_by_email(db, &email)).await?;
        let (user, kept) = found.unzip();
        let right = self.passwords.is(password, kept).await?;
        match user {
            Some(user) if right => self.begin(user).await,
            Some(_) | None => {
                self.metrics.sign_ins_refused.add();
                Err(Refusal::WrongCredentials)
            }
        }
    }

    /// Renews a session by its refresh token.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn refresh(&self, token: String) -> Result<Issued, Refusal> {
        let successor = self.keys.successor(&token);
        let (next, times) = (successor.clone(), self.times());
        match self
            .db
            .call(move |db| store::rotate(db, &token, &next, times))
            .await?
        {
            Rotation::Renewed(user) => Ok(self.issue(user, successor)),
            Rotation::Over => Err(Refusal::Over),
            Rotation::Reused => {
                self.metrics.refresh_reused.add();
                tracing::warn!("a spent refresh token was shown again; its session was ended");
                Err(Refusal::Over)
            }
        }
    }

    /// Ends the session of this refresh token, if there is one.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn sign_out(&self, token: String) -> Result<(), Refusal> {
        let now = seconds();
        Ok(self
            .db
            .call(move |db| store::end_family_of(db, &token, now))
            .await?)
    }

    /// Who an access token belongs to, by signature and time alone.
    pub fn verify(&self, token: &str) -> Option<Claims> {
        self.keys.verify(token, u64::try_from(seconds()).ok()?)
    }

    /// The account of an access token.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn user_of(&self, token: &str) -> Result<User, Refusal> {
        let id = self
            .verify(token)
            .and_then(|claims| claims.user_id)
            .ok_or(Refusal::Over)?;
        self.db
            .call(move |db| store::user_by_id(db, &id))
            .await?
            .ok_or(Refusal::Over)
    }

    /// Changes name or avatar of an account.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn update(&self, id: String, change: Change) -> Result<User, Refusal> {
        let mut errors = Vec::new();
        let name = change.name.map(|name| validate::name(&name, &mut errors));
        if let Some(Some(avatar)) = &change.avatar {
            validate::avatar(avatar, &mut errors);
        }
        if !errors.is_empty() {
            return Err(Refusal::Fields(errors));
        }
        let change = Change { name, ..change };
        self.db
            .call(move |db| store::update_user(db, &id, &change))
            .await?
            .ok_or(Refusal::Over)
    }

    /// Forgets sessions that ended.
    pub async fn sweep(&self) {
        let now = seconds();
        if let Err(error) = self.db.call(move |db| store::sweep(db, now)).await {
            tracing::error!(%error, "sweeping sessions");
        }
    }

    /// Whether the database answers.
    pub async fn is_reachable(&self) -> bool {
        self.db
            .call(|db| db.query_row("SELECT 1", [], |_| Ok(())))
            .await
            .is_ok()
    }

    /// The name of the cookie that carries the refresh token.
    pub fn cookie_name(&self) -> String {
        format!("antenna_refresh_{}", self.keys.instance())
    }

    async fn begin(&self, user: User) -> Result<Issued, Refusal> {
        let family = self.keys.random().ok_or(Refusal::Broken)?;
        let refresh = self.keys.random().ok_or(Refusal::Broken)?;
        let new = NewFamily {
            id: family,
            user: user.id.clone(),
            token: refresh.clone(),
        };
        let times = self.times();
        self.db
            .call(move |db| store::begin_family(db, &new, times))
            .await?;
        self.metrics.sign_ins.add();
        Ok(self.issue(user, refresh))
    }

    fn issue(&self, user: User, refresh: String) -> Issued {
        let now = u64::try_from(seconds()).unwrap_or(0);
        let claims = Claims {
            user_id: Some(user.id.clone()),
            email: Some(user.email.clone()),
            role: Some(user.role.clone()),
            organization_id: user.organization_id.clone(),
            exp: Some(now + self.lifetimes.access.as_secs()),
            iat: Some(now),
            iss: Some("antenna".into()),
            aud: None,
        };
        Issued {
            access: self.keys.sign(&claims),
            user,
            refresh,
        }
    }

    fn times(&self) -> Times {
        let whole = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Times {
            now: seconds(),
            lifetime: whole(self.lifetimes.refresh),
            grace: whole(self.lifetimes.grace),
        }
    }
}

/// Seconds since the epoch.
fn seconds() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

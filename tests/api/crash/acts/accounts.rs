//! Registrations, confirmations, sign-ins, new passwords.

use rand::RngExt as _;
use serde_json::{Value, json};

use crate::crash::ledger::Account;
use crate::crash::person::{Person, Reply, gql};
use crate::crash::pictures;
use crate::crash::post::About;
use crate::support::{File, PASSWORD};

const REGISTER: &str = "mutation($i: NewUserInput!) { registerUser(input: $i) { id } }";
const CONFIRM: &str = "mutation($t: String!) { validateUser(validationToken: $t) }";
const SIGN_IN: &str = "mutation($i: LoginInput!) { login(input: $i) }";
const REFRESH: &str = "mutation { refresh }";
const ME: &str = "{ me { username } }";
const FACE: &str = "mutation($i: UpdateUserInput!) { updateUser(input: $i) { id } }";
const ASK: &str = "mutation($e: String!) { requestPasswordReset(email: $e) }";
const RESET: &str =
    "mutation($t: String!, $p: String!) { processPasswordReset(resetToken: $t, newPassword: $p) }";

fn email(name: &str) -> String {
    format!("{name}@example.com")
}

fn face(path: &'static str, bytes: Vec<u8>) -> [File; 1] {
    let name = "me.png";
    [File { path, name, bytes }]
}

impl Person {
    pub async fn register(&mut self) {
        let name = self.new_name("p");
        let account = Account {
            password: PASSWORD.to_owned(),
            registered: false,
            confirmed: false,
            resets: (0, 0),
            set: 0,
        };
        self.stage
            .know(|known| known.accounts.insert(name.clone(), account));
        let mut input = json!({ "username": name, "email": email(&name), "password": PASSWORD });
        let with_face = self.rng.random_bool(0.4);
        let picture = pictures::small(&mut self.rng);
        let (reply, open) = if with_face {
            input["avatar"] = Value::Null;
            let files = face("variables.i.avatar", picture);
            let variables = json!({ "i": input });
            let kind = "register with avatar";
            self.insist(kind, |client| client.form(REGISTER, &variables, &files))
                .await
        } else {
            let variables = json!({ "i": input });
            self.insist("register", |client| gql(client, REGISTER, &variables))
                .await
        };
        match reply {
            Reply::Answered(_) => {}
            // The one without an answer was heard.
            Reply::Refused(code) if open && code == "CONFLICT" => {}
            other => return self.surprise("register", &other),
        }
        self.account(&name, |account| account.registered = true);
        self.waiting.push(name);
    }

    fn account<T>(&self, name: &str, work: impl FnOnce(&mut Account) -> T) -> T {
        self.stage
            .know(|known| work(known.accounts.get_mut(name).unwrap()))
    }

    /// Confirms the first of the addresses to which a link has come, and signs in.
    pub async fn confirm_what_came(&mut self) -> bool {
        let links = |name: &String| self.stage.post.tokens(&About::Confirm, &email(name));
        let came = self.waiting.iter().position(|name| !links(name).is_empty());
        let Some(at) = came else { return false };
        let mut tokens = links(&self.waiting[at]);
        let name = self.waiting.remove(at);
        // A mail that came twice has two links, and either must be good.
        let token = tokens.swap_remove(self.rng.random_range(0..tokens.len()));
        let variables = json!({ "t": token });
        let (reply, open) = self
            .insist("confirm", |client| gql(client, CONFIRM, &variables))
            .await;
        match reply {
            Reply::Answered(_) => {}
            Reply::Refused(code) if open && code == "INVALID_TOKEN" => {}
            other => self.surprise(&format!("confirm {name}"), &other),
        }
        self.account(&name, |account| account.confirmed = true);
        self.name = Some(name.clone());
        self.asked_reset = None;
        self.sign_in(&name).await;
        true
    }

    pub async fn sign_in(&mut self, name: &str) {
        let password = self.account(name, |account| account.password.clone());
        let reply = self.try_sign_in(name, &password).await;
        if !matches!(reply, Reply::Answered(_)) {
            self.surprise(&format!("sign in as {name}"), &reply);
        }
    }

    async fn try_sign_in(&mut self, name: &str, password: &str) -> Reply {
        let variables = json!({ "i": { "email": email(name), "password": password } });
        let asked = self.insist("sign in", |client| gql(client, SIGN_IN, &variables));
        asked.await.0
    }

    /// A refresh without an answer may be asked for again with the same cookie.
    pub async fn refresh(&mut self, name: &str) {
        let none = Value::Null;
        let (reply, _) = self
            .insist("refresh", |client| gql(client, REFRESH, &none))
            .await;
        if !matches!(reply, Reply::Answered(_)) {
            return self.surprise("refresh", &reply);
        }
        let me = self.look(ME, none).await;
        if me["me"]["username"] != name {
            self.stage
                .loss(format!("the session of {name} leads to {me}"));
        }
    }

    pub async fn change_face(&mut self) {
        let files = face("variables.i.avatar", pictures::small(&mut self.rng));
        let variables = json!({ "i": { "avatar": null } });
        let kind = "change avatar";
        let (reply, _) = self
            .insist(kind, |client| client.form(FACE, &variables, &files))
            .await;
        if !matches!(reply, Reply::Answered(_)) {
            self.surprise(kind, &reply);
        }
    }

    pub async fn ask_for_link(&mut self, name: &str) {
        if self.asked_reset.is_some() {
            return;
        }
        let before = self.stage.post.tokens(&About::Reset, &email(name)).len();
        let variables = json!({ "e": email(name) });
        let reply = self
            .ask("ask for reset", |client| gql(client, ASK, &variables))
            .await;
        match reply {
            Reply::Answered(_) => {
                self.account(name, |account| account.resets.0 += 1);
                self.asked_reset = Some(before);
            }
            // There may be a mail or not: not waited for.
            Reply::Unknown => self.account(name, |account| account.resets.1 += 1),
            Reply::Refused(_) => self.surprise("ask for reset", &reply),
        }
    }

    /// Sets a new password where the link that was asked for has come.
    pub async fn reset_by_link(&mut self, name: &str) -> bool {
        let Some(before) = self.asked_reset else {
            return false;
        };
        let tokens = self.stage.post.tokens(&About::Reset, &email(name));
        let Some(token) = tokens.get(before..).and_then(<[String]>::last) else {
            return false;
        };
        let password = format!("{PASSWORD} {}", self.new_name("again"));
        let variables = json!({ "t": token, "p": password });
        let (reply, open) = self
            .insist("reset", |client| gql(client, RESET, &variables))
            .await;
        self.asked_reset = None;
        match reply {
            Reply::Answered(_) => {}
            Reply::Refused(code) if open && code == "INVALID_TOKEN" => {}
            other => {
                self.surprise("reset", &other);
                return true;
            }
        }
        let old = self.account(name, |account| {
            account.set += 1;
            std::mem::replace(&mut account.password, password)
        });
        let refused = self.try_sign_in(name, &old).await;
        if !matches!(&refused, Reply::Refused(code) if code == "UNAUTHENTICATED") {
            self.surprise(
                &format!("sign in as {name} with the old password"),
                &refused,
            );
        }
        self.sign_in(name).await;
        true
    }
}

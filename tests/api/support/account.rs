//! What members do about their accounts.

use serde_json::{Value, json};

use super::{Answer, Client, File};

impl Client {
    pub async fn resend_validation(&self, email: &str) -> Answer {
        let query = "mutation($e: String!) { resendValidation(email: $e) }";
        self.gql(query, json!({ "e": email })).await
    }

    pub async fn request_reset(&self, email: &str) -> Answer {
        let query = "mutation($e: String!) { requestPasswordReset(email: $e) }";
        self.gql(query, json!({ "e": email })).await
    }

    pub async fn reset_password(&self, token: &str, password: &str) -> Answer {
        let query = "mutation($t: String!, $p: String!) { processPasswordReset(resetToken: $t, newPassword: $p) }";
        self.gql(query, json!({ "t": token, "p": password })).await
    }

    pub async fn change_password(&self, current: &str, new: &str) -> Answer {
        let query = "mutation($c: String!, $n: String!) { changePassword(currentPassword: $c, newPassword: $n) }";
        self.gql(query, json!({ "c": current, "n": new })).await
    }

    /// Changes these fields of the own profile.
    pub async fn update_user(&self, input: Value) -> Answer {
        let query = "mutation($i: UpdateUserInput!) { updateUser(input: $i) { id username email pendingEmail bio avatar } }";
        self.gql(query, json!({ "i": input })).await
    }

    /// Sends an avatar.
    pub async fn update_avatar(&self, bytes: Vec<u8>) -> Answer {
        let query =
            "mutation($i: UpdateUserInput!) { updateUser(input: $i) { id username bio avatar } }";
        let file = File {
            path: "variables.i.avatar",
            name: "me.jpg",
            bytes,
        };
        let variables = json!({ "i": { "avatar": null } });
        self.multipart(query, variables, &[file]).await
    }

    /// The members that fit, as `users` shows them.
    pub async fn find_users(&self, input: Value) -> Vec<Value> {
        let query =
            "query($i: UserFilterInput) { users(input: $i) { id username email pendingEmail } }";
        let answer = self.gql(query, json!({ "i": input })).await;
        answer.data()["users"].as_array().unwrap().clone()
    }

    pub async fn me(&self) -> Answer {
        let query = "{ me { id username email pendingEmail role bio avatar } }";
        self.gql(query, Value::Null).await
    }

    pub async fn refresh(&self) -> Answer {
        self.gql("mutation { refresh }", Value::Null).await
    }

    pub async fn logout(&self) -> Answer {
        self.gql("mutation { logout }", Value::Null).await
    }

    pub async fn logout_all(&self) -> Answer {
        self.gql("mutation { logoutAll }", Value::Null).await
    }
}

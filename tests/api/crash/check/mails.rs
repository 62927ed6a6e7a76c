//! Mails against rows (M1, M3): none is missing, none stands for another, and one that came twice is the same one.

use std::collections::BTreeSet;

use crate::crash::base::Base;
use crate::crash::post::{About, ids};
use crate::crash::stage::Stage;

/// How many mails have come, and how many of them were repeats.
pub async fn mails(base: &Base, stage: &Stage) -> (usize, usize) {
    let sorted = stage.post.sorted();
    let expect = |what: &str, about: About, to: &str, least: usize, most: usize| {
        let came = ids(&sorted, about, to).len();
        if came < least || came > most {
            stage.loss(format!(
                "{came} different mails to {to} about {what}, not {least} to {most}"
            ));
        }
    };
    let sales = "sales JOIN users b ON b.id = buyer_id JOIN users s ON s.id = seller_id";
    let columns = ["sales.id", "b.email", "s.email"];
    let mut sold = BTreeSet::new();
    for [sale, buyer, seller] in base.table(columns, sales).await {
        let what = format!("sale {sale}");
        expect(&what, About::Receipt(sale.clone()), &buyer, 1, 1);
        expect(&what, About::Notice(sale.clone()), &seller, 1, 1);
        sold.insert(sale);
    }
    for (about, to) in sorted.keys() {
        if let About::Receipt(sale) | About::Notice(sale) = about
            && !sold.contains(sale)
        {
            stage.loss(format!("a mail to {to} about sale {sale}, which is none"));
        }
    }
    let accounts = stage.know(|known| known.accounts.clone());
    for (name, account) in &accounts {
        let to = format!("{name}@example.com");
        let made = usize::from(account.registered);
        expect("their address", About::Confirm, &to, made, made);
        let (asked, perhaps) = account.resets;
        expect("a new password", About::Reset, &to, asked, asked + perhaps);
        let set = account.set;
        expect("the new password", About::PasswordChanged, &to, set, set);
    }
    let came = sorted.values().flat_map(|ids| ids.values());
    let (all, different) = (came.clone().sum::<usize>(), came.count());
    (all, all - different)
}

//! Reading and writing products and sales. Lists are not here: their tests mock the reader.

use async_trait::async_trait;

use super::Accounts;
use super::unit::Unit;
use crate::domain::id::{ProductId, SaleId, UserId};
use crate::domain::label::{Label, LabelCount};
use crate::domain::page::PageRequest;
use crate::domain::product::{Listing, NewProduct, ObjectKeys, Product, Seen};
use crate::domain::sale::{IdempotencyKey, KeyUse, NewSale, Sale};
use crate::domain::search::{ProductFilter, ProductOrder};
use crate::domain::timestamp::Timestamp;
use crate::ports::products::{CopyNotice, ProductReader, Products, SearchWords, Usage};
use crate::ports::sales::{SaleReader, Sales};
use crate::ports::store::{StoreError, StoreResult};

#[async_trait]
impl Products for Unit {
    async fn add(&mut self, product: &NewProduct) -> StoreResult<ProductId> {
        self.step("products.add")?;
        Ok(self.rows.market.insert(product))
    }
    async fn lock(&mut self, ids: &[ProductId]) -> StoreResult<Vec<Product>> {
        self.step("products.lock")?;
        let products = self.rows.market.products.iter();
        let found = products.filter(|product| ids.contains(&product.id));
        Ok(found.cloned().collect())
    }
    async fn labels(&mut self, id: ProductId) -> StoreResult<Vec<Label>> {
        self.step("products.labels")?;
        let labels = self.rows.market.labels.get(&id);
        Ok(labels.cloned().unwrap_or_default())
    }
    async fn update(
        &mut self,
        id: ProductId,
        listing: &Listing,
        now: Timestamp,
    ) -> StoreResult<()> {
        self.step("products.update")?;
        let mut products = self.rows.market.products.iter_mut();
        let product = products.find(|product| product.id == id).unwrap();
        product.listing = listing.clone();
        product.updated = now;
        Ok(())
    }
    async fn set_labels(&mut self, id: ProductId, labels: &[Label]) -> StoreResult<()> {
        self.step("products.set_labels")?;
        self.rows.market.labels.insert(id, labels.to_vec());
        Ok(())
    }
    async fn set_words(&mut self, id: ProductId, words: &SearchWords) -> StoreResult<()> {
        self.step("products.set_words")?;
        self.rows.market.words.insert(id, words.clone());
        Ok(())
    }
    async fn remove(&mut self, id: ProductId) -> StoreResult<()> {
        self.step("products.remove")?;
        let market = &mut self.rows.market;
        market.products.retain(|product| product.id != id);
        market.labels.remove(&id);
        market.words.remove(&id);
        market.embeddings.remove(&id);
        market.notices.retain(|notice| notice.earlier != id);
        Ok(())
    }
    async fn set_duplicate(
        &mut self,
        id: ProductId,
        earlier: ProductId,
        told: bool,
    ) -> StoreResult<()> {
        self.step("products.set_duplicate")?;
        let mut products = self.rows.market.products.iter_mut();
        let product = products.find(|product| product.id == id).unwrap();
        (product.duplicate_of, product.duplicate_told) = (Some(earlier), told);
        Ok(())
    }
    async fn was_told(&mut self, notice: &CopyNotice) -> StoreResult<bool> {
        self.step("products.was_told")?;
        let mut notices = self.rows.market.notices.iter();
        let same = |n: &CopyNotice| (n.earlier, n.copier) == (notice.earlier, notice.copier);
        Ok(notices.any(same))
    }
    async fn count_notices(&mut self, notice: &CopyNotice, since: Timestamp) -> StoreResult<i64> {
        self.step("products.count_notices")?;
        let notices = self.rows.market.notices.iter();
        let recent = notices.filter(|n| n.recipient == notice.recipient && n.time > since);
        Ok(i64::try_from(recent.count()).unwrap())
    }
    async fn note_told(&mut self, notice: &CopyNotice) -> StoreResult<()> {
        self.step("products.note_told")?;
        self.rows.market.notices.push(*notice);
        Ok(())
    }
    async fn usage(&mut self, owner: UserId) -> StoreResult<Usage> {
        self.step("products.usage")?;
        let mut usage = Usage::default();
        let products = self.rows.market.products.iter();
        for product in products.filter(|product| product.owner == owner) {
            usage.count += 1;
            usage.bytes += i64::try_from(product.facts.stored()).unwrap();
        }
        Ok(usage)
    }
}

#[async_trait]
impl Sales for Unit {
    async fn find(&mut self, buyer: UserId, product: ProductId) -> StoreResult<Option<Sale>> {
        self.step("sales.find")?;
        Ok(self.rows.market.sale(buyer, product).cloned())
    }
    async fn key_use(
        &mut self,
        buyer: UserId,
        key: &IdempotencyKey,
    ) -> StoreResult<Option<KeyUse>> {
        self.step("sales.key_use")?;
        let mut keys = self.rows.market.keys.iter();
        let found = keys.find(|(of, bound, _)| *of == buyer && bound == key);
        Ok(found.map(|(_, _, usage)| usage.clone()))
    }
    async fn add(&mut self, sale: &NewSale) -> StoreResult<SaleId> {
        self.step("sales.add")?;
        let market = &mut self.rows.market;
        if market.sale(sale.buyer, sale.product).is_some() {
            return Err(StoreError::Conflict("sale"));
        }
        let id = SaleId::new(i64::try_from(market.sales.len()).unwrap() + 1);
        let of = sale.clone();
        market.sales.push(Sale { id, of });
        Ok(id)
    }
    async fn bind_key(
        &mut self,
        buyer: UserId,
        key: &IdempotencyKey,
        usage: &KeyUse,
    ) -> StoreResult<()> {
        self.step("sales.bind_key")?;
        let keys = &mut self.rows.market.keys;
        if keys
            .iter()
            .any(|(of, bound, _)| *of == buyer && bound == key)
        {
            return Err(StoreError::Conflict("key"));
        }
        keys.push((buyer, key.clone(), usage.clone()));
        Ok(())
    }
    async fn count_keys(&mut self, sale: SaleId) -> StoreResult<i64> {
        self.step("sales.count_keys")?;
        let keys = self.rows.market.keys.iter();
        let bound = keys.filter(|(_, _, usage)| usage.sale == sale).count();
        Ok(i64::try_from(bound).unwrap())
    }
    async fn sold(&mut self, products: &[ProductId]) -> StoreResult<Vec<ProductId>> {
        self.step("sales.sold")?;
        let sold = self.rows.market.sales.iter().map(|sale| sale.of.product);
        Ok(sold.filter(|id| products.contains(id)).collect())
    }
}

const LISTS: &str = "lists are mocked: see FakeStore";

#[async_trait]
impl ProductReader for Accounts {
    async fn find(&self, viewer: UserId, id: ProductId) -> StoreResult<Option<Seen>> {
        self.note("products.find");
        let rows = self.rows();
        let product = rows.market.product(id).cloned();
        Ok(product.map(|product| Seen {
            bought: rows.market.sale(viewer, id).is_some(),
            product,
        }))
    }
    async fn find_for_link(&self, id: ProductId) -> StoreResult<Option<Product>> {
        self.note("products.find_for_link");
        Ok(self.rows().market.product(id).cloned())
    }
    async fn find_all(&self, viewer: UserId, ids: &[ProductId]) -> StoreResult<Vec<Seen>> {
        self.note("products.find_all");
        let rows = self.rows();
        let found = ids.iter().filter_map(|id| rows.market.product(*id));
        let seen = found.map(|product| Seen {
            bought: rows.market.sale(viewer, product.id).is_some(),
            product: product.clone(),
        });
        Ok(seen.collect())
    }
    async fn page(
        &self,
        _viewer: UserId,
        _filter: &ProductFilter,
        _order: ProductOrder,
        _page: &PageRequest,
    ) -> StoreResult<Vec<Seen>> {
        panic!("{LISTS}")
    }
    async fn among(
        &self,
        _viewer: UserId,
        _filter: &ProductFilter,
        _ids: &[ProductId],
    ) -> StoreResult<Vec<Seen>> {
        panic!("{LISTS}")
    }
    async fn count_among(
        &self,
        _viewer: UserId,
        _filter: &ProductFilter,
        _ids: &[ProductId],
    ) -> StoreResult<i64> {
        panic!("{LISTS}")
    }
    async fn count(&self, _viewer: UserId, _filter: &ProductFilter) -> StoreResult<i64> {
        panic!("{LISTS}")
    }
    async fn newest_of(
        &self,
        _viewer: UserId,
        _owners: &[UserId],
        _limit: u32,
    ) -> StoreResult<Vec<Seen>> {
        panic!("{LISTS}")
    }
    async fn labels_of(&self, _ids: &[ProductId]) -> StoreResult<Vec<(ProductId, Label)>> {
        panic!("{LISTS}")
    }
    async fn label_counts(
        &self,
        _viewer: UserId,
        _prefix: &str,
        _limit: u32,
    ) -> StoreResult<Vec<LabelCount>> {
        panic!("{LISTS}")
    }
    async fn keys_after(
        &self,
        _after: ProductId,
        _limit: u32,
    ) -> StoreResult<Vec<(ProductId, ObjectKeys)>> {
        panic!("{LISTS}")
    }
    async fn foreign_currency(&self, _currency: &str) -> StoreResult<Option<String>> {
        Ok(None)
    }
}

#[async_trait]
impl SaleReader for Accounts {
    async fn of_member(&self, _member: UserId, _limit: u32) -> StoreResult<Vec<Sale>> {
        panic!("{LISTS}")
    }
    async fn purchases(&self, _buyer: UserId, _page: &PageRequest) -> StoreResult<Vec<Sale>> {
        panic!("{LISTS}")
    }
    async fn count_purchases(&self, _buyer: UserId) -> StoreResult<i64> {
        panic!("{LISTS}")
    }
}

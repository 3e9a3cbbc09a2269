//! Pages by number, filters and sorting, of the `?page&limit&sort=-createdAt,name&…` family.

use std::collections::BTreeMap;

use axum::http::Uri;
use rusqlite::types::Value as Sql;
use serde_json::{Map, Value, json};

use super::super::refusal::Refusal;
use super::encoded;

/// The parameters of a request.
pub(super) type Parameters = BTreeMap<String, String>;

/// Contract 5: 100 at most.
const MAX_LIMIT: i64 = 100;
const DEFAULT_LIMIT: i64 = 20;
/// The longest search for names, in characters.
const MAX_WORDS: usize = 200;

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) page: i64,
    pub(super) limit: i64,
}

impl Page {
    pub(super) fn of(parameters: &Parameters) -> Result<Self, Refusal> {
        let number = |field: &'static str, usual: i64| match parameters.get(field) {
            None => Ok(usual),
            Some(text) => text
                .parse::<u32>()
                .ok()
                .filter(|number| *number > 0)
                .map(i64::from)
                .ok_or(Refusal::Invalid {
                    field,
                    why: "expected a number from 1",
                }),
        };
        Ok(Self {
            page: number("page", 1)?,
            limit: number("limit", DEFAULT_LIMIT)?.min(MAX_LIMIT),
        })
    }

    pub(super) const fn offset(self) -> i64 {
        (self.page - 1) * self.limit
    }

    /// `{success, count, data, pagination, links}`.
    pub(super) fn answer(
        self,
        uri: &Uri,
        parameters: &Parameters,
        (data, total): (Vec<Value>, i64),
    ) -> Value {
        let Self { page, limit } = self;
        let pages = ((total + limit - 1) / limit).max(1);
        let link = |number: i64| {
            let mut path = String::from(uri.path());
            let others = parameters.iter().filter(|(name, _)| *name != "page");
            for (name, value) in others {
                path.push(if path.contains('?') { '&' } else { '?' });
                path.push_str(&encoded(name));
                path.push('=');
                path.push_str(&encoded(value));
            }
            path.push(if path.contains('?') { '&' } else { '?' });
            format!("{path}page={number}")
        };
        let mut links = Map::new();
        let mut put = |name: &str, number: i64| {
            links.insert(name.into(), link(number).into());
        };
        put("self", page);
        put("first", 1);
        put("last", pages);
        if page > 1 {
            put("prev", page - 1);
        }
        if page < pages {
            put("next", page + 1);
        }
        let data: Vec<Value> = data.into_iter().map(|item| chosen(item, parameters)).collect();
        json!({
            "success": true,
            "count": data.len(),
            "data": data,
            "pagination": {
                "page": page, "limit": limit, "total": total, "pages": pages,
                "hasNext": page < pages, "hasPrev": page > 1,
            },
            "links": links,
        })
    }
}

/// Only the fields that were asked for with `fields=a,b`, and the id.
fn chosen(item: Value, parameters: &Parameters) -> Value {
    match (item, parameters.get("fields")) {
        (Value::Object(map), Some(fields)) if !fields.is_empty() => {
            let wanted = |name: &str| name == "id" || fields.split(',').any(|field| field.trim() == name);
            Value::Object(map.into_iter().filter(|(name, _)| wanted(name)).collect())
        }
        (item, _) => item,
    }
}

/// A field that can be sorted by, and its column.
pub(super) type Column = (&'static str, &'static str);

/// `sort=-createdAt,name` in SQL; `usual` where nothing is asked for. Unknown fields are refused.
pub(super) fn order(parameters: &Parameters, columns: &[Column], usual: &str) -> Result<String, Refusal> {
    let Some(sort) = parameters.get("sort").filter(|sort| !sort.is_empty()) else {
        return Ok(usual.to_owned());
    };
    let mut terms = Vec::new();
    for field in sort.split(',').take(8) {
        let (name, direction) = match field.trim().strip_prefix('-') {
            Some(name) => (name, "DESC"),
            None => (field.trim(), "ASC"),
        };
        let column = columns
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or(Refusal::Invalid {
                field: "sort",
                why: "there is no such field to sort by",
            })?;
        terms.push(format!("{} {direction}", column.1));
    }
    // Pages need an order without ties.
    terms.push(usual.to_owned());
    Ok(terms.join(", "))
}

/// `startDate`, `endDate` and `field[gte]=…` as conditions with their values. Unknown fields are refused.
pub(super) fn conditions(parameters: &Parameters, columns: &[Column]) -> Result<(String, Vec<Sql>), Refusal> {
    let (mut sql, mut values) = (String::new(), Vec::new());
    for (name, text) in parameters {
        let (field, operator) = match name.as_str() {
            "startDate" => ("createdAt", ">="),
            "endDate" => ("createdAt", "<="),
            _ => {
                let Some((field, operator)) = name.strip_suffix(']').and_then(|name| name.split_once('['))
                else {
                    continue;
                };
                let operator = match operator {
                    "gte" => ">=",
                    "gt" => ">",
                    "lte" => "<=",
                    "lt" => "<",
                    "eq" => "=",
                    "ne" => "<>",
                    _ => return Err(no_such_filter()),
                };
                (field, operator)
            }
        };
        let column = columns
            .iter()
            .find(|(known, _)| *known == field)
            .ok_or_else(no_such_filter)?;
        let value = match time(text) {
            Some(number) => Sql::from(number),
            None => Sql::from(text.clone()),
        };
        sql.push_str(&format!(" AND {} {operator} ?", column.1));
        values.push(value);
    }
    Ok((sql, values))
}

const fn no_such_filter() -> Refusal {
    Refusal::Invalid {
        field: "filter",
        why: "there is no such field or comparison",
    }
}

/// Milliseconds since the epoch, or ISO 8601 (`2026-11-21`, `2026-11-21T12:00:00.000Z`, `…+01:00`).
pub(super) fn time(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    // In a query `+` reads as a space.
    let text = match text.split_once('T') {
        Some((date, clock)) => format!("{date}T{}", clock.replace(' ', "+")),
        None => text.to_owned(),
    };
    wire::chat::millis(&text).and_then(|millis| i64::try_from(millis).ok())
}

/// What is searched for in names; `None` where nothing is.
pub(super) fn words(parameters: &Parameters) -> Result<Option<String>, Refusal> {
    let words = parameters.get("search").filter(|words| !words.is_empty());
    if words.is_some_and(|words| words.chars().count() > MAX_WORDS) {
        return Err(Refusal::Invalid {
            field: "search",
            why: "is too long",
        });
    }
    Ok(words.cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(query: &str) -> Parameters {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn times_are_read_in_both_forms() {
        assert_eq!(time("1700000000000"), Some(1_700_000_000_000));
        assert_eq!(time("1970-01-01"), Some(0));
        assert_eq!(time("2024-02-29T12:30:15.250Z"), Some(1_709_209_815_250));
        assert_eq!(time("2024-02-29T13:30:15.25+01:00"), Some(1_709_209_815_250));
        assert_eq!(time("2024-02-29T13:30:15.25 01:00"), Some(1_709_209_815_250));
        for bad in [
            "",
            "soon",
            "2024-13-01",
            "2024-01-01T25:00Z",
            "99999-01-01",
            "2024-01-01T12:00+9999999999999999999:00",
            "2024-01-01T12:00+x",
        ] {
            assert_eq!(time(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_known_columns_reach_the_database() {
        let columns = [("createdAt", "r.created_at")];
        assert_eq!(
            order(&parameters("sort=-createdAt"), &columns, "r.id").unwrap(),
            "r.created_at DESC, r.id"
        );
        assert!(order(&parameters("sort=id;DROP TABLE rooms"), &columns, "r.id").is_err());
        let often = parameters(&format!("sort=-createdAt{}", ",createdAt".repeat(3000)));
        let terms = order(&often, &columns, "r.id").unwrap();
        assert!(
            terms.split(',').count() < 20,
            "SQLite takes no more than 2,000 terms"
        );
        let (sql, values) = conditions(
            &parameters("createdAt[gte]=5&endDate=1970-01-01&page=2"),
            &columns,
        )
        .unwrap();
        assert_eq!(sql, " AND r.created_at >= ? AND r.created_at <= ?");
        assert_eq!(values, [Sql::from(5), Sql::from(0)]);
        assert!(conditions(&parameters("password[gte]=a"), &columns).is_err());
    }

    #[test]
    fn pages_have_their_links() {
        let parameters = parameters("page=2&limit=2&search=a b");
        let page = Page::of(&parameters).unwrap();
        let uri = Uri::from_static("/api/v1/rooms?page=2");
        let answer = page.answer(&uri, &parameters, (vec![json!({ "id": 1 })], 5));
        assert_eq!(
            answer["links"]["next"],
            "/api/v1/rooms?limit=2&search=a%20b&page=3"
        );
        assert_eq!(
            answer["links"]["prev"],
            "/api/v1/rooms?limit=2&search=a%20b&page=1"
        );
        assert_eq!(
            answer["pagination"],
            json!({ "page": 2, "limit": 2, "total": 5, "pages": 3, "hasNext": true, "hasPrev": true })
        );
        assert!(Page::of(&super::Parameters::from([("page".into(), "0".into())])).is_err());
    }
}

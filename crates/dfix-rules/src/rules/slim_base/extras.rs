//! What the extras of Python packages bring along: `uvicorn[standard]`.

use dfix_model::normal_python_name;

use super::commands::Reader;
use super::python::python_name;

/// Extras of which all that they bring along has wheels or is pure Python; no names: all of them.
const KNOWN_EXTRAS: &[(&str, &[&str])] = &[
    (
        "celery",
        &[
            "redis",
            "amqp",
            "sqs",
            "msgpack",
            "yaml",
            "librabbitmq-free",
        ],
    ),
    ("django", &["argon2", "bcrypt"]),
    ("django-storages", &[]),
    ("fastapi", &["all", "standard"]),
    ("fastapi-users", &["sqlalchemy", "redis", "oauth"]),
    ("flask", &["async", "dotenv"]),
    ("httpx", &["http2", "socks", "brotli"]),
    ("passlib", &["bcrypt", "argon2"]),
    ("psycopg", &["binary", "pool"]),
    ("pydantic", &["email", "dotenv"]),
    ("pyjwt", &["crypto"]),
    ("python-jose", &["cryptography"]),
    ("qrcode", &["pil"]),
    ("redis", &["hiredis"]),
    ("requests", &["security", "socks"]),
    ("sentry-sdk", &[]),
    (
        "sqlalchemy",
        &["asyncio", "postgresql_asyncpg", "postgresql_psycopg2binary"],
    ),
    ("strawberry-graphql", &["fastapi", "asgi"]),
    ("uvicorn", &["standard"]),
];

impl Reader<'_, '_> {
    /// What the extras of a requirement bring along.
    pub(super) fn extras(&mut self, name: &str, extras: &str) {
        let known = |extra: &str| {
            KNOWN_EXTRAS.iter().any(|(package, names)| {
                *package == normal_python_name(name) && (names.contains(&extra) || names.is_empty())
            })
        };
        let Some(extra) = extras.split(',').map(str::trim).find(|e| !known(e)) else {
            return;
        };
        if name == "psycopg" && extra == "c" {
            let python = python_name(self.form.python());
            return self.needs.compiles("psycopg[c]", &python);
        }
        self.needs.open(
            format!("whether what `{name}[{extra}]` brings along has wheels"),
            "look at what the extra names",
        );
    }
}

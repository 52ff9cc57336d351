//! Names of programs, packages and options that the rule knows.

/// Programs that serve what is being worked on, alone or with the word behind them.
pub(super) const DEVELOPMENT: &[(&str, &str)] = &[
    ("nodemon", ""),
    ("ts-node-dev", ""),
    ("tsnd", ""),
    ("node-dev", ""),
    ("supervisor", ""),
    ("webpack-dev-server", ""),
    ("live-server", ""),
    ("lite-server", ""),
    ("react-scripts", "start"),
    ("react-app-rewired", "start"),
    ("craco", "start"),
    ("next", "dev"),
    ("nuxt", "dev"),
    ("nuxi", "dev"),
    ("nest", "start"),
    ("ng", "serve"),
    ("vite", ""),
    ("gatsby", "develop"),
    ("vue-cli-service", "serve"),
    ("webpack", "serve"),
    ("expo", "start"),
    ("gulp", ""),
    ("grunt", ""),
    ("jest", ""),
    ("mocha", ""),
    ("storybook", ""),
    ("start-storybook", ""),
];

/// Packages that choose the application's settings by `NODE_ENV`.
pub(super) const CHOOSERS: &[&str] = &[
    "actionhero",
    "config",
    "dotenv-flow",
    "egg",
    "exp-config",
    "keystone",
    "knex",
    "kraken-js",
    "loopback-boot",
    "nconf",
    "node-config",
    "sails",
    "sequelize",
    "sequelize-cli",
    "strapi",
    "@feathersjs/configuration",
    "@keystone-6/core",
    "@keystonejs/keystone",
    "@strapi/strapi",
];

/// Development servers that are installed for all, by the names of their packages.
pub(super) const SERVERS: &[&str] = &[
    "browser-sync",
    "lite-server",
    "live-server",
    "node-dev",
    "nodemon",
    "supervisor",
    "ts-node-dev",
    "webpack-dev-server",
];

/// Options of node that are given a value in a word of its own.
pub(super) const VALUED: &[&str] = &[
    "-C",
    "--conditions",
    "--env-file",
    "--experimental-loader",
    "--import",
    "--loader",
    "--require",
    "--title",
    "-r",
];

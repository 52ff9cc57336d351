//! Procfiles and crontabs.

use dfix_launch::Source;

use crate::{named, read, shell, unread};

#[test]
fn a_procfile_has_a_line_a_process() {
    let text = "# all\nrelease: ./manage.py migrate\nweb: gunicorn app:app --bind 0.0.0.0:$PORT\n\nnot one\nnor this\n";
    let found = read(
        "api",
        [
            ("api/Procfile", text),
            ("api/Procfile.dev", "dev: flask run\n"),
        ],
    );
    let web = named(&found, "web");
    assert_eq!((web.source, web.place.line), (Source::Procfile, 3));
    assert_eq!(
        web.command,
        Some(shell("gunicorn app:app --bind 0.0.0.0:$PORT"))
    );
    named(&found, "release");
    named(&found, "dev");
    assert_eq!(unread(&found.unread), ["api/Procfile:5 a line"]);
}

#[test]
fn a_crontab_has_times_and_perhaps_users() {
    let own = "MAILTO=\"\"\n# daily\n0 5 * * * python /app/a.py >> /proc/1/fd/1 2>&1\n@daily me /home/me/run\n*/5 8-18 * * mon-fri root date +\\%F%input\n";
    let system = "SHELL=/bin/sh\n@reboot node app run\nwhat is this\nnor this\n";
    let found = read(
        "",
        [
            ("crontab", own),
            ("cron.d/app", system),
            ("cron.d/app.bak", "x"),
            ("Dockerfile.cron", "FROM debian\n"),
        ],
    );
    let said: Vec<(&str, Option<&str>, usize)> = found
        .launches
        .iter()
        .map(|it| (&*it.name, it.user.as_deref(), it.place.line))
        .collect();
    assert_eq!(
        said,
        [
            ("python", None, 3),
            ("run", Some("me"), 4),
            ("date", Some("root"), 5),
            ("app", Some("node"), 2),
        ]
    );
    assert_eq!(
        named(&found, "python").command,
        Some(shell("python /app/a.py >> /proc/1/fd/1 2>&1"))
    );
    assert_eq!(named(&found, "date").command, Some(shell("date +%F")));
    assert_eq!(named(&found, "app").environment[0].name, "SHELL");
    assert_eq!(unread(&found.unread), ["cron.d/app:3 a line"]);
}

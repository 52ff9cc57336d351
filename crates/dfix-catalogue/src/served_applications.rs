//! How servers and workers in Python are told which application they run.

use super::table::{Row, Table, table};

const SERVED: Table = table!("served-applications.tsv");

/// How a program is told its application.
#[derive(Clone, Copy, Debug)]
pub struct ServedApplication {
    row: Row,
}

/// How this program is told its application, where it is such a one.
///
/// Sources: docs.celeryq.dev, "Command Line Interface"; flask.palletsprojects.com, "Command Line Interface";
/// docs.streamlit.io, "streamlit run"; fastapi.tiangolo.com, "FastAPI CLI"; the documentation of arq, Chainlit, Dramatiq, huey.
pub fn served_application(program: &str) -> Option<ServedApplication> {
    SERVED.row(program).map(|row| ServedApplication { row })
}

impl ServedApplication {
    /// The options whose value names it.
    pub fn options(self) -> impl Iterator<Item = &'static str> {
        self.row.words(1)
    }

    /// The variable of the environment that names it.
    pub fn variable(self) -> Option<&'static str> {
        Some(self.row.column(3)).filter(|it| !it.is_empty())
    }

    /// Which operand names it, counted from 0, where the first one is this; none where no operand does.
    pub fn operand(self, first: Option<&str>) -> Option<usize> {
        if self.row.lists(2, ' ', ".") {
            return Some(0);
        }
        first
            .is_some_and(|it| self.row.lists(2, ' ', it))
            .then_some(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_told_in_their_ways() {
        let celery = served_application("celery").expect("it is in the table");
        assert_eq!(celery.options().collect::<Vec<_>>(), ["-A", "--app"]);
        assert_eq!(celery.operand(Some("worker")), None);
        let streamlit = served_application("streamlit").expect("it is in the table");
        assert_eq!(streamlit.operand(Some("run")), Some(1));
        assert_eq!(streamlit.operand(Some("hello")), None);
        let worker = served_application("dramatiq").expect("it is in the table");
        assert_eq!(worker.operand(Some("tasks")), Some(0));
        assert!(served_application("gunicorn").is_none());
        let flask = served_application("flask").expect("it is in the table");
        assert_eq!(flask.variable(), Some("FLASK_APP"));
        assert_eq!(worker.variable(), None);
    }
}

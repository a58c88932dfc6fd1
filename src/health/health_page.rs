//! How the system is: what needs attention first, then its parts.

use super::{
    api::{DiscardJob, RetryJob, get_health},
    model::{
        DatabaseState, DeadJob, Health, LaneState, LastAudit, PastAlert, Rule, RuleState, SlowQuery, Traffic,
        WebhooksState,
    },
};
use crate::{
    server::begin,
    staff::frame::{DashboardPage, Place, SiteTab},
    ui::{ButtonKind, FormRefusal, Notice, PageError, SubmitButton, Tone, refusal},
};
use chrono::{DateTime, Utc};
use leptos::{prelude::*, server_fn::ServerFn};

/// The panel.
#[component]
pub fn HealthPage() -> impl IntoView {
    let found = begin(get_health());
    view! {
        {Suspend::new(async move {
            match found.await {
                Ok(health) => view! { <Shown health /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Shown(health: Health) -> impl IntoView {
    let raised: Vec<RuleState> = health.rules.iter().filter(|rule| rule.raised_at.is_some()).cloned().collect();
    let lead = format!("As of {}.", say_time(health.as_of));
    view! {
        <DashboardPage title="Health" lead=lead place=Place::Site(SiteTab::Health)>
            <FormRefusal refusal={refusal::<RetryJob>()} />
            <FormRefusal refusal={refusal::<DiscardJob>()} />
            {if raised.is_empty() {
                view! { <Notice tone=Tone::Success>"Nothing needs attention."</Notice> }.into_any()
            } else {
                view! { <Raised raised /> }.into_any()
            }}
            <Parts
                traffic=health.traffic
                database=health.database
                redis=(health.redis_answers, health.redis_breaker)
                mail=(health.mail_breaker, health.refused_mail_count)
                webhooks=health.webhooks
                last_audit=health.last_audit
            />
            <Lanes lanes=health.lanes />
            <DeadJobs jobs=health.dead_jobs />
            <SlowQueries queries=health.slow_queries />
            <Rules rules=health.rules />
            <Alerts alerts=health.alerts />
        </DashboardPage>
    }
}

fn say_time(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M:%S UTC").to_string()
}

#[component]
fn Raised(raised: Vec<RuleState>) -> impl IntoView {
    raised
        .into_iter()
        .map(|state| {
            let since = state.raised_at.map(say_time).unwrap_or_default();
            view! {
                <Notice tone=Tone::Warning>
                    <p>
                        <strong>{format!("{}: {}.", state.severity.words(), state.rule.words())}</strong>
                        " "
                        {format!("{}, since {since}.", state.rule.say(state.value))}
                    </p>
                </Notice>
            }
        })
        .collect_view()
}

/// The parts of the system, each in a line.
#[component]
fn Parts(
    traffic: Traffic,
    database: DatabaseState,
    redis: (bool, String),
    mail: (String, i64),
    webhooks: WebhooksState,
    #[prop(optional_no_strip)] last_audit: Option<LastAudit>,
) -> impl IntoView {
    let replicas = match database.replica_count {
        0 => String::new(),
        count => format!(", {count} replicas"),
    };
    let audit = match last_audit {
        None => "none on schedule yet".to_owned(),
        Some(LastAudit { ended_at, broken_count: 0 }) => format!("{}: no violations", say_time(ended_at)),
        Some(LastAudit { ended_at, broken_count }) => format!("{}: {broken_count} broken rows", say_time(ended_at)),
    };
    let line = |name: &'static str, words: String| {
        view! {
            <div class="tile">
                <dt>{name}</dt>
                <dd>{words}</dd>
            </div>
        }
    };
    view! {
        <dl class="tiles">
            {line(
                "Requests, last five minutes",
                format!("{}: {} failed, {} over a second", traffic.request_count, traffic.failed_count, traffic.slow_count),
            )}
            {line(
                "Holds and bookings, last five minutes",
                format!("{}: {} failed", traffic.booking_count, traffic.booking_failed_count),
            )}
            {line(
                "PostgreSQL",
                format!(
                    "{}, {} MB, {} of {} connections{replicas}",
                    database.version,
                    database.size_bytes / 1_000_000,
                    database.connection_count,
                    database.connection_max,
                ),
            )}
            {line("Redis", format!("{}, breaker {}", if redis.0 { "answers" } else { "does not answer" }, redis.1.replace('_', " ")))}
            {line("Mail server", format!("breaker {}, {} mails refused within a day", mail.0.replace('_', " "), mail.1))}
            {line(
                "Webhooks",
                format!(
                    "{} deliveries wait, {} receivers fail, {} were stopped",
                    webhooks.waiting_count,
                    webhooks.failing_count,
                    webhooks.gave_up_count,
                ),
            )}
            {line(
                "Sessions, last five minutes",
                format!("{} from caches, {} from PostgreSQL", traffic.session_hit_count, traffic.session_miss_count),
            )}
            {line("Last audit", audit)}
        </dl>
    }
}

#[component]
fn Lanes(lanes: Vec<LaneState>) -> impl IntoView {
    let row = |lane: LaneState| {
        view! {
            <tr>
                <th scope="row">{lane.lane}</th>
                <td data-label="Waiting" class="rows-number">{lane.waiting_count}</td>
                <td data-label="Overdue" class="rows-number">{format!("{} s", lane.overdue_s)}</td>
                <td data-label="Given up" class="rows-number">{lane.dead_count}</td>
            </tr>
        }
    };
    view! {
        <section class="dashboard-part">
            <h2>"Jobs"</h2>
            <table class="rows">
                <thead>
                    <tr>
                        <th scope="col">"Lane"</th>
                        <th scope="col" class="rows-number">"Waiting"</th>
                        <th scope="col" class="rows-number">"Overdue"</th>
                        <th scope="col" class="rows-number">"Given up"</th>
                    </tr>
                </thead>
                <tbody>{lanes.into_iter().map(row).collect_view()}</tbody>
            </table>
        </section>
    }
}

#[component]
fn DeadJobs(jobs: Vec<DeadJob>) -> impl IntoView {
    (!jobs.is_empty()).then(|| {
        let form = |action: &'static str, words: &'static str, id: i64| {
            view! {
                <form method="post" action=action class="dashboard-inline">
                    <input type="hidden" name="job_id" value=id />
                    <SubmitButton kind=ButtonKind::Secondary>{words}</SubmitButton>
                </form>
            }
        };
        let row = |job: DeadJob| {
            view! {
                <tr>
                    <th scope="row">{job.id}</th>
                    <td data-label="What">
                        <code>{job.job.to_string()}</code>
                    </td>
                    <td data-label="Why">{job.last_error}</td>
                    <td data-label="Given up">{say_time(job.died_at)}</td>
                    <td class="rows-end">{form(RetryJob::url(), "Try again", job.id)} {form(DiscardJob::url(), "Discard", job.id)}</td>
                </tr>
            }
        };
        view! {
            <section class="dashboard-part">
                <h2>"Given up"</h2>
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col">"Number"</th>
                            <th scope="col">"What"</th>
                            <th scope="col">"Why"</th>
                            <th scope="col">"Given up"</th>
                            <th scope="col" class="rows-end">
                                <span class="visually-hidden">"Change"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{jobs.into_iter().map(row).collect_view()}</tbody>
                </table>
            </section>
        }
    })
}

#[component]
fn SlowQueries(queries: Vec<SlowQuery>) -> impl IntoView {
    (!queries.is_empty()).then(|| {
        let row = |query: SlowQuery| {
            view! {
                <tr>
                    <td data-label="For" class="rows-number">{format!("{} s", query.for_s)}</td>
                    <td data-label="Waits for">{query.waits_for}</td>
                    <td data-label="Statement">
                        <code>{query.query}</code>
                    </td>
                </tr>
            }
        };
        view! {
            <section class="dashboard-part">
                <h2>"Statements that take long right now"</h2>
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col" class="rows-number">"For"</th>
                            <th scope="col">"Waits for"</th>
                            <th scope="col">"Statement"</th>
                        </tr>
                    </thead>
                    <tbody>{queries.into_iter().map(row).collect_view()}</tbody>
                </table>
            </section>
        }
    })
}

#[component]
fn Rules(rules: Vec<RuleState>) -> impl IntoView {
    let row = |state: RuleState| {
        let bounds = state.rule.bounds();
        view! {
            <tr>
                <th scope="row">{state.rule.words()}</th>
                <td data-label="How bad">{state.severity.words()}</td>
                <td data-label="Now">{state.rule.say(state.value)}</td>
                <td data-label="Rises">{state.rule.say(bounds.raise)}</td>
                <td data-label="Clears">{state.rule.say(bounds.clear)}</td>
            </tr>
        }
    };
    view! {
        <section class="dashboard-part">
            <h2>"Rules"</h2>
            <table class="rows">
                <thead>
                    <tr>
                        <th scope="col">"Rule"</th>
                        <th scope="col">"How bad"</th>
                        <th scope="col">"Now"</th>
                        <th scope="col">"Rises from"</th>
                        <th scope="col">"Clears at"</th>
                    </tr>
                </thead>
                <tbody>{rules.into_iter().map(row).collect_view()}</tbody>
            </table>
        </section>
    }
}

#[component]
fn Alerts(alerts: Vec<PastAlert>) -> impl IntoView {
    (!alerts.is_empty()).then(|| {
        let row = |alert: PastAlert| {
            let until = alert.cleared_at.map_or_else(|| "still".to_owned(), say_time);
            view! {
                <tr>
                    <th scope="row">{Rule::words(alert.rule)}</th>
                    <td data-label="From">{say_time(alert.raised_at)}</td>
                    <td data-label="Until">{until}</td>
                    <td data-label="Then">{alert.rule.say(alert.value)}</td>
                </tr>
            }
        };
        view! {
            <section class="dashboard-part">
                <h2>"Alerts so far"</h2>
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col">"Rule"</th>
                            <th scope="col">"From"</th>
                            <th scope="col">"Until"</th>
                            <th scope="col">"Then"</th>
                        </tr>
                    </thead>
                    <tbody>{alerts.into_iter().map(row).collect_view()}</tbody>
                </table>
            </section>
        }
    })
}

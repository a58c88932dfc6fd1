//! The program `evently`: one binary, several commands. It reads the settings, puts the parts together, and decides
//! nothing else.

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use evently::{
    audit,
    error::Error,
    notifications::bounce::take_bounce,
    seed,
    server::{
        Failure,
        backup::{self, Backup, back_up, drop_scratch, make_scratch},
        clock::new_id,
        config::{Config, DatabaseConfig},
        serve::{serve, work},
        state::AppState,
        telemetry,
    },
    tickets::store::{Change, change_keys},
    users,
};
use std::{
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

/// A request makes hundreds of small allocations on whichever thread has time; the C library's allocator took a tenth of
/// the processor for them in a rush.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A self-hosted event booking platform.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site (what happens without a command)
    Serve,
    /// Do the jobs and the periodic work, for sites whose servers leave them to others (the setting `worker`)
    Worker,
    /// Bring the database to this program's version
    Migrate,
    /// Fill in the demo data, once
    Seed,
    /// Check that no place is sold twice or lost; name what is wrong
    Audit,
    /// Write everything that has to survive into a file; `pg_dump` does the work
    Backup(NewBackup),
    /// Fill an empty database with a backup, bring it to this program's version, and audit it
    Restore(Restoration),
    /// Take a mail from the standard input that came back, for the pipe of a mail server
    Bounce,
    /// Make a new key that signs tickets
    TicketKey(NewTicketKey),
    /// Manage admins
    #[command(subcommand)]
    Admin(AdminCommand),
}

#[derive(Args)]
struct NewBackup {
    /// A new file, or a folder, in which the file is named after the time
    to: PathBuf,
}

#[derive(Args)]
struct Restoration {
    /// The backup
    from: PathBuf,
    /// Only look whether it can be restored: in a database made for that on the same server, and dropped
    #[arg(long)]
    verify: bool,
}

#[derive(Args)]
struct NewTicketKey {
    /// Somebody else may have the keys: sign with the new one at once, and let no ticket that was printed or mailed before count
    #[arg(long)]
    stolen: bool,
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make an account that may see the dashboard; the password comes from EVENTLY_ADMIN_PASSWORD or the standard input
    Create(NewAdmin),
}

#[derive(Args)]
struct NewAdmin {
    /// The address to sign in with
    #[arg(long)]
    email: String,
    /// Given name
    #[arg(long, default_value = "Site")]
    first_name: String,
    /// Family name
    #[arg(long, default_value = "Admin")]
    last_name: String,
}

/// A setting that is missing or wrong, as for wrong arguments.
const BAD_SETTINGS: u8 = 2;
/// What a mail server understands as "keep it and come back". Source: sysexits.h, EX_TEMPFAIL.
const COME_BACK: u8 = 75;
/// A report quotes the mail it is about, files included.
const BOUNCE_MAX_BYTES: u64 = 20 << 20;

fn main() -> ExitCode {
    let command = Cli::parse().command.unwrap_or(Command::Serve);
    let is_piped = matches!(command, Command::Bounce);
    let config = match Config::load() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("evently: {error}");
            return ExitCode::from(if is_piped { COME_BACK } else { BAD_SETTINGS });
        }
    };
    match run(command, config) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("evently: {error:#}");
            if is_piped { ExitCode::from(COME_BACK) } else { ExitCode::FAILURE }
        }
    }
}

fn run(command: Command, config: Config) -> anyhow::Result<ExitCode> {
    telemetry::init(&config)?;
    let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
    let ended = runtime.block_on(execute(command, config));
    // Dropping the runtime would wait for password hashes that nobody waits for any more.
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended
}

async fn execute(command: Command, config: Config) -> anyhow::Result<ExitCode> {
    let state = AppState::connect(config).await?;
    match command {
        Command::Serve => serve(state).await?,
        Command::Worker => work(state).await?,
        Command::Migrate => state.db.migrate().await?,
        Command::Seed => seed::run(&state).await?,
        Command::Bounce => bounce(&state).await?,
        Command::Backup(new) => make_backup(&state, &new.to).await?,
        Command::Restore(Restoration { from, verify }) => return restore(&state, &from, verify).await,
        Command::Audit => return run_audit(&state).await,
        Command::TicketKey(new) => change_ticket_key(&state, new.stolen).await?,
        Command::Admin(AdminCommand::Create(admin)) => create_admin(&state, admin).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn run_audit(state: &AppState) -> anyhow::Result<ExitCode> {
    let broken = audit::run(state, |line| println!("audit: {line}")).await?;
    if broken == 0 {
        println!("audit: no violations");
        return Ok(ExitCode::SUCCESS);
    }
    println!("audit: {broken} violations");
    Ok(ExitCode::FAILURE)
}

async fn make_backup(state: &AppState, to: &Path) -> anyhow::Result<()> {
    let to = if to.is_dir() {
        to.join(state.clock.now().format("evently-%Y-%m-%dT%H-%M-%SZ.dump").to_string())
    } else {
        to.to_owned()
    };
    let Backup { path, bytes } = back_up(&state.config.database, &to).await?;
    println!("wrote {} ({bytes} bytes), and its SHA-256 beside it", path.display());
    Ok(())
}

/// Restores where the settings lead, or looks only whether that could be done.
async fn restore(state: &AppState, from: &Path, is_trial: bool) -> anyhow::Result<ExitCode> {
    let database = &state.config.database;
    if !is_trial {
        return restore_and_audit(database, from, state).await;
    }
    let scratch = make_scratch(database, new_id()).await?;
    // Broken off by a person, it leaves nothing behind either.
    let tried = tokio::select! {
        tried = try_restoring(state, &scratch, from) => tried,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("broken off")),
    };
    drop_scratch(database, &scratch).await?;
    tried
}

async fn try_restoring(state: &AppState, scratch: &DatabaseConfig, from: &Path) -> anyhow::Result<ExitCode> {
    let config = Config { database: scratch.clone(), ..Config::clone(&state.config) };
    let there = AppState::connect(config).await?;
    let tried = restore_and_audit(scratch, from, &there).await;
    there.db.close().await;
    tried
}

async fn restore_and_audit(database: &DatabaseConfig, from: &Path, state: &AppState) -> anyhow::Result<ExitCode> {
    backup::restore(database, from).await?;
    println!("restored {}", from.display());
    run_audit(state).await
}

async fn change_ticket_key(state: &AppState, is_stolen: bool) -> anyhow::Result<()> {
    let change = if is_stolen { Change::Stolen } else { Change::InTime };
    match change_keys(state, change).await {
        Ok((signs_from, 0)) => println!("a new key signs tickets from {signs_from:?} on; those before stay good"),
        Ok((_, retired)) => println!(
            "a new key signs tickets; {retired} before it are retired: within a minute pages and new documents show good codes, \
             and what was printed or mailed counts no more"
        ),
        Err(Failure::Refused(error)) => anyhow::bail!("no key was made: {}", say(&error)),
        Err(Failure::Passing(passing)) => anyhow::bail!("no key was made: {}", say(&passing.into())),
        Err(Failure::Unexpected(error)) => return Err(error),
    }
    Ok(())
}

/// Says what came of it, and succeeds for what is no report too: a mail server would send that back to its sender.
async fn bounce(state: &AppState) -> anyhow::Result<()> {
    let mut mail = Vec::new();
    std::io::stdin().take(BOUNCE_MAX_BYTES).read_to_end(&mut mail).context("reading the mail")?;
    match take_bounce(state, &mail).await {
        Ok(Ok(bounce)) => println!("the mail {} came back: {:?}, {}", bounce.mail_id, bounce.kind, bounce.code),
        Ok(Err(none)) => println!("nothing came back: {none:?}"),
        Err(Failure::Refused(error)) => anyhow::bail!("the report was not noted: {}", say(&error)),
        Err(Failure::Passing(passing)) => anyhow::bail!("the report was not noted: {}", say(&passing.into())),
        Err(Failure::Unexpected(error)) => return Err(error),
    }
    Ok(())
}

async fn create_admin(state: &AppState, admin: NewAdmin) -> anyhow::Result<()> {
    let password = read_password()?;
    let created = users::store::create_admin(state, &admin.email, password, &admin.first_name, &admin.last_name).await;
    match created {
        Ok(id) => println!("made the admin {} ({id})", admin.email),
        Err(Failure::Refused(error)) => anyhow::bail!("the account was not made: {}", say(&error)),
        Err(Failure::Passing(passing)) => anyhow::bail!("the account was not made: {}", say(&passing.into())),
        Err(Failure::Unexpected(error)) => return Err(error),
    }
    Ok(())
}

/// The refusal with every field that doesn't fit, as there is no form to show them beside.
fn say(error: &Error) -> String {
    match error {
        Error::Invalid(fields) => {
            let fields = fields.iter().map(|field| format!("{}: {}", field.field, field.problem.say()));
            fields.collect::<Vec<_>>().join(" ")
        }
        _ => error.to_string(),
    }
}

/// From the environment or the standard input, because arguments can be seen by everyone on the machine.
fn read_password() -> anyhow::Result<String> {
    if let Ok(password) = std::env::var("EVENTLY_ADMIN_PASSWORD") {
        return Ok(password);
    }
    let mut password = String::new();
    std::io::stdin().read_to_string(&mut password).context("reading the password")?;
    Ok(password.trim_end_matches(['\r', '\n']).to_owned())
}
